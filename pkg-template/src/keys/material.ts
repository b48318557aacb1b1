/** What the caller gave to one string: the parts of a key, joined. */

import { isArray, isPromise } from "../../../src/js/arguments.js";
import { InvalidKeyError } from "../errors.js";
import { DELIMITER, Refused, refusePart } from "../wasm/keys.js";
import { hashOf, IdempotencyKey } from "./key.js";

/** Material as one string. */
interface Joined {
  readonly text: string;
  /** False for an empty array only. */
  readonly hasParts: boolean;
}

/** Joins a key's parts; `key` is its place among many. */
export function joinParts(material: unknown, key?: number): Joined {
  if (!isArray(material)) {
    return { text: stringOf(material, undefined, key), hasParts: true };
  }
  // Read once: a part's getter may add parts.
  const { length } = material;
  return { text: joinAll(material, length, key), hasParts: length > 0 };
}

/** From so many parts on they are collected: what `+` makes is a tree in V8, 64 bytes for each short part. */
const MANY_PARTS = 1_000;

/** By index, not by iterator: a hole is an undefined part, and is refused as one. */
function joinAll(parts: readonly unknown[], length: number, key?: number): string {
  if (length < MANY_PARTS) {
    let joined = "";
    for (let index = 0; index < length; index++) {
      const part = stringOf(parts[index], index, key);
      joined += index === 0 ? part : DELIMITER + part;
    }
    return joined;
  }
  const strings: string[] = [];
  for (let index = 0; index < length; index++) {
    if (index === MANY_PARTS) {
      refuseTooMany(length);
    }
    strings.push(stringOf(parts[index], index, key));
  }
  return strings.join(DELIMITER);
}

/** No engine's strings are longer. */
const LONGEST_STRING = 2 ** 30;

function refuseTooMany(length: number): void {
  if (length > LONGEST_STRING) {
    throw new InvalidKeyError(`the key has ${length} parts, too many for one string: hash them in parts`);
  }
}

/** One part as a string; `index` is its place in the array, `key` the key's among many. */
function stringOf(part: unknown, index?: number, key?: number): string {
  switch (typeof part) {
    case "string":
      return part;
    case "number":
    case "bigint":
    case "boolean":
      return String(part);
    default:
      return IdempotencyKey.isIdempotencyKey(part) ? hashOf(part) : refusePart(kindOf(part), index, key);
  }
}

/** What a value is that can't be a part of a key. */
function kindOf(value: unknown): Refused {
  switch (typeof value) {
    case "undefined":
      return Refused.Undefined;
    case "function":
      return Refused.Function;
    case "symbol":
      return Refused.Symbol;
    default:
      return value === null
        ? Refused.Null
        : isArray(value)
          ? Refused.Array
          : isPromise(value)
            ? Refused.Promise
            : Refused.Object;
  }
}
