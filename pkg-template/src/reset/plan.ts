/** The target of a reset to the keys to try. The rule is the crate's; see `src/reset.rs`. */

import { contextStrings } from "../keys/context.js";
import { hashOf, IdempotencyKey } from "../keys/key.js";
import { joinParts } from "../keys/material.js";
import { nameOf } from "../keys/resolved-scope.js";
import type { ResetOptions, TaskContext } from "../types.js";
import { candidatesFor, isHashLength } from "../wasm/keys.js";

/** The keys that a reset tries, in order. */
export function planReset(key: unknown, options: ResetOptions | undefined, context: TaskContext | undefined): string[] {
  if (IdempotencyKey.isIdempotencyKey(key)) {
    return [hashOf(key)];
  }
  const { text, hasParts } = joinParts(key);
  const scope: unknown = options?.scope;
  const parentRunId: unknown = options?.parentRunId;
  const attemptNumber: unknown = options?.attemptNumber;
  return candidatesFor(text, {
    isHash: typeof key === "string" && isHashLength(key.length),
    hasParts,
    // As in the SDK, null names the scope run: it is not the same as to name none.
    scope: scope === undefined ? undefined : (nameOf(scope) ?? "run"),
    // As in the SDK, every falsy id but null and undefined counts as given and empty.
    parentRunId: parentRunId == null ? undefined : `${parentRunId || ""}`,
    attemptNumber: attemptNumber == null ? undefined : `${attemptNumber}`,
    context: context == null ? undefined : contextStrings(context.run?.id, context.attempt?.number),
  });
}
