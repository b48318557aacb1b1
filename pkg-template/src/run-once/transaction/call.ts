/** One call of the transactional mode: its attempts, each of them one transaction. */
import { throwIfAborted } from "../../abort.js";
import type { IdempotencyKey } from "../../shared.js";
import { sleep } from "../duration.js";
import { InProgressError, PayloadMismatchError, TransactionError } from "../errors.js";
import { JSON_CODEC } from "../result.js";
import { codeOf, isDeadlockOrSerialization, isRefusedByServer } from "./failures.js";
import type { statements } from "./statements.js";
import type { Query, Row, TransactionalExecution, Transactions } from "./types.js";

const SAVEPOINT = "run_once_callback";
/** How long a claim waits for a row that the lease mode has locked: its statements take milliseconds. */
const ROW_LOCK_MS = 1_000;
const LONGEST_POLL_MS = 1_000;
const LONGEST_BACKOFF_MS = 100;
/** Time to find out what became of a COMMIT whose answer was lost. */
const SETTLE_MS = 10_000;
const LOCK_NOT_AVAILABLE = "55P03";
const ABORTED_TRANSACTION = "25P02";

/** What all calls have in common. */
interface Setting<Tx> {
  readonly transactions: Transactions<Tx>;
  readonly sql: ReturnType<typeof statements>;
  readonly ttlMs: number;
  readonly attempts: number;
  readonly refusal: ((error: unknown) => unknown) | undefined;
}

/** What one call is given. */
interface Plan<Tx> {
  readonly key: IdempotencyKey;
  readonly callback: (tx: Tx, execution: TransactionalExecution) => unknown;
  readonly fingerprint: string | undefined;
  readonly signal: AbortSignal | undefined;
  readonly waitMs: number;
}

/** What one transaction came to. */
type Outcome =
  | { readonly how: "ran"; readonly value: unknown }
  | { readonly how: "stored"; readonly result: string | undefined }
  | { readonly how: "held"; readonly leaseMs: number };

/** How far one transaction came: for the one who has to explain a failure. */
interface Progress {
  stage: "claim" | "callback" | "commit";
  value: unknown;
  /** The value is what `refusal` made of an error. */
  isRefusal: boolean;
}

export class Call<Tx> {
  readonly #setting: Setting<Tx>;
  readonly #plan: Plan<Tx>;
  readonly #holder = crypto.randomUUID();
  /** When the caller gives up, by `performance.now()`. */
  readonly #deadline: number;
  #callback: Plan<Tx>["callback"];
  #hasBegun = false;

  constructor(setting: Setting<Tx>, plan: Plan<Tx>) {
    this.#setting = setting;
    this.#plan = plan;
    this.#deadline = performance.now() + plan.waitMs;
    this.#callback = plan.callback;
  }

  /** The callback has been called: from here on the caller waits for the end of the transaction. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** Runs transactions until one of them says what the caller gets. */
  async run(): Promise<unknown> {
    const { key, signal, waitMs } = this.#plan;
    let attempt = 1;
    let polls = 0;
    for (;;) {
      const progress: Progress = { stage: "claim", value: undefined, isRefusal: false };
      try {
        const outcome = await this.#attempt(attempt, progress);
        if (outcome.how === "ran") {
          return outcome.value;
        }
        if (outcome.how === "stored") {
          return JSON_CODEC.decode(outcome.result);
        }
        throwIfAborted(signal);
        const left = this.#deadline - performance.now();
        if (left <= 0) {
          throw new InProgressError(key.key, waitMs, outcome.leaseMs);
        }
        await sleep(Math.min(left, 20 * 2 ** polls++, LONGEST_POLL_MS, Math.max(outcome.leaseMs, 1)));
      } catch (error) {
        if (progress.stage === "claim" && codeOf(error) === LOCK_NOT_AVAILABLE) {
          throw new InProgressError(key.key, waitMs, 0);
        }
        if (isDeadlockOrSerialization(error)) {
          if (attempt === this.#setting.attempts) {
            throw error;
          }
          attempt++;
          await sleep(Math.random() * Math.min(5 * 2 ** attempt, LONGEST_BACKOFF_MS));
        } else if (progress.stage === "commit" && !isRefusedByServer(error) && (await this.#settle(error))) {
          return progress.value;
        } else if (progress.stage === "commit" && progress.isRefusal && isRefusedByServer(error)) {
          // postgres.js commits no transaction in which a statement failed, rolled back or not.
          this.#callback = () => progress.value;
        } else {
          throw error;
        }
      }
    }
  }

  /** One transaction. */
  async #attempt(attempt: number, progress: Progress): Promise<Outcome> {
    return this.#setting.transactions.run(async (tx, query): Promise<Outcome> => {
      const claimed = await this.#claim(query);
      if (claimed.how !== "claimed") {
        return claimed;
      }
      throwIfAborted(this.#plan.signal);
      this.#hasBegun = true;
      progress.stage = "callback";
      const execution = { attempt, idempotencyKey: this.#plan.key.hash, takenOver: claimed.takenOver };
      await this.#work(tx, query, execution, progress);
      await this.#publish(query, progress.value);
      progress.stage = "commit";
      return { how: "ran", value: progress.value };
    });
  }

