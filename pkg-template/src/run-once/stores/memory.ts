/** Records in this process's memory. */
import { checkSettings } from "../../shared.js";
import { acquire, complete, live, release, renew } from "../machine.js";
import type { Acquired, Claim, StoreRecord, Transition } from "../machine.js";
import type { Store } from "./store.js";

/** Settings of {@link MemoryStore}. */
export interface MemoryStoreOptions {
  /** The clock, in milliseconds; `Date.now` by default. */
  readonly now?: (() => number) | undefined;
}

/**
 * Keeps records in this process: for tests, for scripts, for a server of one process. They are gone
 * when it ends, and expired ones are dropped as new ones come.
 */
export class MemoryStore implements Store {
  readonly #records = new Map<string, StoreRecord>();
  readonly #now: () => number;
  #sweepAt = 1024;

  /** @param options The clock, for tests. */
  constructor(options: MemoryStoreOptions = {}) {
    checkSettings(options, ["now"]);
    this.#now = options.now ?? (() => Date.now());
  }

  /** How many records there are, expired ones included until they are dropped. */
  get size(): number {
    return this.#records.size;
  }

  async acquire(hash: string, claim: Claim): Promise<Acquired> {
    const now = this.#now();
    const answer = this.#set(hash, acquire(this.#records.get(hash), claim, now));
    if (this.#records.size >= this.#sweepAt) this.#sweep(now);
    return answer;
  }

  async renew(hash: string, holder: string, leaseMs: number, ttlMs: number): Promise<boolean> {
    return this.#set(hash, renew(this.#records.get(hash), holder, leaseMs, ttlMs, this.#now()));
  }

  async complete(hash: string, holder: string, result: string | undefined, ttlMs: number): Promise<boolean> {
    return this.#set(hash, complete(this.#records.get(hash), holder, result, ttlMs, this.#now()));
  }

  async release(hash: string, holder: string): Promise<boolean> {
    return this.#set(hash, release(this.#records.get(hash), holder, this.#now()));
  }

  #set<Answer>(hash: string, { answer, record }: Transition<Answer>): Answer {
    if (record === undefined) this.#records.delete(hash);
    else this.#records.set(hash, record);
    return answer;
  }

  /** Runs each time the number of records has doubled: constant cost a record. */
  #sweep(now: number): void {
    for (const [hash, record] of this.#records) {
      if (live(record, now) === undefined) this.#records.delete(hash);
    }
    this.#sweepAt = Math.max(1024, this.#records.size * 2);
  }
}
