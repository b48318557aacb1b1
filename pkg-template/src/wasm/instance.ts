/**
 * A core, views of its memory, and what becomes of both when a call breaks off: how texts get into the
 * memory and out of it. What is called there is in `wasm.ts` and `wasm-data.ts`.
 *
 * No user code runs between writing and reading.
 */

import { engine } from "#engine";

import type { Core } from "./engine.js";
import { coreError, EngineError, IdempotencyKeyError } from "../errors.js";
import { BYTES_PER_UNIT, readUtf8, writeUtf8 } from "./strings.js";

/** Hex digits of a hash: `HEX_LENGTH` in `src/sha256.rs`. */
export const HASH_LENGTH = 64;
/** Keys that one call hashes at most: `BATCH` in `src/npm.rs`. */
export const BATCH_KEYS = 256;
/** The length of a text that is not there. */
export const ABSENT = -1;
/** What an export answers that left an error. */
const FAILED = -1;
/** Room for any usual key, and for a piece of a long one. */
export const INPUT_BYTES = 1 << 16;
/** UTF-16 units that are sure to fit it. */
export const INPUT_UNITS = Math.floor(INPUT_BYTES / BYTES_PER_UNIT);
/** Past this the core is replaced after the call: wasm memory can grow, but not shrink. */
const MEMORY_LIMIT = 4 << 20;

/** A core, views of its memory, and what it holds. */
export interface Room {
  readonly core: Core;
  input: Uint8Array;
  output: Uint8Array;
  outputs: Uint8Array;
  lengths: Uint32Array;
  /** The resolved scope whose suffix each slot of the core holds. */
  readonly loaded: unknown[];
}

/**
 * The room that waits for the next call. A call takes it away and puts it back when it is done, so
 * that a room in which a call broke off (a trap, no stack left, also none to clean up) is never
 * seen again, and a call from within a call has one of its own. Nothing is lost: keys live in
 * JavaScript.
 */
let idle: Room | undefined;

/** The room that waits, or a new one. */
export function take(): Room {
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
export function renewViews(room: Room, inputBytes: number): void {
  const { core } = room;
  const address = core.reserve(inputBytes) >>> 0;
  const { buffer } = core.memory;
  room.input = new Uint8Array(buffer, address, inputBytes);
  room.output = new Uint8Array(buffer, core.output(), HASH_LENGTH);
  room.outputs = new Uint8Array(buffer, core.output(), HASH_LENGTH * BATCH_KEYS);
  room.lengths = new Uint32Array(buffer, core.lengths(), BATCH_KEYS);
}

/** Puts back a room in which no memory can have grown. */
export function keep(room: Room): void {
  idle = room;
}

/** Puts back a room, without the memory that a call took. */
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
export function brokenOff(cause: unknown): Error {
  if (cause instanceof IdempotencyKeyError) {
    return cause;
  }
  const isTrap = typeof WebAssembly === "object" && cause instanceof WebAssembly.RuntimeError;
  const what =
    cause instanceof RangeError || isTrap
      ? "the call needed more memory or stack than there is"
      : `the engine failed (${cause instanceof Error ? cause.message : String(cause)})`;
  return new EngineError(`${what}; the next call starts a new engine`, { cause });
}

/** Runs `work` in a room, and gives back the memory that it took. */
export function withRoom<T>(work: (room: Room) => T): T {
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
export function write(room: Room, texts: readonly (string | undefined)[]): number[] {
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

/** The text that the last call left. */
export function read({ core }: Room): string {
  return readUtf8(new Uint8Array(core.memory.buffer, core.text() >>> 0, core.text_length()));
}

/** A truth value as it crosses. */
export function flag(value: boolean): 0 | 1 {
  return value ? 1 : 0;
}

/** The answer of an export, or its error. */
export function check(room: Room, answer: number): number {
  if (answer === FAILED) {
    const error = coreError(read(room));
    putBack(room);
    throw error;
  }
  return answer;
}
