/** Where the task context comes from. */

import type { SdkApiConfig } from "../reset/settings.js";
import type { IdempotencyKeyOptions, TaskContext } from "../types.js";

/** What a hash was made from (`IdempotencyKeyCatalog`, @trigger.dev/core 4.8.3). */
export interface SdkCatalog {
  registerKeyOptions(hash: string, options: IdempotencyKeyOptions): void;
  getKeyOptions(hash: string): IdempotencyKeyOptions | undefined;
  /** From 4.5.0 on. */
  clear?(): void;
}

/** What the Trigger.dev SDK keeps for the process, as far as it is read or replaced here. */
export interface SdkRegistry {
  "task-context"?: { ctx?: TaskContext };
  "api-client"?: SdkApiConfig;
  "idempotency-key-catalog"?: SdkCatalog;
}

const REGISTRY = Symbol.for("dev.trigger.ts.api");

/** The SDK's global registry, if the SDK is in this process (`globals.ts`, @trigger.dev/core). */
export function sdkRegistry(): SdkRegistry | undefined {
  return (globalThis as { [key: symbol]: SdkRegistry | undefined })[REGISTRY];
}

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
