/** `createTransactionalRunOnce`: the claim, the callback's writes and the result in one transaction. */
import { abortReason, onAbort, throwIfAborted } from "../../abort.js";
import { checkOptions, checkSettings, createInstance, hashPayload, type IdempotencyKey } from "../../shared.js";
import { milliseconds, sleep } from "../duration.js";
import { InProgressError, InvalidArgumentError, PayloadMismatchError, TransactionError } from "../errors.js";
import { checkCallback, keyOfCall } from "../key.js";
import { JSON_CODEC } from "../result.js";
import { checkPostgresTable } from "../stores/table.js";
import { codeOf, isDeadlockOrSerialization, isRefusedByServer } from "./failures.js";
import { statements } from "./statements.js";
import type {
  Query,
  Row,
  TransactionalConfig,
  TransactionalExecution,
  TransactionalOptions,
  TransactionalRunOnce,
  Transactions,
} from "./types.js";

const SAVEPOINT = "run_once_callback";
/** How long a claim waits for a row that the lease mode has locked: its statements take milliseconds. */
const ROW_LOCK_MS = 1_000;
const LONGEST_POLL_MS = 1_000;
const LONGEST_BACKOFF_MS = 100;
/** Time to find out what became of a COMMIT whose answer was lost. */
const SETTLE_MS = 10_000;
const LOCK_NOT_AVAILABLE = "55P03";
const ABORTED_TRANSACTION = "25P02";

/** What one transaction came to. */
type Outcome =
  | { readonly how: "ran"; readonly value: unknown }
  | { readonly how: "stored"; readonly result: string | undefined }
  | { readonly how: "held"; readonly leaseMs: number };

interface Call<Tx> {
  readonly key: IdempotencyKey;
  readonly holder: string;
  readonly fingerprint: string | undefined;
  callback: (tx: Tx, execution: TransactionalExecution) => unknown;
  readonly signal: AbortSignal | undefined;
  /** When the caller gives up, by `performance.now()`. */
  readonly deadline: number;
  readonly waitMs: number;
  /** The callback has been called: from here on the caller waits for the end of the transaction. */
  hasBegun: boolean;
}

const CONFIG = [
  "table",
  "ttl",
  "waitTimeout",
  "attempts",
  "refusal",
] as const satisfies readonly (keyof TransactionalConfig)[];
const OPTIONS = ["payload", "signal", "waitTimeout"] as const satisfies readonly (keyof TransactionalOptions)[];

/**
 * Makes `runOnce` for one database. The table is that of {@link postgresMigration}: calls of the
 * lease mode on the same table see the results, and the other way round.
 *
 * @param transactions How to run transactions on the user's client, such as `pgTransactions(pool)`.
 * @param config Table, durations, attempts, refusals; all of them have defaults.
 * @throws InvalidTtlError (`ERR_INVALID_TTL`) for a duration that can't be read.
 * @throws InvalidArgumentError (`ERR_INVALID_ARGUMENT`) for anything else that can't be used.
 */
