/**
 * The TypeScript half of the wasm boundary: writes texts into the core's memory, reads them back,
 * and turns its failures into errors. `src/wasm.rs` is the other half.
 *
 * No user code runs between writing and reading, so a call can't be re-entered.
 */

import { engine } from "#engine";

import type { Core } from "./engine.js";
import { coreError, EngineError, IdempotencyKeyError } from "./errors.js";
import type { Origin } from "./key.js";
import { BYTES_PER_UNIT, readUtf8, writeAscii, writeUtf8 } from "./text.js";
import type { IdempotencyKeyScope } from "./types.js";

/** The length of a text that is not there. */
const ABSENT = -1;
/** What an export answers that left an error. */
const FAILED = -1;
/** Room for any usual key, and for a piece of a long one. */
const INPUT_BYTES = 1 << 16;
/** Past this the core is replaced after the call: wasm memory can grow, but not shrink. */
const MEMORY_LIMIT = 4 << 20;
const HASH_LENGTH = 64;
/** Keys that the core makes at most in one call. */
const BATCH = 256;
/** Longer keys are written faster by the platform's encoder than by a loop. */
const SHORT_LENGTH = 96;
/** The slot for the suffix of a reset, behind those of the scopes. */
const RESET_SLOT = 3;

let core: Core | undefined;
let input = new Uint8Array(0);
let output = new Uint8Array(0);
let outputs = new Uint8Array(0);
let lengths = new Uint32Array(0);
/** The origin whose suffix each slot of the core holds. */
let loaded: (Origin | undefined)[] = [];

/** The kinds of value that are no key part, in the order of `refuse_part` in `src/wasm.rs`. */
export const enum Refused {
  Null,
  Undefined,
  Array,
  Object,
  Function,
  Symbol,
}

/** Which engine answers: `"wasm-simd"`, `"wasm"` where there are no SIMD instructions, or `"js"`. */
export function engineName(): "wasm-simd" | "wasm" | "js" {
  running();
  return engine.name;
}

function running(): Core {
  if (core === undefined) {
    core = engine.start();
    loaded = [];
    renewViews(core, INPUT_BYTES);
  }
  return core;
}

function renewViews(core: Core, inputBytes: number): void {
  const address = core.reserve(inputBytes);
  const { buffer } = core.memory;
  input = new Uint8Array(buffer, address, inputBytes);
  output = new Uint8Array(buffer, core.output(), HASH_LENGTH);
  outputs = new Uint8Array(buffer, core.output(), HASH_LENGTH * BATCH);
  lengths = new Uint32Array(buffer, core.lengths(), BATCH);
}

/**
 * Gives up the core after a trap, which may have left it in mid-call, and says why. Nothing is lost:
 * keys live in JavaScript.
 */
function giveUp(cause: unknown): Error {
  if (cause instanceof IdempotencyKeyError) {
    return cause;
  }
  core = undefined;
  return new EngineError("the call needed more memory or stack than there is; the next one starts afresh", { cause });
}

/** Runs `work` on the core, and gives back the memory that it took. */
function withCore<T>(work: (core: Core) => T): T {
  try {
    const result = work(running());
    if (core !== undefined && core.memory.buffer.byteLength > MEMORY_LIMIT) {
      core = undefined;
    }
    return result;
  } catch (cause) {
    throw giveUp(cause);
  }
}

/** Writes texts one behind another, and returns their lengths in bytes. */
function write(core: Core, texts: readonly (string | undefined)[]): number[] {
  const units = texts.reduce((sum, text) => sum + (text?.length ?? 0), 0);
  renewViews(core, Math.max(units * BYTES_PER_UNIT, INPUT_BYTES));
  let offset = 0;
  return texts.map((text) => {
    if (text === undefined) {
      return ABSENT;
    }
    const written = writeUtf8(text, input.subarray(offset));
    offset += written;
    return written;
  });
}

function read(core: Core): string {
  return readUtf8(new Uint8Array(core.memory.buffer, core.text(), core.text_length()));
}

