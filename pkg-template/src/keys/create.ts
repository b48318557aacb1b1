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
  // The scope first: an unknown one is refused before anything else.
  const scope = resolveScope(scopeName, context, !Array.isArray(material) || material.length > 0);
  return makeKey(joinParts(material).text, scope);
}
