/** Key material as the SDK's own callers pass it. */

import { IdempotencyKey } from "../shared.js";
import type { KeyMaterial } from "../types.js";

/**
 * Arrays inside an array of parts as JavaScript's `join` writes them, with commas: the SDK passes such
 * arrays for the items of a batch whose key is an array. What can't be part of a key stays as it is, so
 * that it is refused by its name; so does an array that contains itself.
 */
export function joinNested(material: KeyMaterial): KeyMaterial {
  if (!Array.isArray(material) || !material.some(Array.isArray)) {
    return material;
  }
  return Array.from(material, (part: unknown) =>
    Array.isArray(part) ? joinParts(part, [material]) : part,
  ) as KeyMaterial;
}

function joinParts(parts: readonly unknown[], enclosing: readonly unknown[]): unknown {
  if (enclosing.includes(parts)) {
    return parts;
  }
  const strings: string[] = [];
  // By Array.from, since a hole, too, is an empty string.
  for (const part of Array.from(parts)) {
    const value = Array.isArray(part) ? joinParts(part, [...enclosing, parts]) : (part ?? "");
    if (!isJoinable(value)) {
      return value;
    }
    strings.push(String(value));
  }
  return strings.join(",");
}

function isJoinable(value: unknown): boolean {
  return ["string", "number", "bigint", "boolean"].includes(typeof value) || IdempotencyKey.isIdempotencyKey(value);
}
