/**
 * The TypeScript half of the wasm boundary, for keys, resets and tokens. `src/npm/keys.rs` is the other half.
 */

import { engine } from "#engine";

import { isArray } from "../../../src/js/arguments.js";
import { crateError } from "../errors.js";
import {
  ABSENT,
  BATCH_KEYS,
  brokenOff,
  check,
  flag,
  HASH_LENGTH,
  INPUT_BYTES,
  INPUT_UNITS,
  type Instance,
  keep,
  makeRoom,
  read,
  renewViews,
  take,
  withInstance,
  write,
} from "./instance.js";
import { BYTES_PER_UNIT, readAscii, readWtf8, writeAscii, writeUtf8, writeWtf8 } from "./strings.js";
import type { IdempotencyKeyScope } from "../types.js";

export { HASH_LENGTH };

/** Which kind of engine this copy of the package has. */
export const engineKind: string = engine.name;
/** What joins the parts of a key: `DELIMITER` in `src/material.rs`. A test of the vectors guards it. */
export const DELIMITER = "-";
/** Keys whose hashes are one string. */
export const GROUP_KEYS = 16;
/** Longer keys are written faster by the platform's encoder than by a loop. */
const SHORT_LENGTH = 96;
/** The slot for the suffix of a reset, after those of the scopes. */
const RESET_SLOT = 3;

/** The kinds of value that are no key part, in the order of `PartKind::ALL` in `src/material.rs`. */
export const enum Refused {
  Null,
  Undefined,
  Array,
  Object,
  Function,
  Symbol,
  Promise,
}

/** What has to be a string, in the order of `Argument::ALL` in `src/error/messages.rs`. */
export const enum NonString {
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
  withInstance(() => undefined);
  return engine.name;
}

/** What a scope adds to a key in a context. Shared by all keys of one scope in one context. */
export interface ResolvedScope {
  readonly scope: IdempotencyKeyScope;
  /** The scope's code on the wasm boundary. */
  readonly code: number;
  /** What follows the key when it is hashed, such as `-run_abc123`. */
  readonly suffix: string;
}

/** What the scope of that name adds in a context, of which run id and attempt number are as far as they are known. */
export function resolve(
  name: string | undefined,
  context: { runId: string | undefined; attempt: string | undefined } | undefined,
  hasParts: boolean,
): ResolvedScope {
  return withInstance((instance) => {
    const [nameLength = ABSENT, runId = ABSENT, attempt = ABSENT] = write(instance, [
      name,
      context?.runId,
      context?.attempt,
    ]);
    const code = check(
      instance,
      instance.exports.resolve_scope(nameLength, flag(context !== undefined), runId, attempt, flag(hasParts)),
    );
    const [scope, suffix] = cut(read(instance));
    const resolved: ResolvedScope = { scope: scope as IdempotencyKeyScope, code, suffix };
    instance.loaded[code] = resolved;
    return resolved;
  });
}

/** What stands before and after the first line feed. */
function cut(text: string): [string, string] {
  const end = text.indexOf("\n");
  return [text.slice(0, end), text.slice(end + 1)];
}

/**
 * The hash of joined parts followed by the scope's suffix. Without {@link withInstance}, whose function and look at
 * the memory are a fifth of the time that a key takes.
 */
export function hash(text: string, scope: ResolvedScope): string {
  try {
    const instance = take();
    load(instance, scope);
    const digits = hashInto(instance, text, scope.code);
    keep(instance);
    return digits;
  } catch (cause) {
    throw brokenOff(cause);
  }
}

/** Makes the suffix of `scope` that of its slot. */
function load(instance: Instance, scope: ResolvedScope): void {
  if (instance.loaded[scope.code] === scope) {
    return;
  }
  const [length = ABSENT] = write(instance, [scope.suffix]);
  instance.exports.set_suffix(scope.code, length);
  renewViews(instance, INPUT_BYTES);
  instance.loaded[scope.code] = scope;
}

