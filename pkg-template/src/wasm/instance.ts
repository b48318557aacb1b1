/**
 * An instance of the crate, views of its memory, and what becomes of both when a call breaks off: how strings
 * get into the memory and out of it. What is called there is in `keys.ts` and `data.ts`.
 *
 * No user code runs between writing and reading.
 */

import { engine } from "#engine";

import type { WasmExports } from "./engine.js";
import { crateError, EngineError, IdempotencyKeyError } from "../errors.js";
import { BYTES_PER_UNIT, readUtf8, writeUtf8 } from "./strings.js";

/** Hex digits of a hash: `HEX_LENGTH` in `src/sha256/consts.rs`. */
export const HASH_LENGTH = 64;
/** Keys that one call hashes at most: `BATCH` in `src/npm.rs`. */
export const BATCH_KEYS = 256;
/** The length of a string that is not there. */
export const ABSENT = -1;
/** What an export returns that left an error. */
const FAILED = -1;
/** Room for any usual key, and for a piece of a long one. */
export const INPUT_BYTES = 1 << 16;
/** UTF-16 units that are sure to fit it. */
export const INPUT_UNITS = Math.floor(INPUT_BYTES / BYTES_PER_UNIT);
/** Past this the instance is replaced after the call: wasm memory can grow, but not shrink. */
const MEMORY_LIMIT = 4 << 20;

/** An instance, views of its memory, and what it holds. */
export interface Instance {
  readonly exports: WasmExports;
  input: Uint8Array;
  output: Uint8Array;
  outputs: Uint8Array;
  lengths: Uint32Array;
  /** The resolved scope whose suffix each slot holds. */
  readonly loaded: unknown[];
}

/** Waits for the next call, its views valid and its input of {@link INPUT_BYTES} bytes. */
let idle: Instance | undefined;

function start(): Instance {
  const none = new Uint8Array(0);
  const instance = {
    exports: engine.start(),
    input: none,
    output: none,
    outputs: none,
    lengths: new Uint32Array(0),
    loaded: [],
  };
  renewViews(instance, INPUT_BYTES);
  return instance;
}

/** Makes the views anew, with room for `inputBytes` to write: growing the memory detaches its views. */
export function renewViews(instance: Instance, inputBytes: number): void {
  const { exports } = instance;
  const address = exports.reserve(inputBytes) >>> 0;
  const { buffer } = exports.memory;
  instance.input = new Uint8Array(buffer, address, inputBytes);
  if (instance.output.buffer !== buffer) {
    instance.outputs = new Uint8Array(buffer, exports.output() >>> 0, HASH_LENGTH * BATCH_KEYS);
    instance.output = instance.outputs.subarray(0, HASH_LENGTH);
    instance.lengths = new Uint32Array(buffer, exports.lengths() >>> 0, BATCH_KEYS);
  }
}

/**
 * The instance for a call, which puts it back when it is done. One in which a call broke off (a trap, no stack
 * left) is never used again, and a call from within a call has one of its own. Nothing is lost: keys live in
 * JavaScript.
 */
export function take(): Instance {
  const instance = idle ?? start();
  idle = undefined;
  return instance;
}

/** Puts back an instance whose views are valid. */
export function keep(instance: Instance): void {
  idle = instance;
}

/** Calls `work` with an instance, and gives back the memory that it took. */
export function withInstance<T>(work: (instance: Instance) => T): T {
  try {
    const instance = take();
    const result = work(instance);
    putBack(instance);
    return result;
  } catch (cause) {
    throw brokenOff(cause);
  }
}

function putBack(instance: Instance): void {
  const { buffer } = instance.exports.memory;
  if (buffer.byteLength > MEMORY_LIMIT) {
    return;
  }
  if (instance.input.buffer !== buffer || instance.input.length !== INPUT_BYTES) {
    renewViews(instance, INPUT_BYTES);
  }
  keep(instance);
}

/** What broke a call off, as an error of ours. */
export function brokenOff(cause: unknown): IdempotencyKeyError {
  if (cause instanceof IdempotencyKeyError) {
    return cause;
  }
  const found = cause instanceof Error ? cause.message : String(cause);
  const isTrap = typeof WebAssembly === "object" && cause instanceof WebAssembly.RuntimeError;
  const what =
    cause instanceof RangeError
      ? "the call needed more memory or stack than there is"
      : isTrap
        ? `the engine stopped, as it does when it runs out of memory (${found})`
        : `the engine failed (${found})`;
  return new EngineError(`${what}; the next call starts a new engine`, { cause });
}

/** Makes room to write strings of so many UTF-16 units together. */
export function makeRoom(instance: Instance, units: number): void {
  if (units > INPUT_UNITS) {
    renewViews(instance, units * BYTES_PER_UNIT);
  }
}

/** Writes strings one after another, and returns their lengths in bytes. */
export function write(instance: Instance, strings: readonly (string | undefined)[]): number[] {
  let units = 0;
  for (let index = 0; index < strings.length; index++) {
    units += strings[index]?.length ?? 0;
  }
  makeRoom(instance, units);
  const written: number[] = [];
  let offset = 0;
  for (let index = 0; index < strings.length; index++) {
    const string = strings[index];
    const length = string === undefined ? ABSENT : writeUtf8(string, instance.input.subarray(offset));
    written[index] = length;
    offset += length === ABSENT ? 0 : length;
  }
  return written;
}

/** The string that the last call left. */
export function read({ exports }: Instance): string {
  return readUtf8(new Uint8Array(exports.memory.buffer, exports.text() >>> 0, exports.text_length()));
}

/** A truth value as it crosses. */
export function flag(value: boolean): 0 | 1 {
  return value ? 1 : 0;
}

/** The answer of an export, or its error. */
export function check(instance: Instance, answer: number): number {
  if (answer === FAILED) {
    const error = crateError(read(instance));
    putBack(instance);
    throw error;
  }
  return answer;
}
