/**
 * Payloads to canonical JSON and to hashes. What canonical JSON is, the core says; here a value
 * becomes the JSON that it reads.
 */

import { getTime, hasOwn, includes, isArray, isFinite, stringify } from "./builtins.js";
import { serialize } from "./serialize.js";
import type { HashPayloadOptions } from "./types.js";
import { NonText, refuseNonText } from "./wasm.js";
import { canonicalText, payloadHash } from "./wasm-data.js";

/**
 * The JSON that JSON.stringify writes, once it is sure that nothing in it stands for what JSON has no
 * words for.
 */
function jsonOf(value: unknown): string {
  let json: string | undefined;
  try {
    json = stringify(value) as string | undefined;
  } catch {
    // A cycle or a bigint, to be named; too deep for the stack; or a getter or toJSON that throws,
    // which will say so again.
    return serialize(value);
  }
  return json === undefined || (includes(json, "null") && mayBeNonFinite(value)) ? serialize(value) : json;
}

/**
 * Whether a `null` that JSON.stringify wrote may stand for a number that is not finite. Reads `value`
 * once more, without toJSON: where there is one, nobody knows.
 */
function mayBeNonFinite(value: unknown): boolean {
  if (value === null || typeof value === "string") {
    return false;
  }
  const waiting: unknown[] = [value];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next !== "object" || next === null) {
      return true;
    }
    if (isArray(next)) {
      for (let index = 0; index < next.length; index++) {
        const element: unknown = next[index];
        if (typeof element === "object" ? element !== null : typeof element === "number" && !isFinite(element)) {
          waiting.push(element);
        }
      }
      continue;
    }
    const object = next as Record<string, unknown>;
    if (typeof object["toJSON"] === "function") {
      // An invalid date is null on purpose.
      if (isDate(object)) {
        continue;
      }
      return true;
    }
    if (object instanceof Number) {
      return true;
    }
    for (const name in object) {
      const member = object[name];
      if (typeof member === "object" ? member !== null : typeof member === "number" && !isFinite(member)) {
        if (hasOwn(object, name)) {
          waiting.push(member);
        }
      }
    }
  }
  return false;
}

function isDate(value: object): boolean {
  try {
    getTime(value as Date);
    return !hasOwn(value, "toJSON");
  } catch {
    return false;
  }
}

/**
 * Canonical JSON (RFC 8785): the same text for the same data, whatever the order of its members. What
 * `JSON.stringify` makes of a value (`toJSON`, dates, dropped `undefined`), its members sorted by the
 * UTF-16 code units of their names.
 *
 * @example
 * ```ts
 * canonicalize({ b: [1e21, -0], a: "€" }) === '{"a":"€","b":[1e+21,0]}'; // true
 * ```
 *
 * @param value Anything that `JSON.stringify` writes, of any depth.
 * @returns The text.
 * @throws InvalidPayloadError (`ERR_INVALID_PAYLOAD`), naming the path, for a cycle, a bigint, half of a
 * surrogate pair, a number that is not finite, and a value that has no JSON (`undefined`, a function, a
 * symbol).
 * @see https://www.rfc-editor.org/rfc/rfc8785
 */
export function canonicalize(value: unknown): string {
  return canonicalText(jsonOf(value));
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
 * the order counts or not; and for an operation that is no text.
 */
export function hashPayload(payload: unknown, options?: HashPayloadOptions): string {
  const operation: unknown = options?.operation ?? "";
  if (typeof operation !== "string") {
    return refuseNonText(NonText.Operation, operation);
  }
  return payloadHash(jsonOf(payload), operation, options?.canonical ?? true);
}
