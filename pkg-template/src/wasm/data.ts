/**
 * The TypeScript half of the wasm boundary, for payloads, times to live and random keys. `src/npm/data.rs`
 * is the other half.
 */

import { crateError } from "../errors.js";
import { hostSha256 } from "../payload/node-sha256.js";
import { ABSENT, check, flag, HASH_LENGTH, type Instance, makeRoom, read, withInstance, write } from "./instance.js";
import { readUtf8, writeLongUtf8, writeUtf8 } from "./strings.js";

/** Payloads from this length on are hashed by Node, where there is one: 250 bytes take as long either way. */
const HOST_LENGTH = 256;

/** Writes a string, and one after it; returns their lengths in bytes. Faster than {@link write}. */
function writeBoth(instance: Instance, text: string, trailing: string): [number, number] {
  makeRoom(instance, text.length + trailing.length);
  const length = writeLongUtf8(text, instance.input);
  return [length, trailing === "" ? 0 : writeUtf8(trailing, instance.input.subarray(length))];
}

/** The result for a payload, and how many of its values JSON writes as `null` or `{}`. */
export interface FromJson {
  readonly result: string;
  readonly unclear: number;
}

/**
 * What `order` left: a copy, or else the input, which is in order already. The crate says where that is:
 * the view of it may be detached.
 */
function ordered({ exports }: Instance, answer: number, length: number): Uint8Array {
  const isCopy = (answer & 1) !== 0;
  return new Uint8Array(exports.memory.buffer, (isCopy ? exports.bytes() : exports.reserve(0)) >>> 0, length);
}

/** Canonical JSON, from what JSON.stringify wrote. */
export function canonicalText(json: string): FromJson {
  return withInstance((instance) => {
    const [length] = writeBoth(instance, json, "");
    const answer = check(instance, instance.exports.order(length, 0));
    return { result: readUtf8(ordered(instance, answer, length)), unclear: answer >>> 1 };
  });
}

/** The hash of JSON as JSON.stringify wrote it, or in canonical order, with `operation` after it. */
export function payloadHash(json: string, operation: string, canonical: boolean): FromJson {
  return withInstance((instance) => {
    const { exports } = instance;
    const [length, trailing] = writeBoth(instance, json, operation);
    const sha256 = length < HOST_LENGTH ? undefined : hostSha256();
    if (sha256 === undefined) {
      const answer = check(instance, exports.hash_payload(length, trailing, flag(canonical)));
      return {
        result: readUtf8(new Uint8Array(exports.memory.buffer, exports.output() >>> 0, HASH_LENGTH)),
        unclear: answer >>> 1,
      };
    }
    // Before `order`, which leaves the input in another one.
    const asItStands = canonical ? undefined : sha256(ordered(instance, 0, length + trailing));
    const answer = check(instance, exports.order(length, trailing));
    return { result: asItStands ?? sha256(ordered(instance, answer, length + trailing)), unclear: answer >>> 1 };
  });
}

/**
 * The error for a payload with a value that JSON can't represent: `kind` as in `NoJson` in `src/error/messages.rs`, `steps` a
 * JSON array of the names and indexes that lead to it.
 */
export function payloadError(kind: number, steps: string, found: string): Error {
  return withInstance((instance) => {
    const [stepsLength = ABSENT, foundLength = ABSENT] = write(instance, [steps, found]);
    instance.exports.refuse_payload(kind, stepsLength, foundLength);
    return crateError(read(instance));
  });
}

/** The milliseconds of a time-to-live. */
export function ttlMilliseconds(ttl: string): number {
  return withInstance((instance) => {
    const [length = ABSENT] = write(instance, [ttl]);
    return check(instance, instance.exports.parse_ttl(length));
  });
}

/** Random bytes that {@link randomKeyAfter} needs. */
export const ENTROPY_LENGTH = 10;

/** A random key that is greater than `last`. */
export function randomKeyAfter(last: string, milliseconds: number, entropy: Uint8Array): string {
  return withInstance((instance) => {
    instance.input.set(entropy);
    const high = (milliseconds / 2 ** 32) >>> 0;
    instance.exports.random_key(high, milliseconds >>> 0, writeUtf8(last, instance.input.subarray(ENTROPY_LENGTH)));
    return read(instance);
  });
}
