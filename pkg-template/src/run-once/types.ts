/** The types of run-once's surface. */
import type { IdempotencyKey } from "../shared.js";
import type { KeyMaterial, TaskContext } from "../types.js";
import type { Duration } from "./duration.js";
import type { Store } from "./stores/store.js";

/** Settings of {@link createRunOnce}. */
export interface RunOnceConfig {
  /** Where results are kept. Default: a `MemoryStore` of its own. */
  readonly store?: Store | undefined;
  /** The running task, or a function that finds it at each call. Default: the SDK's own. */
  readonly ctx?: TaskContext | (() => TaskContext | undefined) | undefined;
  /** For how long a result is kept. Default: `"30d"`. */
  readonly ttl?: Duration | undefined;
  /**
   * For how long a key belongs to a holder that has stopped renewing, because it died, hangs or
   * can't reach the store. Renewed every third of it while the callback runs. Default: `"60s"`.
   */
  readonly lease?: Duration | undefined;
  /**
   * For how long a call waits for another's execution before it rejects with `InProgressError`, or
   * for the store with `StoreError`. It counts from the call; 0: only for one answer of the store.
   * Default: twice the lease, so that a call outlives a holder that died.
   */
  readonly waitTimeout?: Duration | undefined;
  /**
   * How long an operation of the store may take, before the call counts as failed. A renewal has at
   * most a third of the lease, a claim at most the lease. Default: `"5s"`.
   */
  readonly storeTimeout?: Duration | undefined;
  /**
   * Makes a string of a result, for results that JSON can't carry; goes with `parse`. Default: JSON,
   * which refuses what it would change. It isn't asked about undefined.
   */
  readonly serialize?: ((result: unknown) => string) | undefined;
  /** Makes a result of the string that `serialize` made. Default: JSON. */
  readonly parse?: ((serialized: string) => unknown) | undefined;
  /** Told of what happens, to count it. What it throws is ignored. */
  readonly onEvent?: ((event: RunOnceEvent) => void) | undefined;
}

/** Settings of one call. */
export interface RunOnceOptions {
  /** The running task. Default: as configured. */
  readonly ctx?: TaskContext | undefined;
  /**
   * What the call is about. Its digest is stored; the same key with another payload is a
   * `PayloadMismatchError`. Calls without one aren't checked.
   */
  readonly payload?: unknown;
  /**
   * Stops the waiting of this call: it rejects with the signal's reason at once. A callback that
   * runs is told by its own signal, once no caller in this process waits for it any more.
   */
  readonly signal?: AbortSignal | undefined;
  /** As in {@link RunOnceConfig}, for this call. */
  readonly waitTimeout?: Duration | undefined;
}

/** What a callback is told besides the key. */
export interface Execution {
  /**
   * Aborts when the lease was lost to another holder, when it is about to end without the store
   * confirming a renewal (another may run then), and when all callers have left.
   */
  readonly signal: AbortSignal;
  /** A former holder's lease ran out, and no result was stored since: it may have done the work, or any part of it. */
  readonly takenOver: boolean;
}

/**
 * What happened to a call. Each call that isn't refused counts as one of `hit`, `miss`, `takeover`
 * and `join`, or gives up in `wait`.
 */
export type RunOnceEvent = { readonly key: IdempotencyKey } & (
  | { /** A stored result is returned. */ readonly type: "hit" }
  | { /** The callback is about to run. */ readonly type: "miss" }
  | { /** Likewise, after another holder's lease ran out. */ readonly type: "takeover" }
  | { /** Another call in this process has the same key: they share its outcome. */ readonly type: "join" }
  | {
      /** Another process has the key; it is asked for again and again. */
      readonly type: "wait";
      readonly leaseMs: number;
    }
  | { /** The callback's result is stored. */ readonly type: "publish" }
  | { /** The callback threw, or its result can't be stored. */ readonly type: "fail"; readonly error: unknown }
  | { /** The callback returned, but the key was no longer its own by then. */ readonly type: "lost" }
  | {
      /** The lease is about to end, and the store confirmed no renewal: the execution's signal aborts. */
      readonly type: "lapse";
    }
  | {
      /** The store failed in the background, or is about to be asked again. */
      readonly type: "store-error";
      readonly operation: "renew" | "complete" | "release";
      readonly error: unknown;
    }
);

/** The two functions; they need no `this`. */
export interface RunOnce {
  /**
   * Runs `callback` unless a result is stored under `key`, and stores its result.
   *
   * The callback gets the key's hash, the same on every retry of the run: pass it on to whatever
   * the callback calls, for it runs again where a process died, or lost the store, before its
   * result was stored.
   *
   * @example
   * ```ts
   * const { runOnce } = createRunOnce();
   * const charge = (id) => runOnce("charge-order-1", (idempotencyKey) => ({ id, of: idempotencyKey.slice(0, 4) }));
   * await charge("ch_1"); // { id: "ch_1", of: "1fc1" }
   * await charge("ch_2"); // { id: "ch_1", of: "1fc1" }
   * ```
   *
   * @param key What a `run`-scoped key is made from; an `IdempotencyKey` is taken as it is.
   * @param callback The work. Gets the key's hash, and what else there is to know of this execution.
   * @param options Settings of this call.
   * @returns What the callback returned, to every caller: to the one whose callback ran as it is, to
   * each other as a copy of its own, as JSON carries it.
   * @throws What the callback throws, unchanged; nothing is stored then.
   * @throws InProgressError (`ERR_IN_PROGRESS`) after `waitTimeout`; the signal's reason if it aborts.
   * @throws PayloadMismatchError (`ERR_PAYLOAD_MISMATCH`) for another payload under the same key.
   * @throws InvalidResultError (`ERR_INVALID_RESULT`) for a result that JSON can't carry, naming
   * the path. It counts as a callback that threw.
   * @throws LeaseLostError (`ERR_LEASE_LOST`) where another holder took the key over meanwhile.
   * @throws StoreError (`ERR_STORE`) where the store failed, or did not answer in time, before the callback ran.
   * @throws PublishError (`ERR_PUBLISH`) where it failed afterwards; `result` has the result.
   * @throws InvalidArgumentError (`ERR_INVALID_ARGUMENT`) for a callback that is no function,
   * InvalidTtlError for a `waitTimeout` that can't be read, InvalidPayloadError for the payload; and for
   * the key as {@link IdempotencyKeys.createSync}, and InvalidKeyError for NaN as a part.
   */
  runOnce<T>(
    key: KeyMaterial,
    callback: (idempotencyKey: string, execution: Execution) => T | PromiseLike<T>,
    options?: RunOnceOptions,
  ): Promise<T>;

  /**
   * Calls `callback` with the key's hash, each time, and stores nothing: for work whose receiver
   * keeps the keys itself.
   *
   * @example
   * ```ts
   * const { runOnceLocalOnly } = createRunOnce();
   * await runOnceLocalOnly("send-email", (idempotencyKey) => idempotencyKey.length); // 64
   * ```
   *
   * @param key As for {@link runOnce}.
   * @param callback The work. Gets the key's hash.
   * @param options The task context.
   * @returns What the callback returned.
   * @throws What the callback throws; InvalidArgumentError for a callback that is no function; and for the
   * key as {@link IdempotencyKeys.createSync}.
   */
  runOnceLocalOnly<T>(
    key: KeyMaterial,
    callback: (idempotencyKey: string) => T | PromiseLike<T>,
    options?: Pick<RunOnceOptions, "ctx">,
  ): Promise<T>;
}
