/** Results that no store can read: sealed on their way in, opened on their way out. */
import { readAcquired } from "./answers.js";
import { InvalidArgumentError, typeName } from "./errors.js";
import { checkStore, type Store } from "./stores/store.js";

/** The two functions of {@link sealedStore}. What one throws, the store is said to have failed with. */
export interface Seal {
  /**
   * Makes of a result what is stored.
   *
   * @param result The result as JSON, or as `serialize` made it.
   * @param hash The key's hash: sealed together with the result, as additional data, it keeps anybody from moving
   * a stored result to another key.
   */
  readonly seal: (result: string, hash: string) => string | Promise<string>;
  /**
   * Makes the result of what is stored. Throws for what was not sealed by `seal`, or was changed since.
   *
   * @param sealed What `seal` returned.
   * @param hash As for `seal`.
   */
  readonly open: (sealed: string, hash: string) => string | Promise<string>;
}

/**
 * A store that seals results, such as by encrypting them, before `store` gets them. Everything else
 * stays readable: hashes, the keys' tokens, payload digests, times, and whether a result is undefined.
 *
 * A result that can't be opened is a `StoreError`: nothing is run, and the record stays as it is.
 *
 * @example
 * ```ts
 * const store = sealedStore(new MemoryStore(), {
 *   seal: (result) => btoa(result), // encrypt it here
 *   open: (sealed) => atob(sealed),
 * });
 * const { runOnce } = createRunOnce({ store });
 * await runOnce("greet", () => "hello"); // "hello"
 * await runOnce("greet", () => "hi");    // "hello"
 * ```
 *
 * @param store Keeps the records.
 * @param functions Seal and open.
 * @returns A store with the four operations.
 * @throws InvalidArgumentError (`ERR_INVALID_ARGUMENT`) for a store without the four operations, or without the two functions.
 */
export function sealedStore(store: Store, functions: Seal): Store {
  checkStore(store);
  for (const name of ["seal", "open"] as const) checkFunction(name, functions?.[name]);
  const { seal, open } = functions;
  return {
    async acquire(hash, claim) {
      const answer = readAcquired(await store.acquire(hash, claim));
      if (answer.status !== "done" || answer.result === undefined) return answer;
      return { status: "done", result: await apply("open", open, answer.result, hash) };
    },
    renew: (hash, holder, leaseMs, ttlMs) => store.renew(hash, holder, leaseMs, ttlMs),
    async complete(hash, holder, result, ttlMs) {
      const sealed = result === undefined ? undefined : await apply("seal", seal, result, hash);
      return store.complete(hash, holder, sealed, ttlMs);
    },
    release: (hash, holder) => store.release(hash, holder),
  };
}

function checkFunction(name: string, value: unknown): void {
  if (typeof value !== "function") throw new InvalidArgumentError(`${name} is ${typeName(value)}, expected a function`);
}

/** Its errors name the function: those of WebCrypto have no text. */
async function apply(name: keyof Seal, call: Seal[keyof Seal], text: string, hash: string): Promise<string> {
  const failed = name === "open" ? "the stored result can't be opened" : "the result can't be sealed";
  let made: unknown;
  try {
    made = await call(text, hash);
  } catch (cause) {
    throw new Error(`${failed}: ${String(cause)}`, { cause });
  }
  if (typeof made !== "string") throw new Error(`${failed}: ${name} returned ${typeof made}, expected a string`);
  return made;
}
