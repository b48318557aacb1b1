/**
 * The TypeScript half of the wasm boundary, for payloads, times to live and random keys. `src/npm/data.rs`
 * is the other half.
 */

import { coreError } from "../errors.js";
import { hostSha256 } from "../payload/node-sha256.js";
import { ABSENT, check, flag, HASH_LENGTH, INPUT_UNITS, read, renewViews, type Room, withRoom, write } from "./instance.js";
import { BYTES_PER_UNIT, readUtf8, writeLongUtf8, writeUtf8 } from "./strings.js";

/** Payloads from this length on are hashed by Node, where there is one: 250 bytes take as long either way. */
const HOST_LENGTH = 256;

/** Writes a text, and one behind it; returns their lengths in bytes. Faster than {@link write}. */
function writeBoth(room: Room, text: string, behind: string): [number, number] {
  const units = text.length + behind.length;
  if (units > INPUT_UNITS) {
    renewViews(room, units * BYTES_PER_UNIT);
  }
  const length = writeLongUtf8(text, room.input);
  return [length, behind === "" ? 0 : writeUtf8(behind, room.input.subarray(length))];
}

/** The result for a payload, and how many of its values JSON writes as `null` or `{}`. */
export interface FromJson {
  readonly result: string;
  readonly unclear: number;
}

/**
 * What `order` left: a copy, or else the input, which is in order already. Where that is says the core:
 * the view of it may be cut off.
 */
function ordered({ core }: Room, answer: number, length: number): Uint8Array {
  const isCopy = (answer & 1) !== 0;
  return new Uint8Array(core.memory.buffer, (isCopy ? core.bytes() : core.reserve(0)) >>> 0, length);
}

/** Canonical JSON, from what JSON.stringify wrote. */
export function canonicalText(json: string): FromJson {
  return withRoom((room) => {
    const [length] = writeBoth(room, json, "");
    const answer = check(room, room.core.order(length, 0));
    return { result: readUtf8(ordered(room, answer, length)), unclear: answer >>> 1 };
  });
}

/** The hash of JSON as JSON.stringify wrote it, or in canonical order, with `operation` behind it. */
export function payloadHash(json: string, operation: string, canonical: boolean): FromJson {
  return withRoom((room) => {
    const { core } = room;
    const [length, behind] = writeBoth(room, json, operation);
    const sha256 = length < HOST_LENGTH ? undefined : hostSha256();
    if (sha256 === undefined) {
      const answer = check(room, core.hash_payload(length, behind, flag(canonical)));
      return { result: readUtf8(new Uint8Array(core.memory.buffer, core.output() >>> 0, HASH_LENGTH)), unclear: answer >>> 1 };
    }
    // Before `order`, which leaves the input in another one.
    const asItStands = canonical ? undefined : sha256(ordered(room, 0, length + behind));
    const answer = check(room, core.order(length, behind));
    return { result: asItStands ?? sha256(ordered(room, answer, length + behind)), unclear: answer >>> 1 };
  });
}

/** Refuses a payload for the value at `steps`, the names and indexes that lead to it. */
export function refusePayload(steps: readonly (string | number)[], problem: string, found: string | undefined): never {
  throw withRoom((room) => {
    const [stepsLength = ABSENT, problemLength = ABSENT] = write(room, [JSON.stringify(steps), problem]);
    room.core.refuse_payload(stepsLength, problemLength);
    return coreError(read(room), { found });
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
