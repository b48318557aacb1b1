/** Where the task context comes from. */

import { sdkRegistry } from "../sdk-registry.js";
import type { TaskContext } from "../types.js";

/** The first context there is: the call's, the instance's, the SDK's running task. */
export function findContext(
  called: TaskContext | undefined,
  configured: TaskContext | (() => TaskContext | undefined) | undefined,
): TaskContext | undefined {
  return (
    called ?? (typeof configured === "function" ? configured() : configured) ?? sdkRegistry()?.["task-context"]?.ctx
  );
}

/** A context's values as strings, as JavaScript's `join` and `toString` make them for the SDK. */
export function contextStrings(
  runId: unknown,
  attempt: unknown,
): { runId: string | undefined; attempt: string | undefined } {
  return { runId: stringOf(runId), attempt: stringOf(attempt) };
}

/** A symbol has no string that tells it from others: it counts as missing. */
function stringOf(value: unknown): string | undefined {
  return value == null || typeof value === "symbol" ? undefined : String(value);
}
