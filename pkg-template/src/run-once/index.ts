/**
 * Exactly one published result per key: `runOnce` and what it needs.
 *
 * @example
 * ```ts
 * import { createRunOnce } from "idempotency-keys/run-once";
 *
 * const { runOnce } = createRunOnce();
 * await runOnce("greet", () => "hello"); // runs the callback
 * await runOnce("greet", () => "hello"); // returns the stored "hello"
 * ```
 *
 * @module
 */

export {
  InProgressError,
  InvalidArgumentError,
  InvalidResultError,
  LeaseLostError,
  PayloadMismatchError,
  PublishError,
  StoreError,
} from "./failures.js";
export type { Duration } from "./duration.js";
export type { Acquired, Claim, StoreRecord } from "./machine.js";
export { MemoryStore, type MemoryStoreOptions } from "./memory.js";
export { createRunOnce } from "./run-once.js";
export type { Store } from "./store.js";
export type { Execution, RunOnce, RunOnceConfig, RunOnceEvent, RunOnceOptions } from "./types.js";