export function createTransactionalRunOnce<Tx>(
  transactions: Transactions<Tx>,
  config: TransactionalConfig = {},
): TransactionalRunOnce<Tx> {
  if (typeof transactions?.run !== "function") {
    throw new InvalidArgumentError("the transactions have no function run: pass pgTransactions(pool) or its like");
  }
  checkSettings(config, CONFIG);
  const { table = "run_once", attempts = 5, refusal } = config;
  checkPostgresTable(table);
  if (!Number.isSafeInteger(attempts) || attempts < 1) {
    throw new InvalidArgumentError(`attempts is ${String(attempts)}, expected a whole number from 1`);
  }
  const sql = statements(table);
  const ttlMs = milliseconds("ttl", config.ttl ?? "30d", 1);
  const defaultWaitMs = milliseconds("waitTimeout", config.waitTimeout ?? "60s", 0);
  const keys = createInstance({});

  /** Claims the key, or says who has it. */
  async function claim(query: Query, call: Call<Tx>): Promise<Outcome | { how: "claimed"; takenOver: boolean }> {
    const { hash } = call.key;
    const left = Math.ceil(call.deadline - performance.now());
    const waiting = call.waitMs > 0 && left > 0;
    const lockTimeout = String(waiting ? left : ROW_LOCK_MS);
    const fingerprint = call.fingerprint ?? null;
    const [lock] = await query(waiting ? sql.lock : sql.tryLock, [hash, fingerprint, lockTimeout]);
    if (lock?.["status"] === "done") {
      return { how: "stored", result: resultOf(lock) };
    }
    if (Number(lock?.["locked"]) !== 1) {
      return { how: "held", leaseMs: 0 };
    }
    const record = [hash, call.key.toToken(), call.holder, fingerprint, ttlMs, lock?.["before"]];
    for (;;) {
      if ((await query(sql.insert, record)).length > 0) {
        return { how: "claimed", takenOver: false };
      }
      const [found] = await query(sql.read, [hash, fingerprint]);
      switch (found?.["status"]) {
        case "mismatch":
          throw new PayloadMismatchError(call.key.key);
        case "done":
          return { how: "stored", result: resultOf(found) };
        case "held":
          return { how: "held", leaseMs: Number(found["lease"]) };
      }
      if ((await query(sql.take, record)).length > 0) {
        return { how: "claimed", takenOver: found !== undefined };
      }
    }
  }

  /** Runs the callback; what `refusal` makes of its error counts as its value. */
  async function work(
    tx: Tx,
    query: Query,
    call: Call<Tx>,
    execution: TransactionalExecution,
    progress: Progress,
  ): Promise<void> {
    if (refusal === undefined) {
      progress.value = await call.callback(tx, execution);
      return;
    }
    await query(`SAVEPOINT ${SAVEPOINT}`, []);
    try {
      progress.value = await call.callback(tx, execution);
    } catch (error) {
      if (isDeadlockOrSerialization(error)) {
        throw error;
      }
      const kept = refusal(error);
      if (kept === undefined) {
        throw error;
      }
      await query(`ROLLBACK TO SAVEPOINT ${SAVEPOINT}`, []);
      progress.value = kept;
      progress.isRefusal = true;
    }
  }

  async function publish(query: Query, call: Call<Tx>, value: unknown): Promise<void> {
    const { key, holder } = call;
    let stored: Row[];
    try {
      stored = await query(sql.publish, [key.hash, holder, JSON_CODEC.encode(value) ?? null, ttlMs]);
    } catch (cause) {
      if (codeOf(cause) === ABORTED_TRANSACTION) {
        throw new TransactionError(
          `PostgreSQL had aborted the transaction of ${JSON.stringify(key.key)} before its callback returned, so everything was rolled back: the callback must not swallow a database error`,
          { cause },
        );
      }
      throw cause;
    }
    if (stored.length === 0) {
      throw new TransactionError(
        `the record of ${JSON.stringify(key.key)} is gone from its own transaction: the callback must not end the transaction itself, nor change the table`,
      );
    }
  }

  /** One transaction. `progress` says how far it came, for the one who has to explain a failure. */
  async function attemptOnce(call: Call<Tx>, attempt: number, progress: Progress): Promise<Outcome> {
    return transactions.run(async (tx, query): Promise<Outcome> => {
      const claimed = await claim(query, call);
      if (claimed.how !== "claimed") {
        return claimed;
      }
      throwIfAborted(call.signal);
      call.hasBegun = true;
      progress.stage = "callback";
      const execution = { attempt, idempotencyKey: call.key.hash, takenOver: claimed.takenOver };
      await work(tx, query, call, execution, progress);
      await publish(query, call, progress.value);
      progress.stage = "commit";
      return { how: "ran", value: progress.value };
    });
  }

  /** After a COMMIT without an answer: true if it took place. Waits until the old transaction is over. */
  async function settle(call: Call<Tx>, cause: unknown): Promise<boolean> {
    const deadline = performance.now() + SETTLE_MS;
    for (let pause = 50; ; pause *= 2) {
      try {
        await transactions.run(async (_, query) => query(sql.lock, [call.key.hash, null, String(SETTLE_MS)]));
        // In a transaction of its own: under REPEATABLE READ the first one sees what was there before the lock.
        const [found] = await transactions.run(async (_, query) => query(sql.read, [call.key.hash, null]));
        return found?.["holder"] === call.holder;
      } catch (error) {
        if (performance.now() + pause > deadline) {
          throw new TransactionError(
            `nobody can tell whether the transaction of ${JSON.stringify(call.key.key)} was committed, since the database can't be reached: call again with the same key, which returns its result if it was`,
            { cause: error ?? cause },
          );
        }
        await sleep(pause);
      }
    }
  }

  async function run(call: Call<Tx>): Promise<unknown> {
    let attempt = 1;
    let polls = 0;
    for (;;) {
      const progress: Progress = { stage: "claim", value: undefined, isRefusal: false };
      try {
        const outcome = await attemptOnce(call, attempt, progress);
        if (outcome.how === "ran") {
          return outcome.value;
        }
        if (outcome.how === "stored") {
          return JSON_CODEC.decode(outcome.result);
        }
        throwIfAborted(call.signal);
        const left = call.deadline - performance.now();
        if (left <= 0) {
          throw new InProgressError(call.key.key, call.waitMs, outcome.leaseMs);
        }
        await sleep(Math.min(left, 20 * 2 ** polls++, LONGEST_POLL_MS, Math.max(outcome.leaseMs, 1)));
      } catch (error) {
        if (progress.stage === "claim" && codeOf(error) === LOCK_NOT_AVAILABLE) {
          throw new InProgressError(call.key.key, call.waitMs, 0);
        }
        if (isDeadlockOrSerialization(error)) {
          if (attempt === attempts) {
            throw error;
          }
          attempt++;
          await sleep(Math.random() * Math.min(5 * 2 ** attempt, LONGEST_BACKOFF_MS));
        } else if (progress.stage === "commit" && !isRefusedByServer(error) && (await settle(call, error))) {
          return progress.value;
        } else if (progress.stage === "commit" && progress.isRefusal && isRefusedByServer(error)) {
          // postgres.js commits no transaction in which a statement failed, rolled back or not.
          call.callback = () => progress.value;
        } else {
          throw error;
        }
      }
    }
  }

  return {
    async runOnce<T>(...[material, callback, given]: Parameters<TransactionalRunOnce<Tx>["runOnce"]>): Promise<T> {
      checkCallback(callback);
      checkOptions(given, OPTIONS);
      const options = given ?? {};
      const key = keyOfCall(keys, material, undefined);
      const waitMs =
        options.waitTimeout === undefined ? defaultWaitMs : milliseconds("waitTimeout", options.waitTimeout, 0);
      const { signal } = options;
      throwIfAborted(signal);
      const call: Call<Tx> = {
        key,
        callback,
        holder: crypto.randomUUID(),
        fingerprint: options.payload === undefined ? undefined : hashPayload(options.payload),
        signal,
        deadline: performance.now() + waitMs,
        waitMs,
        hasBegun: false,
      };
      return (await untilAborted(run(call), signal, () => !call.hasBegun)) as T;
    },
  };
}

/** How far a transaction came. */
interface Progress {
  stage: "claim" | "callback" | "commit";
  value: unknown;
  /** The value is what `refusal` made of an error. */
  isRefusal: boolean;
}

function resultOf(row: Row): string | undefined {
  return row["result"] == null ? undefined : String(row["result"]);
}

/** `promise`, or the signal's reason as soon as it aborts and `mayLeave` says so. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined, mayLeave: () => boolean): Promise<T> {
  if (signal === undefined) {
    return promise;
  }
  return new Promise((resolve, reject) => {
    const forget = onAbort(signal, () => {
      if (mayLeave()) {
        reject(abortReason(signal));
      }
    });
    promise.then(resolve, reject).finally(forget);
  });
}
