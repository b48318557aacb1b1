/** A scope and a context to what they add to a key. */

import type { TaskContext } from "../types.js";
import { resolve, type ResolvedScope } from "../wasm/keys.js";
import { contextStrings } from "./context.js";

interface Resolved {
  readonly hasContext: boolean;
  readonly runId: unknown;
  readonly attempt: unknown;
  readonly scope: ResolvedScope;
}

/** By the scope's name, what it was last resolved to: within a task it is nearly always the next one, too. */
const lastResolved = new Map<unknown, Resolved>();

/** What `name`, `"run"` if it is null or undefined, adds in a context to a key that has parts, or to one that has none. */
export function resolveScope(name: unknown, context: TaskContext | undefined, hasParts: boolean): ResolvedScope {
  const hasContext = context != null;
  // Each read once: a getter may return something else the next time.
  const runId: unknown = context?.run?.id;
  const attempt: unknown = context?.attempt?.number;
  const last = lastResolved.get(name);
  if (
    last !== undefined &&
    hasParts &&
    last.hasContext === hasContext &&
    last.runId === runId &&
    last.attempt === attempt
  ) {
    return last.scope;
  }
  const scope = resolve(nameOf(name), hasContext ? contextStrings(runId, attempt) : undefined, hasParts);
  if (hasParts && isConstant(runId) && isConstant(attempt)) {
    lastResolved.set(name, { hasContext, runId, attempt, scope });
  }
  return scope;
}

/** A scope that is no string is described, for the message that refuses it. */
export function nameOf(scope: unknown): string | undefined {
  if (scope == null) {
    return undefined;
  }
  return typeof scope === "object" || typeof scope === "function" ? `[${typeof scope}]` : String(scope);
}

/** Whether a value always has the same string; an object's `toString` may return anything. */
function isConstant(value: unknown): boolean {
  return value === null || (typeof value !== "object" && typeof value !== "function");
}
