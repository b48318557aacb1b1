/** What this package reads of the Trigger.dev SDK's global registry, and the catalog it may replace there. */

import type { IdempotencyKeyOptions, RetryOptions, TaskContext } from "./types.js";

/** What the SDK was configured with (`ApiClientConfiguration`, @trigger.dev/core 4.8.3). */
export interface SdkApiConfig {
  baseURL?: string;
  secretKey?: string;
  accessToken?: string;
  previewBranch?: string;
  requestOptions?: { retry?: RetryOptions; additionalHeaders?: Record<string, string> };
}

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
