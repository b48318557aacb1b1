/** Where the task context comes from. */

import type { SdkApiConfig } from "./settings.js";
import type { IdempotencyKeyOptions, TaskContext } from "./types.js";

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

/** The SDK's global registry, if the SDK is in this process (`globals.ts`, @trigger.dev/core). */
export function sdkRegistry(): SdkRegistry | undefined {
  return (globalThis as { [key: symbol]: SdkRegistry | undefined })[Symbol.for("dev.trigger.ts.api")];
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

/** The context's values as texts, as JavaScript's `join` and `toString` make them for the SDK. */
export function contextTexts(context: TaskContext): { runId: string | undefined; attempt: string | undefined } {
  const { run, attempt } = context as { run?: { id?: unknown }; attempt?: { number?: unknown } };
  const number = attempt?.number;
  return {
    runId: run == null ? undefined : [run.id].join(),
    attempt: number == null ? undefined : String(number),
  };
}
