/**
 * Payloads to canonical JSON and to hashes. What canonical JSON is, the core says; here a value
 * becomes the JSON that it reads.
 */

import { isPrimitive, serialize } from "./inspect.js";
import type { HashPayloadOptions } from "../types.js";
import { NonText, refuseNonText } from "../wasm/keys.js";
import { canonicalText, type FromJson, payloadHash } from "../wasm/data.js";

/** What `make` makes of the value's JSON, once it is sure that no `null` stands for what JSON has no words for. */
function resultOf(value: unknown, make: (json: string) => FromJson): string {
  const { result, nulls } = make(jsonOf(value));
  return nulls > 0 && mayBeNonFinite(value, nulls) ? make(serialize(value)).result : result;
}

/** The JSON that JSON.stringify writes. */
function jsonOf(value: unknown): string {
  try {
    return (JSON.stringify(value) as string | undefined) ?? serialize(value);
  } catch {
    // A cycle or a bigint, to be named; too deep for the stack; or a getter or toJSON that throws,
    // which will say so again.
    return serialize(value);
  }
}

/**
 * Whether one of the `nulls` that JSON.stringify wrote may stand for a number that is not finite: looks
 * for what else they stand for. Arrays come last, being long, so that few objects are read as a rule.
 */
function mayBeNonFinite(value: unknown, nulls: number): boolean {
  let left = nulls;
  const objects: object[] = [];
  const arrays: unknown[][] = [];
  const visit = (found: unknown): void => {
    if (found === null) {
      left--;
    } else if (Array.isArray(found)) {
      arrays.push(found);
    } else if (typeof found === "object") {
      objects.push(found);
    }
  };
  visit(value);
  while (left > 0) {
    const object = objects.pop();
    if (object !== undefined) {
      if (hasToJson(object)) {
        left -= isInvalidDate(object) ? 1 : 0;
        continue;
      }
      if (Object.getPrototypeOf(object) !== Object.prototype && isPrimitive(object)) {
        continue;
      }
      for (const name in object) {
        const member = (object as Record<string, unknown>)[name];
        if (typeof member === "object" && Object.hasOwn(object, name)) {
          visit(member);
        }
      }
      continue;
    }
    const array = arrays.pop();
    if (array === undefined) {
      return true;
    }
    if (!hasToJson(array)) {
      for (let index = 0; index < array.length; index++) {
        const element = array[index];
        visit(element === undefined || typeof element === "function" || typeof element === "symbol" ? null : element);
      }
    }
  }
  return false;
}

function hasToJson(value: object): boolean {
  return typeof (value as { toJSON?: unknown }).toJSON === "function";
}

/** Which is null on purpose. */
function isInvalidDate(value: object): boolean {
  try {
    return !Number.isFinite(Date.prototype.getTime.call(value)) && !Object.hasOwn(value, "toJSON");
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
 * the order counts or not; and for an operation that is no text.
 */
export function hashPayload(payload: unknown, options?: HashPayloadOptions): string {
  const operation: unknown = options?.operation ?? "";
  if (typeof operation !== "string") {
    return refuseNonText(NonText.Operation, operation);
  }
  return resultOf(payload, (json) => payloadHash(json, operation, options?.canonical ?? true));
}
