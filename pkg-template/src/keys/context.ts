/** Where the task context comes from. */

import { sdkRegistry } from "../sdk-registry.js";
import type { TaskContext } from "../types.js";

/** The first context there is: the call's, the instance's, the SDK's running task. */
export function findContext(
  called: TaskContext | undefined,
  configured: TaskContext | (() => TaskContext | undefined) | undefined,
): TaskContext | undefined {
  return (
    called ??
    (typeof configured === "function" ? configured() : configured) ??
    sdkRegistry()?.["task-context"]?.ctx
  );
}

/** A context's values as texts, as JavaScript's `join` and `toString` make them for the SDK. */
export function contextTexts(
  run: { readonly id?: unknown } | null | undefined,
  attempt: unknown,
): { runId: string | undefined; attempt: string | undefined } {
  const runId = run?.id;
  return {
    // Not String(): like `join`, a template refuses a symbol.
    runId: run == null ? undefined : runId == null ? "" : `${runId as string}`,
    attempt: attempt == null ? undefined : String(attempt),
  };
}