function hashInto({ exports, input, output }: Instance, text: string, slot: number): string {
  if (text.length <= SHORT_LENGTH && writeAscii(text, input, 0)) {
    exports.create(slot, text.length);
  } else if (text.length * BYTES_PER_UNIT <= INPUT_BYTES) {
    exports.create(slot, writeUtf8(text, input));
  } else {
    for (let start = 0; start < text.length; ) {
      const end = endOfPiece(text, start);
      exports.update(writeUtf8(text.slice(start, end), input));
      start = end;
    }
    exports.finish(slot);
  }
  return readAscii(output, 0, HASH_LENGTH);
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

/** Of each string, in UTF-16 units or bytes. */
const units = new Uint32Array(BATCH_KEYS);

/**
 * The hashes of up to 256 strings, each followed by the scope's suffix: those of 16 strings one after another,
 * then those of the next 16. A string of them all would be kept alive as a whole by any one hash.
 */
export function hashMany(strings: readonly string[], scope: ResolvedScope): string[] {
  return withInstance((instance) => {
    load(instance, scope);
    const { exports, input, outputs, lengths } = instance;
    const count = strings.length;
    let joined = "";
    for (let index = 0; index < count; index++) {
      const text = strings[index] as string;
      units[index] = text.length;
      joined += text;
    }
    if (writeUtf8(joined, input) !== joined.length) {
      // Not all ASCII. One by one: a surrogate at the end of one string must not pair with one at the start of the next.
      let used = 0;
      for (let index = 0; index < count; index++) {
        units[index] = writeUtf8(strings[index] as string, input.subarray(used));
        used += units[index] as number;
      }
    }
    lengths.set(units);
    exports.create_many(scope.code, count);
    const groups: string[] = [];
    for (let start = 0; start < count; start += GROUP_KEYS) {
      groups.push(readAscii(outputs, start * HASH_LENGTH, Math.min(start + GROUP_KEYS, count) * HASH_LENGTH));
    }
    return groups;
  });
}

/** Refuses a key, or a part of it, for what it is; `key` is its place among many. */
export function refusePart(kind: Refused, part?: number, key?: number): never {
  throw withInstance((instance) => {
    instance.exports.refuse_part(kind, part ?? ABSENT, key ?? ABSENT);
    return crateError(read(instance), { index: key ?? part });
  });
}

/** Whether a string of that many UTF-16 code units could be a hash already. */
export function isHashLength(length: number): boolean {
  return length === HASH_LENGTH;
}

/** What a reset plan is made from, besides the target itself. */
interface PlanInput {
  readonly isHash: boolean;
  readonly hasParts: boolean;
  /** The scope's name, if one was given. */
  readonly scope: string | undefined;
  readonly parentRunId: string | undefined;
  readonly attemptNumber: string | undefined;
  readonly context: { runId: string | undefined; attempt: string | undefined } | undefined;
}

/** The keys to try for `text`, in order. */
export function candidatesFor(text: string, plan: PlanInput): string[] {
  const VERBATIM = 1;
  const DERIVED = 2;
  return withInstance((instance) => {
    const [scope = ABSENT, parentRunId = ABSENT, attemptNumber = ABSENT, runId = ABSENT, attempt = ABSENT] = write(
      instance,
      [plan.scope, plan.parentRunId, plan.attemptNumber, plan.context?.runId, plan.context?.attempt],
    );
    const steps = check(
      instance,
      instance.exports.plan_reset(
        flag(plan.isHash),
        flag(plan.hasParts),
        scope,
        parentRunId,
        attemptNumber,
        flag(plan.context !== undefined),
        runId,
        attempt,
      ),
    );
    renewViews(instance, INPUT_BYTES);
    const verbatim = (steps & VERBATIM) === 0 ? [] : [text];
    const derived = (steps & DERIVED) === 0 ? [] : [hashInto(instance, text, RESET_SLOT)];
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
  return withInstance(({ exports }) => exports.after_failure(candidates, index, status));
}

/** Refuses what has to be a string and isn't. */
export function refuseNonString(kind: NonString, found: unknown): never {
  throw withInstance((instance) => {
    const name =
      found === null
        ? "null"
        : found === undefined
          ? "undefined"
          : isArray(found)
            ? "an array"
            : `a value of type ${typeof found}`;
    const [length = ABSENT] = write(instance, [name]);
    instance.exports.refuse_non_string(kind, length);
    return crateError(read(instance));
  });
}

/** The UUID that a hash gives. */
export function uuidOf(hash: string): string {
  return withInstance((instance) => {
    const [length = ABSENT] = write(instance, [hash]);
    instance.exports.to_uuid(length);
    return read(instance);
  });
}

/** The token of a key. */
export function tokenOf(key: string, { code, suffix }: ResolvedScope): string {
  return withInstance((instance) => {
    makeRoom(instance, key.length + suffix.length);
    const length = writeWtf8(key, instance.input);
    instance.exports.to_token(code, length, writeUtf8(suffix, instance.input.subarray(length)));
    return read(instance);
  });
}

/** What a token carries. */
export function openToken(token: string): { key: string; scope: ResolvedScope } {
  return withInstance((instance) => {
    const [length = 0] = write(instance, [token]);
    const code = check(instance, instance.exports.open_token(length));
    const [scope, suffix] = cut(read(instance));
    const key = readWtf8(
      new Uint8Array(instance.exports.memory.buffer, instance.exports.bytes() >>> 0, instance.exports.bytes_length()),
    );
    return { key, scope: { scope: scope as IdempotencyKeyScope, code, suffix } };
  });
}
