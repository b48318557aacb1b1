/**
 * The TypeScript half of the wasm boundary, for keys, resets and tokens. `src/npm.rs` is the other half.
 */

import { engine } from "#engine";

import { BATCH_KEYS, HASH_LENGTH } from "../keys/batch.js";
import { coreError } from "../errors.js";
import type { Origin } from "../keys/key.js";
import {
  ABSENT,
  brokenOff,
  check,
  flag,
  INPUT_BYTES,
  INPUT_UNITS,
  keep,
  read,
  renewViews,
  type Room,
  take,
  withRoom,
  write,
} from "./instance.js";
import { BYTES_PER_UNIT, readAscii, readWtf8, writeAscii, writeUtf8, writeWtf8 } from "./strings.js";
import type { IdempotencyKeyScope } from "../types.js";

/** Longer keys are written faster by the platform's encoder than by a loop. */
const SHORT_LENGTH = 96;
/** The slot for the suffix of a reset, behind those of the scopes. */
const RESET_SLOT = 3;

/** The kinds of value that are no key part, in the order of `refuse_part` in `src/npm.rs`. */
export const enum Refused {
  Null,
  Undefined,
  Array,
  Object,
  Function,
  Symbol,
}

/** What has to be a text, in the order of `refuse_non_text` in `src/npm.rs`. */
export const enum NonText {
  Ttl,
  Token,
  Operation,
}

/**
 * Which engine answers: `"wasm-simd"`, `"wasm"` where there are no SIMD instructions, or `"js"`. Starts it
 * where nothing has yet.
 *
 * @example
 * ```ts
 * engineName(); // "wasm-simd"
 * ```
 *
 * @throws EngineError (`ERR_ENGINE`) where WebAssembly is forbidden; it names `idempotency-keys/js`.
 */
export function engineName(): "wasm-simd" | "wasm" | "js" {
  withRoom(() => undefined);
  return engine.name;
}

/** A scope as the core knows it. */
export interface NamedScope {
  readonly code: number;
  readonly name: IdempotencyKeyScope;
}

/** The scope of that name; without one, the default. */
export function findScope(name: string | undefined): NamedScope {
  return withRoom((room) => {
    const [length = ABSENT] = write(room, [name]);
    const code = check(room, room.core.scope(length));
    return { code, name: read(room) as IdempotencyKeyScope };
  });
}

let delimiterText: string | undefined;

/** What joins the parts of a key. */
export function delimiter(): string {
  return (delimiterText ??= withRoom(({ core }) => String.fromCharCode(core.delimiter())));
}

/** What `scope` adds in a context, of which `run` and `attempt` are as far as they are known. */
export function scopeSuffix(
  scope: number,
  context: { runId: string | undefined; attempt: string | undefined } | undefined,
  hasParts: boolean,
): string {
  return withRoom((room) => {
    const [runId = ABSENT, attempt = ABSENT] = write(room, [context?.runId, context?.attempt]);
    room.loaded[scope] = undefined;
    check(room, room.core.set_context(scope, flag(context !== undefined), runId, attempt, flag(hasParts)));
    return read(room);
  });
}

/** The hash of joined parts followed by the origin's suffix. */
export function hash(text: string, origin: Origin): string {
  try {
    const room = take();
    if (room.loaded[origin.code] !== origin) {
      load(room, origin);
    }
    const digits = hashInto(room, text, origin.code);
    keep(room);
    return digits;
  } catch (cause) {
    throw brokenOff(cause);
  }
}

function load(room: Room, origin: Origin): void {
  const [length = ABSENT] = write(room, [origin.suffix]);
  room.core.set_suffix(origin.code, length);
  renewViews(room, INPUT_BYTES);
  room.loaded[origin.code] = origin;
}

function hashInto({ core, input, output }: Room, text: string, slot: number): string {
  if (text.length <= SHORT_LENGTH && writeAscii(text, input, 0)) {
    core.create(slot, text.length);
  } else if (text.length * BYTES_PER_UNIT <= INPUT_BYTES) {
    core.create(slot, writeUtf8(text, input));
  } else {
    for (let start = 0; start < text.length; ) {
      const end = endOfPiece(text, start);
      core.update(writeUtf8(text.slice(start, end), input));
      start = end;
    }
    core.finish(slot);
  }
  return readAscii(output);
}

/** Where a piece ends that fits the input and cuts no surrogate pair in two. */
function endOfPiece(text: string, start: number): number {
  const end = start + INPUT_UNITS;
  if (end >= text.length) {
    return text.length;
  }
  const last = text.charCodeAt(end - 1);
  return last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}

/**
 * The hashes, one behind another, of `count` texts that stand one behind another in `joined`, each
 * followed by the origin's suffix. `units` holds their lengths, and has as many places as a batch.
 */
