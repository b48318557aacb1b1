/**
 * Records in the storage of a Cloudflare Durable Object.
 *
 * @module
 */
import { InvalidArgumentError } from "../errors.js";
import { acquire, complete, live, release, renew } from "../machine.js";
import type { Acquired, Claim, StoreRecord, Transition } from "../machine.js";
import type { Store } from "./store.js";

/** What is used of a Durable Object's `ctx.storage`. */
export interface DurableObjectStorageLike {
  transaction<T>(closure: (transaction: DurableObjectTransactionLike) => Promise<T>): Promise<T>;
  list(options: { prefix: string; startAfter?: string; limit: number }): Promise<Map<string, unknown>>;
  delete(keys: string[]): Promise<number>;
}

/** What is used of a transaction on it. */
export interface DurableObjectTransactionLike {
  get(key: string): Promise<unknown>;
  put(key: string, value: unknown): Promise<void>;
  delete(key: string): Promise<boolean>;
}

const PREFIX = "run-once:";
/** How many keys one `delete` of the storage takes. */
const PAGE = 128;

/**
 * Keeps records in the storage of the object that it is made in. Each operation is a transaction.
 *
 * Expose the four operations as methods of the object, and its stub is a store for any Worker, see
 * {@link durableObjectStore}.
 *
 * @example
 * ```ts
 * import { DurableObject } from "cloudflare:workers";
 *
 * export class RunOnceObject extends DurableObject {
 *   #store = new DurableObjectStore(this.ctx.storage);
 *   acquire(...args) { return this.#store.acquire(...args); }
 *   renew(...args) { return this.#store.renew(...args); }
 *   complete(...args) { return this.#store.complete(...args); }
 *   release(...args) { return this.#store.release(...args); }
 * }
 * ```
 */
export class DurableObjectStore implements Store {
  readonly #storage: DurableObjectStorageLike;

  /**
   * @param storage The object's `ctx.storage`.
   * @throws InvalidArgumentError (`ERR_INVALID_ARGUMENT`) for something else.
   */
  constructor(storage: DurableObjectStorageLike) {
    if (typeof storage?.transaction !== "function") {
      throw new InvalidArgumentError("the storage has no transaction function: pass a Durable Object's ctx.storage");
    }
    this.#storage = storage;
  }

  acquire(hash: string, claim: Claim): Promise<Acquired> {
    return this.#change(hash, (record, now) => acquire(record, claim, now));
  }

  renew(hash: string, holder: string, leaseMs: number, ttlMs: number): Promise<boolean> {
    return this.#change(hash, (record, now) => renew(record, holder, leaseMs, ttlMs, now));
  }

  complete(hash: string, holder: string, result: string | undefined, ttlMs: number): Promise<boolean> {
    return this.#change(hash, (record, now) => complete(record, holder, result, ttlMs, now));
  }

  release(hash: string, holder: string): Promise<boolean> {
    return this.#change(hash, (record, now) => release(record, holder, now));
  }

  /** Deletes the records whose time is over, which count as absent already; returns how many. For an alarm. */
  async deleteExpired(): Promise<number> {
    let deleted = 0;
    let last: string | undefined;
    do {
      const options = { prefix: PREFIX, limit: PAGE, ...(last === undefined ? {} : { startAfter: last }) };
      const page = (await this.#storage.list(options)) as Map<string, StoreRecord>;
      const now = Date.now();
      const keys = [...page.keys()];
      const gone = keys.filter((key) => live(page.get(key), now) === undefined);
      if (gone.length > 0) deleted += await this.#storage.delete(gone);
      last = keys.length < PAGE ? undefined : keys.at(-1);
    } while (last !== undefined);
    return deleted;
  }

  #change<Answer>(
    hash: string,
    change: (record: StoreRecord | undefined, now: number) => Transition<Answer>,
  ): Promise<Answer> {
    const key = PREFIX + hash;
    return this.#storage.transaction(async (transaction) => {
      const before = (await transaction.get(key)) as StoreRecord | undefined;
      const { answer, record } = change(before, Date.now());
      if (record === undefined) await transaction.delete(key);
      else if (record !== before) await transaction.put(key, record);
      return answer;
    });
  }
}

/** What is used of a Durable Object namespace whose objects expose a {@link DurableObjectStore}. */
export interface DurableObjectNamespaceLike<Id> {
  idFromName(name: string): Id;
  get(id: Id): Pick<Store, keyof Store>;
}

/**
 * A store for Workers: each key has a Durable Object of its own, so that keys don't wait for each
 * other. One round trip an operation.
 *
 * @example
 * ```ts
 * export default {
 *   async fetch(request, env) {
 *     const { runOnce } = createRunOnce({ store: durableObjectStore(env.RUN_ONCE) });
 *     return Response.json(await runOnce("greet", () => "hello"));
 *   },
 * };
 * ```
 *
 * @param namespace The binding of the class whose objects keep the records.
 */
export function durableObjectStore<Id>(namespace: DurableObjectNamespaceLike<Id>): Store {
  const object = (hash: string): Store => namespace.get(namespace.idFromName(hash));
  return {
    acquire: async (hash, claim) => object(hash).acquire(hash, claim),
    renew: async (hash, holder, leaseMs, ttlMs) => object(hash).renew(hash, holder, leaseMs, ttlMs),
    complete: async (hash, holder, result, ttlMs) => object(hash).complete(hash, holder, result, ttlMs),
    release: async (hash, holder) => object(hash).release(hash, holder),
  };
}
