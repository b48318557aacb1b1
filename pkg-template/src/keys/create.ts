/** Makes one key. */

import type { TaskContext } from "../types.js";
import { type IdempotencyKey, makeKey } from "./key.js";
import { joinParts } from "./material.js";
import { resolveScope } from "./resolved-scope.js";

/** The key of `material` in a scope, `"run"` if none is named. */
export function create(material: unknown, scopeName: unknown, context: TaskContext | undefined): IdempotencyKey {
  if (typeof material === "string") {
    return makeKey(material, resolveScope(scopeName, context, true));
  }
  const { text, hasParts } = joinParts(material);
  return makeKey(text, resolveScope(scopeName, context, hasParts));
}