export function hashMany(joined: string, units: Uint32Array, count: number, origin: Origin): string {
  return withRoom((room) => {
    if (room.loaded[origin.code] !== origin) {
      load(room, origin);
    }
    const { core, input, outputs, lengths } = room;
    if (writeUtf8(joined, input) === joined.length) {
      // All ASCII: as many bytes as units.
      lengths.set(units);
    } else {
      writeEach(joined, units, count, room);
    }
    core.create_many(origin.code, count);
    return readAscii(count === BATCH_KEYS ? outputs : outputs.subarray(0, count * HASH_LENGTH));
  });
}

/** One by one: a surrogate at the end of one text must not pair with one at the start of the next. */
function writeEach(joined: string, units: Uint32Array, count: number, { input, lengths }: Room): void {
  let start = 0;
  let used = 0;
  for (let index = 0; index < count; index++) {
    const end = start + (units[index] as number);
    const written = writeUtf8(joined.slice(start, end), input.subarray(used));
    lengths[index] = written;
    start = end;
    used += written;
  }
}

/** Refuses a key, or its part at `index`, for what it is. */
export function refusePart(kind: Refused, index = ABSENT): never {
  throw withRoom((room) => {
    room.core.refuse_part(kind, index);
    return coreError(read(room), { index: index === ABSENT ? undefined : index });
  });
}

/** Whether a text of that many UTF-16 code units could be a hash already. */
export function isHashLength(length: number): boolean {
  return withRoom(({ core }) => core.is_hash_length(length) !== 0);
}

/** What a reset plan is made from, besides the target itself. */
export interface PlanInput {
  readonly isHash: boolean;
  readonly hasParts: boolean;
  /** The code of the scope, if one was named. */
  readonly scope: number | undefined;
  readonly parentRunId: string | undefined;
  readonly attemptNumber: string | undefined;
  readonly context: { runId: string | undefined; attempt: string | undefined } | undefined;
}

/** The keys to try for `text`, in order. */
export function planReset(text: string, plan: PlanInput): string[] {
  const VERBATIM = 1;
  const DERIVED = 2;
  return withRoom((room) => {
    const [parentRunId = ABSENT, attemptNumber = ABSENT, runId = ABSENT, attempt = ABSENT] = write(room, [
      plan.parentRunId,
      plan.attemptNumber,
      plan.context?.runId,
      plan.context?.attempt,
    ]);
    const steps = check(
      room,
      room.core.plan_reset(
        flag(plan.isHash),
        flag(plan.hasParts),
        plan.scope ?? ABSENT,
        parentRunId,
        attemptNumber,
        flag(plan.context !== undefined),
        runId,
        attempt,
      ),
    );
    renewViews(room, INPUT_BYTES);
    const verbatim = (steps & VERBATIM) === 0 ? [] : [text];
    const derived = (steps & DERIVED) === 0 ? [] : [hashInto(room, text, RESET_SLOT)];
    return [...verbatim, ...derived];
  });
}

/** What follows from a candidate's failure; see `AfterFailure` in `src/reset.rs`. */
export const enum AfterFailure {
  Report,
  ReportFirst,
  TryNext,
}

/** What to do after `candidates[index]` was refused for good with HTTP `status` (0: no answer). */
export function afterFailure(candidates: number, index: number, status: number): AfterFailure {
  return withRoom(({ core }) => core.after_failure(candidates, index, status));
}

/** Refuses what has to be a text and isn't. */
export function refuseNonText(kind: NonText, found: unknown): never {
  throw withRoom((room) => {
    const name = found === null ? "null" : found === undefined ? "undefined" : Array.isArray(found) ? "an array" : `a value of type ${typeof found}`;
    const [length = ABSENT] = write(room, [name]);
    room.core.refuse_non_text(kind, length);
    return coreError(read(room), { found: name });
  });
}

/** The token of a key. */
export function tokenOf(key: string, { code, suffix }: Origin): string {
  return withRoom((room) => {
    renewViews(room, Math.max((key.length + suffix.length) * BYTES_PER_UNIT, INPUT_BYTES));
    const length = writeWtf8(key, room.input);
    room.core.to_token(code, length, writeUtf8(suffix, room.input.subarray(length)));
    return read(room);
  });
}

/** What a token carries. */
export function openToken(token: string): { key: string; origin: Origin } {
  return withRoom((room) => {
    const [length = 0] = write(room, [token]);
    const code = check(room, room.core.open_token(length));
    const text = read(room);
    const end = text.indexOf("\n");
    const scope = text.slice(0, end) as IdempotencyKeyScope;
    const key = readWtf8(new Uint8Array(room.core.memory.buffer, room.core.bytes() >>> 0, room.core.bytes_length()));
    return { key, origin: { scope, code, suffix: text.slice(end + 1) } };
  });
}
