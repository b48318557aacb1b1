/** The types of the transactional mode's surface. */
import type { KeyMaterial } from "../../types.js";
import type { Duration } from "../duration.js";

/** A row as the client returns it, by column name. */
export type Row = Record<string, unknown>;

/** Runs one statement inside the transaction; parameters are `$1`, `$2`, … */
export type Query = (text: string, values: unknown[]) => Promise<Row[]>;

/** How to run transactions on one client library. */
export interface Transactions<Tx> {
  /**
   * Begins a transaction, calls `body`, and commits; rolls back and rejects where `body` rejects.
   *
   * @param body Gets what the library calls a transaction, and a function that runs a statement in it.
   * @returns What `body` returned, once the COMMIT is confirmed.
   */
  run<T>(body: (tx: Tx, query: Query) => Promise<T>): Promise<T>;
}

/** Settings of {@link createTransactionalRunOnce}. */
export interface TransactionalConfig {
  /** The table, with its schema or without. Default: `"run_once"`. */
  readonly table?: string | undefined;
  /** For how long a result is kept. Default: `"30d"`. */
  readonly ttl?: Duration | undefined;
  /** How long to wait for another's transaction; 0: not at all. Default: `"60s"`. */
  readonly waitTimeout?: Duration | undefined;
  /**
   * How often the whole transaction runs at most, the callback included, when PostgreSQL ends it with
   * 40001 (serialization failure) or 40P01 (deadlock). Default: 5.
   */
  readonly attempts?: number | undefined;
  /**
   * Turns an error of the callback into a result: for anything but `undefined` the callback's writes
   * are rolled back, and what it returns is kept as the result. Default: no error is a result.
   */
  readonly refusal?: ((error: unknown) => unknown) | undefined;
}

/** Settings of one call. */
export interface TransactionalOptions {
  /**
   * What the call is about. Its digest is stored; the same key with another payload is a
   * `PayloadMismatchError`. Calls without one aren't checked.
   */
  readonly payload?: unknown;
  /** Ends the waiting for another's transaction. A callback that has begun runs to its end. */
  readonly signal?: AbortSignal | undefined;
  /** As in {@link TransactionalConfig}, for this call. */
  readonly waitTimeout?: Duration | undefined;
}

/** What a callback is told besides the transaction. */
export interface TransactionalExecution {
  /** 1, and one more each time that PostgreSQL made the transaction run again. */
  readonly attempt: number;
  /** The key's hash, to pass on to services outside the database. */
  readonly idempotencyKey: string;
  /** A holder of the lease mode had the key and its lease ran out: it may have done any part of the work. */
  readonly takenOver: boolean;
}

/** The function; it needs no `this`. */
export interface TransactionalRunOnce<Tx> {
  /**
   * Runs `callback` inside a transaction, unless a result is stored under `key`, and stores its
   * result in the same transaction.
   *
   * @param key What a `run`-scoped key is made from; an `IdempotencyKey` is taken as it is.
   * @param callback The work. Must use `tx` alone for what has to happen exactly once.
   * @param options Settings of this call.
   * @returns What the callback returned, to every caller; from the table as JSON carries it.
   * @throws What the callback throws, unchanged; everything is rolled back then.
   * @throws InProgressError (`ERR_IN_PROGRESS`) after `waitTimeout`; the signal's reason if it aborts.
   * @throws PayloadMismatchError (`ERR_PAYLOAD_MISMATCH`) for another payload under the same key.
   * @throws InvalidResultError (`ERR_INVALID_RESULT`) for a result that JSON can't carry; rolled back.
   * @throws TransactionError (`ERR_TRANSACTION`) where the transaction was aborted or ended under the
   * callback, and where nobody can tell whether it committed.
   */
  runOnce<T>(
    key: KeyMaterial,
    callback: (tx: Tx, execution: TransactionalExecution) => T | PromiseLike<T>,
    options?: TransactionalOptions,
  ): Promise<T>;
}
