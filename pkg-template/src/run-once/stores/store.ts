/** What a store is. */
import { InvalidArgumentError } from "../errors.js";
import type { Acquired, Claim } from "../machine.js";

/**
 * Where run-once keeps its records. Each operation is atomic, one round trip, and safe to send
 * twice; time is the store's, so that the callers' clocks don't matter. Run a store of your own
 * against the suite in `idempotency-keys/run-once/conformance`.
 *
 * Answers are checked, and each operation has a deadline (`storeTimeout`); what comes later is dealt
 * with. A store rejects when its engine can't be reached or fails; it never answers on a guess.
 */
export interface Store {
  /**
   * Takes the key if it has no record, if its record has expired, if the holder is the same, or if
   * another's lease is over; otherwise changes nothing and says what is there. A takeover is remembered
   * until a result is published: whoever gets the key until then is told `takenOver`, again if it asks
   * again.
   *
   * @param hash 64 hex digits.
   * @param claim Who asks, and for how long.
   */
  acquire(hash: string, claim: Claim): Promise<Acquired>;
  /**
   * Prolongs the lease to `leaseMs` from now, if `holder` still holds the key; false if not.
   *
   * @param hash 64 hex digits.
   * @param holder Who asks, as in its claim.
   * @param leaseMs In milliseconds.
   * @param ttlMs For how long the record outlives the lease, in milliseconds.
   */
  renew(hash: string, holder: string, leaseMs: number, ttlMs: number): Promise<boolean>;
  /**
   * Publishes `result` for `ttlMs`, if `holder` still holds the key or has published already;
   * false if not.
   *
   * @param hash 64 hex digits.
   * @param holder Who asks, as in its claim.
   * @param result JSON, or undefined: kept apart from the string `null`.
   * @param ttlMs For how long the result is kept, in milliseconds.
   */
  complete(hash: string, holder: string, result: string | undefined, ttlMs: number): Promise<boolean>;
  /**
   * Gives the key back, if `holder` still holds it; false if not. The record is removed; after a
   * takeover it stays, with nobody as its holder and its lease over, so that the next one is told.
   *
   * @param hash 64 hex digits.
   * @param holder Who asks, as in its claim.
   */
  release(hash: string, holder: string): Promise<boolean>;
}

const OPERATIONS = ["acquire", "renew", "complete", "release"] as const;

/** @throws InvalidArgumentError (`ERR_INVALID_ARGUMENT`) for something that is no store. */
export function checkStore(store: Store): Store {
  for (const operation of OPERATIONS) {
    if (typeof store?.[operation] !== "function") {
      throw new InvalidArgumentError(
        `the store has no method "${operation}": pass a MemoryStore, a RedisStore, a PostgresStore, a SqliteStore or a Store of your own`,
      );
    }
  }
  return store;
}
