/** A store's operations as an execution uses them: each ends within its deadline, and each answer is checked. */
import type { IdempotencyKey } from "../shared.js";
import { readAcquired, readFlag } from "./answers.js";
import { timer, unrefTimer } from "./duration.js";
import { StoreError } from "./errors.js";
import { RENEWALS_A_LEASE } from "./lease.js";
import type { Acquired, Claim } from "./machine.js";
import type { Store } from "./stores/store.js";

type Operation = "acquire" | "renew" | "complete" | "release";

/** Whose operations they are, and on which store. */
export interface StoreCallsPlan {
  readonly store: Store;
  readonly key: IdempotencyKey;
  /** The key's. */
  readonly hash: string;
  readonly claim: Claim;
  /** How long any operation may take. */
  readonly storeTimeoutMs: number;
}

export class StoreCalls {
  readonly #plan: StoreCallsPlan;
  /** How long a claim may take: it is of no use after its lease. */
  readonly claimMs: number;

  constructor(plan: StoreCallsPlan) {
    this.#plan = plan;
    this.claimMs = Math.min(plan.storeTimeoutMs, plan.claim.leaseMs);
  }

  /**
   * Claims the key.
   *
   * @param late Told of an answer that came after the deadline.
   */
  acquire(late: (answer: Acquired) => void): Promise<Acquired> {
    const { store, hash, claim } = this.#plan;
    return this.#within("acquire", this.claimMs, () => store.acquire(hash, claim), readAcquired, late);
  }

  /** @param late Told of an answer that came after the deadline. */
  renew(late: (held: boolean) => void): Promise<boolean> {
    const { store, hash, claim, storeTimeoutMs } = this.#plan;
    const { holder, leaseMs, ttlMs } = claim;
    const ms = Math.min(storeTimeoutMs, Math.ceil(leaseMs / RENEWALS_A_LEASE));
    return this.#within("renew", ms, () => store.renew(hash, holder, leaseMs, ttlMs), readFlag, late);
  }

  complete(result: string | undefined): Promise<boolean> {
    const { store, hash, claim, storeTimeoutMs } = this.#plan;
    const { holder, ttlMs } = claim;
    return this.#within("complete", storeTimeoutMs, () => store.complete(hash, holder, result, ttlMs), readFlag);
  }

  release(): Promise<boolean> {
    const { store, hash, claim, storeTimeoutMs } = this.#plan;
    return this.#within("release", storeTimeoutMs, () => store.release(hash, claim.holder), readFlag);
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
        reject(noAnswer(this.#plan.key.key, operation, ms));
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