  /** Claims the key, or says who has it. */
  async #claim(query: Query): Promise<Outcome | { how: "claimed"; takenOver: boolean }> {
    const { sql, ttlMs } = this.#setting;
    const { key, waitMs } = this.#plan;
    const { hash } = key;
    const left = Math.ceil(this.#deadline - performance.now());
    const waiting = waitMs > 0 && left > 0;
    const lockTimeout = String(waiting ? left : ROW_LOCK_MS);
    const fingerprint = this.#plan.fingerprint ?? null;
    const [lock] = await query(waiting ? sql.lock : sql.tryLock, [hash, fingerprint, lockTimeout]);
    if (lock?.["status"] === "done") {
      return { how: "stored", result: resultOf(lock) };
    }
    if (Number(lock?.["locked"]) !== 1) {
      return { how: "held", leaseMs: 0 };
    }
    const record = [hash, key.toToken(), this.#holder, fingerprint, ttlMs, lock?.["before"]];
    for (;;) {
      if ((await query(sql.insert, record)).length > 0) {
        return { how: "claimed", takenOver: false };
      }
      const [found] = await query(sql.read, [hash, fingerprint]);
      switch (found?.["status"]) {
        case "mismatch":
          throw new PayloadMismatchError(key.key);
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
  async #work(tx: Tx, query: Query, execution: TransactionalExecution, progress: Progress): Promise<void> {
    const { refusal } = this.#setting;
    if (refusal === undefined) {
      progress.value = await this.#callback(tx, execution);
      return;
    }
    await query(`SAVEPOINT ${SAVEPOINT}`, []);
    try {
      progress.value = await this.#callback(tx, execution);
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

  async #publish(query: Query, value: unknown): Promise<void> {
    const { sql, ttlMs } = this.#setting;
    const { key } = this.#plan;
    let stored: Row[];
    try {
      stored = await query(sql.publish, [key.hash, this.#holder, JSON_CODEC.encode(value) ?? null, ttlMs]);
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

  /** After a COMMIT without an answer: true if it took place. Waits until the old transaction is over. */
  async #settle(cause: unknown): Promise<boolean> {
    const { transactions, sql } = this.#setting;
    const { key } = this.#plan;
    const deadline = performance.now() + SETTLE_MS;
    for (let pause = 50; ; pause *= 2) {
      try {
        await transactions.run(async (_, query) => query(sql.lock, [key.hash, null, String(SETTLE_MS)]));
        // In a transaction of its own: under REPEATABLE READ the first one sees what was there before the lock.
        const [found] = await transactions.run(async (_, query) => query(sql.read, [key.hash, null]));
        return found?.["holder"] === this.#holder;
      } catch (error) {
        if (performance.now() + pause > deadline) {
          throw new TransactionError(
            `nobody can tell whether the transaction of ${JSON.stringify(key.key)} was committed, since the database can't be reached: call again with the same key, which returns its result if it was`,
            { cause: error ?? cause },
          );
        }
        await sleep(pause);
      }
    }
  }
}

function resultOf(row: Row): string | undefined {
  return row["result"] == null ? undefined : String(row["result"]);
}
