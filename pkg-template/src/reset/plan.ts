/** The target of a reset to the keys to try. The rule is the core's; see `src/reset.rs`. */

import { contextTexts } from "../keys/context.js";
import { hashedText, join, scopeOf } from "../keys/create.js";
import { hashOf, IdempotencyKey } from "../keys/key.js";
import type { ResetOptions, TaskContext } from "../types.js";
import { isHashLength, planReset } from "../wasm/keys.js";

/** The keys that a reset tries, in order. */
export function candidatesOf(
  key: unknown,
  options: ResetOptions | undefined,
  context: TaskContext | undefined,
  nested: "refused" | "coerced" = "refused",
): string[] {
  if (IdempotencyKey.isIdempotencyKey(key)) {
    return [hashOf(key)];
  }
  const { text, hasParts } = join(key, nested);
  const scope: unknown = options?.scope;
  const parentRunId: unknown = options?.parentRunId;
  const attemptNumber: unknown = options?.attemptNumber;
  return planReset(hashedText(key, text, nested), {
    isHash: typeof key === "string" && isHashLength(key.length),
    hasParts,
    scope: scope === undefined ? undefined : scopeOf(scope).code,
    // As in the SDK, every falsy id but null and undefined counts as given and empty.
    parentRunId: parentRunId == null ? undefined : String(parentRunId || ""),
    attemptNumber: attemptNumber == null ? undefined : String(attemptNumber),
    context: context == null ? undefined : contextTexts(context.run, context.attempt?.number),
  });
}
