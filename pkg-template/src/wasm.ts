/**
 * The TypeScript half of the wasm boundary: writes texts into the core's memory, reads them back,
 * and turns its failures into errors. `src/wasm.rs` is the other half.
 *
 * No user code runs between writing and reading, unless built-ins were patched; {@link idle} says
 * why that does no harm.
 */

import { engine } from "#engine";

import { BATCH_KEYS } from "./batch.js";
import { charCodeAt, copyInto, fromCharCode, indexOf, isArray, slice } from "./builtins.js";
import type { Core } from "./engine.js";
import { coreError, EngineError, IdempotencyKeyError } from "./errors.js";
import { hostSha256 } from "./host.js";
import type { Origin } from "./key.js";
import { BYTES_PER_UNIT, readAscii, readUtf8, readWtf8, writeAscii, writeUtf8, writeWtf8 } from "./text.js";
import type { IdempotencyKeyScope } from "./types.js";

/** The length of a text that is not there. */
const ABSENT = -1;
/** What an export answers that left an error. */
const FAILED = -1;
/** Room for any usual key, and for a piece of a long one. */
const INPUT_BYTES = 1 << 16;
/** UTF-16 units that are sure to fit it. */
export const INPUT_UNITS = Math.floor(INPUT_BYTES / BYTES_PER_UNIT);
/** Past this the core is replaced after the call: wasm memory can grow, but not shrink. */
const MEMORY_LIMIT = 4 << 20;
const HASH_LENGTH = 64;
/** Payloads from this length on are hashed by Node, where there is one: 250 bytes take as long either way. */
const HOST_LENGTH = 256;
/** Longer keys are written faster by the platform's encoder than by a loop. */
const SHORT_LENGTH = 96;
/** The slot for the suffix of a reset, behind those of the scopes. */
const RESET_SLOT = 3;

/** A core, views of its memory, and what it holds. */
interface Room {
  readonly core: Core;
  input: Uint8Array;
  output: Uint8Array;
  outputs: Uint8Array;
  lengths: Uint32Array;
  /** The origin whose suffix each slot of the core holds. */
  readonly loaded: (Origin | undefined)[];
}

/**
 * The room that waits for the next call. A call takes it away and puts it back when it is done, so
 * that a room in which a call broke off (a trap, no stack left, also none to clean up) is never
 * seen again, and a call from within a call has one of its own. Nothing is lost: keys live in
 * JavaScript.
 */
let idle: Room | undefined;

/** The kinds of value that are no key part, in the order of `refuse_part` in `src/wasm.rs`. */
export const enum Refused {
  Null,
  Undefined,
  Array,
  Object,
  Function,
  Symbol,
}

/** The values in payloads that are no JSON, in the order of `refused_payload` in `src/error.rs`. */
export const enum RefusedValue {
  BigInt,
  Cycle,
  NonFinite,
  Nothing,
}

/** What has to be a text, in the order of `refuse_non_text` in `src/wasm.rs`. */
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

function take(): Room {
  const room = idle ?? enter();
  idle = undefined;
  return room;
}

function enter(): Room {
  const core = engine.start();
  const none = new Uint8Array(0);
  const room: Room = { core, input: none, output: none, outputs: none, lengths: new Uint32Array(0), loaded: [] };
  renewViews(room, INPUT_BYTES);
  return room;
}

/** Growing memory cuts the views of it off, so they are made anew after whatever may grow it. */
function renewViews(room: Room, inputBytes: number): void {
  const { core } = room;
  const address = core.reserve(inputBytes) >>> 0;
  const { buffer } = core.memory;
  room.input = new Uint8Array(buffer, address, inputBytes);
  room.output = new Uint8Array(buffer, core.output(), HASH_LENGTH);
  room.outputs = new Uint8Array(buffer, core.output(), HASH_LENGTH * BATCH_KEYS);
  room.lengths = new Uint32Array(buffer, core.lengths(), BATCH_KEYS);
}

function putBack(room: Room): void {
  const { buffer } = room.core.memory;
  if (buffer.byteLength > MEMORY_LIMIT) {
    return;
  }
  if (room.input.buffer !== buffer || room.input.length !== INPUT_BYTES) {
    renewViews(room, INPUT_BYTES);
  }
  idle = room;
}

/** What broke a call off, as an error of ours. */
function brokenOff(cause: unknown): Error {
  return cause instanceof IdempotencyKeyError
    ? cause
    : new EngineError("the call needed more memory or stack than there is; the next one starts afresh", { cause });
}

/** Runs `work` in a room, and gives back the memory that it took. */
function withRoom<T>(work: (room: Room) => T): T {
  try {
    const room = take();
    const result = work(room);
    putBack(room);
    return result;
  } catch (cause) {
    throw brokenOff(cause);
  }
}

/** Writes texts one behind another, and returns their lengths in bytes. */
function write(room: Room, texts: readonly (string | undefined)[]): number[] {
  let units = 0;
  for (let index = 0; index < texts.length; index++) {
    units += texts[index]?.length ?? 0;
  }
  renewViews(room, units > INPUT_UNITS ? units * BYTES_PER_UNIT : INPUT_BYTES);
  const written: number[] = [];
  let offset = 0;
  for (let index = 0; index < texts.length; index++) {
    const text = texts[index];
    const length = text === undefined ? ABSENT : writeUtf8(text, room.input.subarray(offset));
    written[index] = length;
    offset += length === ABSENT ? 0 : length;
  }
  return written;
}

