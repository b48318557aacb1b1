/** Makes one key. */

import type { TaskContext } from "../types.js";
import { type IdempotencyKey, makeKey } from "./key.js";
import { joinParts } from "./material.js";
import { resolveScope } from "./resolved-scope.js";

/** The key of `material` in a scope, `"run"` if none is named. */
export function create(material: unknown, scopeName: unknown, context: TaskContext | undefined): IdempotencyKey {
  // The scope first: an unknown one is refused before anything else.
  const scope = resolveScope(scopeName, context, true);
  if (typeof material === "string") {
    return makeKey(material, scope);
  }
  const { text, hasParts } = joinParts(material);
  return makeKey(text, hasParts ? scope : resolveScope(scopeName, context, false));
}
