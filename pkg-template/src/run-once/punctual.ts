/** Deadlines for a store that is under test. */
import { timer } from "./duration.js";
import type { Store } from "./stores/store.js";

/** What `call` answers, unless that takes too long: a store that never answers fails its case, and doesn't hang it. */
export async function within<T>(ms: number, what: string, call: () => T | PromiseLike<T>): Promise<T> {
  let cancel: (() => void) | undefined;
  const late = new Promise<never>((_, reject) => {
    cancel = timer(() => reject(new Error(`${what} did not answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([call(), late]);
  } finally {
    cancel?.();
  }
}

/** The store with a deadline for each operation. */
export function punctual(store: Store, ms: number): Store {
  return {
    acquire: (...args) => within(ms, "acquire", () => store.acquire(...args)),
    renew: (...args) => within(ms, "renew", () => store.renew(...args)),
    complete: (...args) => within(ms, "complete", () => store.complete(...args)),
    release: (...args) => within(ms, "release", () => store.release(...args)),
  };
}