function read({ core }: Room): string {
  return readUtf8(new Uint8Array(core.memory.buffer, core.text() >>> 0, core.text_length()));
}

/** A truth value as it crosses. */
function flag(value: boolean): 0 | 1 {
  return value ? 1 : 0;
}

/** The answer of an export, or its error. */
function check(room: Room, answer: number): number {
  if (answer === FAILED) {
    const error = coreError(read(room));
    putBack(room);
    throw error;
  }
  return answer;
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
  return (delimiterText ??= withRoom(({ core }) => fromCharCode(core.delimiter())));
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
    idle = room;
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
      core.update(writeUtf8(slice(text, start, end), input));
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
  const last = charCodeAt(text, end - 1);
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
      copyInto(lengths, units);
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
    const written = writeUtf8(slice(joined, start, end), input.subarray(used));
    lengths[index] = written;
    start = end;
    used += written;
  }
}

/** Refuses a key, or its part at `index`, for what it is. */
export function refusePart(kind: Refused, index = ABSENT): never {
  throw withRoom((room) => {
    room.core.refuse_part(kind, index);
    return coreError(read(room));
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

/** Writes a text, and one behind it; returns their lengths in bytes. Faster than {@link write}. */
function writeBoth(room: Room, text: string, behind: string): [number, number] {
  const units = text.length + behind.length;
  if (units > INPUT_UNITS) {
    renewViews(room, units * BYTES_PER_UNIT);
  }
  const length = writeUtf8(text, room.input);
  return [length, behind === "" ? 0 : writeUtf8(behind, room.input.subarray(length))];
}

/**
 * What `order` left: the input if it is in order already, or else a copy. Both are asked for, since
 * memory may have grown, and views of it know no address after that.
 */
function ordered({ core }: Room, answer: number, length: number): Uint8Array {
  return answer === 0
    ? new Uint8Array(core.memory.buffer, core.reserve(0) >>> 0, length)
    : new Uint8Array(core.memory.buffer, core.bytes() >>> 0, core.bytes_length());
}

/** Canonical JSON, from what JSON.stringify wrote. */
export function canonicalText(json: string): string {
  return withRoom((room) => {
    const [length] = writeBoth(room, json, "");
    return readUtf8(ordered(room, check(room, room.core.order(length, 0)), length));
  });
}

/** The hash of JSON as JSON.stringify wrote it, or in canonical order, with `operation` behind it. */
export function payloadHash(json: string, operation: string, canonical: boolean): string {
  return withRoom((room) => {
    const [length, behind] = writeBoth(room, json, operation);
    const sha256 = length < HOST_LENGTH ? undefined : hostSha256();
    if (sha256 === undefined) {
      check(room, room.core.hash_payload(length, behind, flag(canonical)));
      return readUtf8(new Uint8Array(room.core.memory.buffer, room.core.output(), HASH_LENGTH));
    }
    const answer = check(room, room.core.order(length, behind));
    return sha256(ordered(room, canonical ? answer : 0, length + behind));
  });
}

/** Refuses a payload for what was found where `steps`, a JSON array, lead. */
export function refusePayload(kind: RefusedValue, steps: string, found: string): never {
  throw withRoom((room) => {
    const [stepsLength = ABSENT, foundLength = ABSENT] = write(room, [steps, found]);
    room.core.refuse_payload(kind, stepsLength, foundLength);
    return coreError(read(room));
  });
}

/** Refuses what has to be a text and isn't. */
export function refuseNonText(kind: NonText, found: unknown): never {
  throw withRoom((room) => {
    const name = found === null ? "null" : found === undefined ? "undefined" : isArray(found) ? "an array" : `a value of type ${typeof found}`;
    const [length = ABSENT] = write(room, [name]);
    room.core.refuse_non_text(kind, length);
    return coreError(read(room));
  });
}

/** The milliseconds of a time-to-live. */
export function ttlMilliseconds(ttl: string): number {
  return withRoom((room) => {
    const [length = ABSENT] = write(room, [ttl]);
    return check(room, room.core.parse_ttl(length));
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
    const end = indexOf(text, "\n");
    const scope = slice(text, 0, end) as IdempotencyKeyScope;
    const key = readWtf8(new Uint8Array(room.core.memory.buffer, room.core.bytes() >>> 0, room.core.bytes_length()));
    return { key, origin: { scope, code, suffix: slice(text, end + 1, text.length) } };
  });
}

/** Random bytes that {@link randomKeyAfter} needs. */
export const ENTROPY_LENGTH = 10;

/** A random key that is greater than `last`. */
export function randomKeyAfter(last: string, milliseconds: number, entropy: Uint8Array): string {
  return withRoom((room) => {
    room.input.set(entropy);
    const high = (milliseconds / 2 ** 32) >>> 0;
    room.core.random_key(high, milliseconds >>> 0, writeUtf8(last, room.input.subarray(ENTROPY_LENGTH)));
    return read(room);
  });
}
