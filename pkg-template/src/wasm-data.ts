/**
 * The TypeScript half of the wasm boundary, for payloads, times to live and random keys. `src/wasm/data.rs`
 * is the other half.
 */

import { HASH_LENGTH } from "./batch.js";
import { coreError } from "./errors.js";
import { hostSha256 } from "./host.js";
import { ABSENT, check, flag, INPUT_UNITS, read, renewViews, type Room, withRoom, write } from "./room.js";
import { BYTES_PER_UNIT, readUtf8, writeUtf8 } from "./text.js";

/** Payloads from this length on are hashed by Node, where there is one: 250 bytes take as long either way. */
const HOST_LENGTH = 256;

/** The values in payloads that are no JSON, in the order of `refused_payload` in `src/error.rs`. */
export const enum RefusedValue {
  BigInt,
  Cycle,
  NonFinite,
  Nothing,
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

/** The milliseconds of a time-to-live. */
export function ttlMilliseconds(ttl: string): number {
  return withRoom((room) => {
    const [length = ABSENT] = write(room, [ttl]);
    return check(room, room.core.parse_ttl(length));
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