/** The answer of an export, or its error. */
function check(core: Core, answer: number): number {
  if (answer === FAILED) {
    throw coreError(read(core));
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
  return withCore((core) => {
    const [length = ABSENT] = write(core, [name]);
    const code = check(core, core.scope(length));
    return { code, name: read(core) as IdempotencyKeyScope };
  });
}

let delimiterText: string | undefined;

/** What joins the parts of a key. */
export function delimiter(): string {
  return (delimiterText ??= withCore((core) => String.fromCharCode(core.delimiter())));
}

/** What `scope` adds in a context, of which `run` and `attempt` are as far as they are known. */
export function scopeSuffix(
  scope: number,
  context: { runId: string | undefined; attempt: string | undefined } | undefined,
  hasParts: boolean,
): string {
  return withCore((core) => {
    const [runId = ABSENT, attempt = ABSENT] = write(core, [context?.runId, context?.attempt]);
    loaded[scope] = undefined;
    check(core, core.set_context(scope, Number(context !== undefined), runId, attempt, Number(hasParts)));
    return read(core);
  });
}

/** The hash of joined parts followed by the origin's suffix. */
export function hash(text: string, origin: Origin): string {
  try {
    const core = running();
    if (loaded[origin.code] !== origin) {
      load(core, origin);
    }
    return hashInto(core, text, origin.code);
  } catch (cause) {
    throw giveUp(cause);
  }
}

function load(core: Core, origin: Origin): void {
  const [length = ABSENT] = write(core, [origin.suffix]);
  core.set_suffix(origin.code, length);
  renewViews(core, INPUT_BYTES);
  loaded[origin.code] = origin;
}

function hashInto(core: Core, text: string, slot: number): string {
  if (text.length <= SHORT_LENGTH && writeAscii(text, input, 0)) {
    core.create(slot, text.length);
  } else if (text.length * BYTES_PER_UNIT <= INPUT_BYTES) {
    core.create(slot, writeUtf8(text, input));
  } else {
    for (const piece of pieces(text)) {
      core.update(writeUtf8(piece, input));
    }
    core.finish(slot);
  }
  return readUtf8(output);
}

/** Pieces of `text` that fit the input, none of which cuts a surrogate pair in two. */
function* pieces(text: string): Generator<string> {
  const most = Math.floor(INPUT_BYTES / BYTES_PER_UNIT);
  for (let start = 0; start < text.length; ) {
    let end = Math.min(start + most, text.length);
    const last = text.charCodeAt(end - 1);
    if (end < text.length && last >= 0xd800 && last <= 0xdbff) {
      end--;
    }
    yield text.slice(start, end);
    start = end;
  }
}

/** {@link hash} for many texts. */
export function hashMany(texts: readonly string[], origin: Origin): string[] {
  const hashes: string[] = [];
  let count = 0;
  let used = 0;
  const flush = (core: Core): void => {
    core.create_many(origin.code, count);
    const digits = readUtf8(outputs.subarray(0, count * HASH_LENGTH));
    for (let index = 0; index < count; index++) {
      hashes.push(digits.substring(index * HASH_LENGTH, (index + 1) * HASH_LENGTH));
    }
    count = 0;
    used = 0;
  };
  return withCore((core) => {
    if (loaded[origin.code] !== origin) {
      load(core, origin);
    }
    for (const text of texts) {
      const most = text.length * BYTES_PER_UNIT;
      if (count === BATCH || most > INPUT_BYTES - used) {
        flush(core);
      }
      if (most > INPUT_BYTES) {
        hashes.push(hashInto(core, text, origin.code));
        continue;
      }
      const length = writeAscii(text, input, used) ? text.length : writeUtf8(text, input.subarray(used));
      lengths[count++] = length;
      used += length;
    }
    flush(core);
    return hashes;
  });
}

/** Refuses a key, or its part at `index`, for what it is. */
export function refusePart(kind: Refused, index = ABSENT): never {
  throw withCore((core) => {
    core.refuse_part(kind, index);
    return coreError(read(core));
  });
}

/** Whether a text of that many UTF-16 code units could be a hash already. */
export function isHashLength(length: number): boolean {
  return withCore((core) => Boolean(core.is_hash_length(length)));
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
  return withCore((core) => {
    const [parentRunId = ABSENT, attemptNumber = ABSENT, runId = ABSENT, attempt = ABSENT] = write(core, [
      plan.parentRunId,
      plan.attemptNumber,
      plan.context?.runId,
      plan.context?.attempt,
    ]);
    const steps = check(
      core,
      core.plan_reset(
        Number(plan.isHash),
        Number(plan.hasParts),
        plan.scope ?? ABSENT,
        parentRunId,
        attemptNumber,
        Number(plan.context !== undefined),
        runId,
        attempt,
      ),
    );
    renewViews(core, INPUT_BYTES);
    const verbatim = (steps & VERBATIM) === 0 ? [] : [text];
    const derived = (steps & DERIVED) === 0 ? [] : [hashInto(core, text, RESET_SLOT)];
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
  return withCore((core) => core.after_failure(candidates, index, status));
}
