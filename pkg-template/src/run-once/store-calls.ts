/** A store's operations as an execution uses them: each ends within its deadline, and each answer is checked. */
import type { IdempotencyKey } from "../shared.js";
import { readAcquired, readFlag } from "./answers.js";
import { timer, unrefTimer } from "./duration.js";
import { StoreError } from "./errors.js";
import type { Acquired, Claim } from "./machine.js";
import type { Store } from "./stores/store.js";

type Operation = "acquire" | "renew" | "complete" | "release";

/** Of a lease, the part that a renewal may take: two more can be tried before it is over. */
const RENEWALS_A_LEASE = 3;

export class StoreCalls {
  readonly #store: Store;
  readonly #key: IdempotencyKey;
  readonly #claim: Claim;
  readonly #timeoutMs: number;

  /** @param timeoutMs How long any operation may take. */
  constructor(store: Store, key: IdempotencyKey, claim: Claim, timeoutMs: number) {
    this.#store = store;
    this.#key = key;
    this.#claim = claim;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Claims the key. A claim is of no use after its lease, so it has no longer than that.
   *
   * @param late Told of an answer that came after the deadline.
   */
  acquire(late: (answer: Acquired) => void): Promise<Acquired> {
    const ms = Math.min(this.#timeoutMs, this.#claim.leaseMs);
    return this.#within("acquire", ms, () => this.#store.acquire(this.#key.hash, this.#claim), readAcquired, late);
  }

  /** @param late Told of an answer that came after the deadline. */
  renew(late: (held: boolean) => void): Promise<boolean> {
    const { holder, leaseMs, ttlMs } = this.#claim;
    const ms = Math.min(this.#timeoutMs, Math.ceil(leaseMs / RENEWALS_A_LEASE));
    return this.#within("renew", ms, () => this.#store.renew(this.#key.hash, holder, leaseMs, ttlMs), readFlag, late);
  }

  complete(result: string | undefined): Promise<boolean> {
    const { holder, ttlMs } = this.#claim;
    return this.#within(
      "complete",
      this.#timeoutMs,
      () => this.#store.complete(this.#key.hash, holder, result, ttlMs),
      readFlag,
    );
  }

  release(): Promise<boolean> {
    return this.#within(
      "release",
      this.#timeoutMs,
      () => this.#store.release(this.#key.hash, this.#claim.holder),
      readFlag,
    );
  }

  #within<T>(
    operation: Operation,
    ms: number,
    call: () => Promise<unknown>,
    read: (answer: unknown) => T,
    late?: (answer: T) => void,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      let isLate = false;
      const giveUp = (): void => {
        isLate = true;
        reject(noAnswer(this.#key.key, operation, ms));
      };
      // A renewal doesn't keep the process alive.
      const cancel = (operation === "renew" ? unrefTimer : timer)(giveUp, ms);
      const run = async (): Promise<void> => {
        try {
          const answer = read(await call());
          if (isLate) late?.(answer);
          else resolve(answer);
        } catch (error) {
          // Nothing happens to a promise that was rejected already.
          reject(error);
        } finally {
          cancel();
        }
      };
      void run();
    });
  }
}

/** The store has not answered in time; nobody knows whether it did what it was asked. */
export function noAnswer(key: string, operation: Operation, ms: number): StoreError {
  const what = `the store did not answer "${operation}" of ${JSON.stringify(key)} within ${ms} ms`;
  const outcome = operation === "acquire" ? ", so the callback was not run" : "";
  return new StoreError(`${what}${outcome}`, { operation, timedOut: true });
}
