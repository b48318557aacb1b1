/**
 * Exactly one published result per key: `runOnce` and what it needs.
 *
 * @example
 * ```ts
 * import { createRunOnce } from "idempotency-keys/run-once";
 *
 * const { runOnce } = createRunOnce();
 * await runOnce("greet", () => "hello"); // "hello"
 * await runOnce("greet", () => "hi");    // "hello"
 * ```
 *
 * @module
 */

export { createRunOnce } from "./run-once.js";
export type { RunOnce, RunOnceConfig, RunOnceOptions, Execution, RunOnceEvent } from "./types.js";
export type { Duration } from "./duration.js";
export { MemoryStore, type MemoryStoreOptions } from "./stores/memory.js";
export { sealedStore, type Seal } from "./sealed.js";
export type { Store } from "./stores/store.js";
export type { Acquired, Claim, StoreRecord } from "./machine.js";
export {
  InvalidArgumentError,
  InProgressError,
  PayloadMismatchError,
  InvalidResultError,
  LeaseLostError,
  StoreError,
  PublishError,
} from "./errors.js";
