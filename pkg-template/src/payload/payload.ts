/**
 * Payloads to canonical JSON and to hashes. The crate says what canonical JSON is; here a value
 * becomes the JSON that the crate reads.
 */

import { inspect, isOpaque, isPrimitive, stringify } from "../../../src/js/payload.js";
import { checkOptions } from "../keys/arguments.js";
import type { HashPayloadOptions } from "../types.js";
import { NonString, refuseNonString } from "../wasm/keys.js";
import { canonicalText, type FromJson, payloadError, payloadHash } from "../wasm/data.js";

const HASH_OPTIONS = ["operation", "canonical"];

/** What `make` returns for the value's JSON, after checking that no `null` and no `{}` replaced another value. */
function resultOf(value: unknown, make: (json: string) => FromJson): string {
  const { result, unclear } = make(stringify(value, payloadError));
  return unclear === 0 || areMeant(value, unclear) ? result : make(inspect(value, payloadError)).result;
}

/**
 * Whether all of the `unclear` values that JSON.stringify wrote as `null` or `{}` are just that: looks for
 * them until all are found. False if that is not certain. Arrays come last: they are long, and most payloads
 * have their few nulls elsewhere.
 */
function areMeant(payload: unknown, unclear: number): boolean {
  let left = unclear;
  const objects: object[] = [];
  const arrays: unknown[][] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) {
      left--;
    } else if (Array.isArray(value)) {
      arrays.push(value);
    } else {
      objects.push(value);
    }
  };
  if (typeof payload !== "object") {
    return false;
  }
  visit(payload);
  while (left > 0) {
    const object = objects.pop() ?? arrays.pop();
    if (object === undefined) {
      return false;
    }
    if ("toJSON" in object) {
      left -= isInvalidDate(object) ? 1 : 0;
    } else if (Array.isArray(object)) {
      for (let index = 0; index < object.length; index++) {
        const element: unknown = object[index];
        if (typeof element === "object" || element === undefined) {
          if (!isStored(object, index, element)) {
            return false;
          }
          visit(element);
        }
      }
    } else if (Object.getPrototypeOf(object) === Object.prototype || !isPrimitive(object)) {
      let isEmpty = true;
      for (const name in object) {
        const member: unknown = (object as Record<string, unknown>)[name];
        isEmpty = false;
        if (typeof member === "object" && Object.hasOwn(object, name)) {
          if (!isStored(object, name, member)) {
            return false;
          }
          visit(member);
        }
      }
      left -= isEmpty && !isOpaque(object) && !isPrimitive(object) ? 1 : 0;
    }
  }
  return true;
}

/** Whether the value is that of a property, or of a hole, and no getter's, which may have answered otherwise before. */
function isStored(object: object, name: PropertyKey, value: unknown): boolean {
  const property = Object.getOwnPropertyDescriptor(object, name);
  return property?.get === undefined && property?.value === value;
}

/** Whether an object is an invalid date, which JSON.stringify writes as null: its own toJSON returns that. */
function isInvalidDate(value: object): boolean {
  return (
    Object.getPrototypeOf(value) === Date.prototype &&
    Reflect.ownKeys(value).length === 0 &&
    Number.isNaN(Date.prototype.getTime.call(value))
  );
}

/**
 * Canonical JSON (RFC 8785): the same string for the same data, whatever the order of its members. What
 * `JSON.stringify` makes of a value (`toJSON`, dates, dropped `undefined`), its members sorted by the
 * UTF-16 code units of their names.
 *
 * @example
 * ```ts
 * canonicalize({ b: [1e21, -0], a: "€" }) === '{"a":"€","b":[1e+21,0]}'; // true
 * ```
 *
 * @param value Anything that `JSON.stringify` writes.
 * @returns The JSON.
 * @throws InvalidPayloadError (`ERR_INVALID_PAYLOAD`), naming the path, for a cycle, a bigint, half of a
 * surrogate pair, a number that is not finite, a value that has no JSON (`undefined`, a function, a symbol), and a
 * function or a symbol in an array, which would be null.
 * @see https://www.rfc-editor.org/rfc/rfc8785
 */
export function canonicalize(value: unknown): string {
  return resultOf(value, canonicalText);
}

/**
 * The hash of a payload: `hex(SHA-256(UTF-8(canonicalize(payload) + operation)))`, or of
 * `JSON.stringify(payload) + operation` where the order of members is to count.
 *
 * @example
 * ```ts
 * const order = { id: 42, total: 990 };
 * hashPayload(order) === hashPayload({ total: 990, id: 42 });               // true
 * hashPayload(order) === hashPayload(order, { operation: "charge" });       // false
 * hashPayload(order, { canonical: false }); // "813dea4be7e43982639a5b1dcf1bca42f0f846d7ca6fcbd947d5d2e28801a7fd"
 * ```
 *
 * @param payload As for {@link canonicalize}.
 * @param options What is done with the payload, and whether its members' order is to count.
 * @returns 64 lower-case hex digits.
 * @throws InvalidPayloadError (`ERR_INVALID_PAYLOAD`), naming the path, as {@link canonicalize}, whether
 * the order counts or not; and for an operation that is no string.
 */
export function hashPayload(payload: unknown, options?: HashPayloadOptions): string {
  checkOptions(options, HASH_OPTIONS);
  return payloadDigest(payload, options?.operation, options?.canonical ?? true);
}

/** The hash of a payload and of what is done with it. */
export function payloadDigest(payload: unknown, operation: unknown, canonical: boolean): string {
  const trailing = operation ?? "";
  if (typeof trailing !== "string") {
    return refuseNonString(NonString.Operation, trailing);
  }
  return resultOf(payload, (json) => payloadHash(json, trailing, canonical));
}
