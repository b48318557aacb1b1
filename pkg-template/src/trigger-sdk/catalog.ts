/**
 * A catalog for Trigger.dev SDKs as published: what a hash was made from, so that the SDK can send
 * it along. The SDK's own one forgets keys past 1,000 (4.3.3 to 4.4.6) and is told of none that
 * this package makes.
 */

import { InvalidKeyError } from "../errors.js";
import { addCatalog, installedCatalogs, type KeyCatalog, removeCatalog } from "../keys/catalogs.js";
import { type SdkCatalog, type SdkRegistry, sdkRegistry } from "../sdk-registry.js";
import { IdempotencyKey, optionsOf } from "../keys/key.js";
import type { IdempotencyKeyOptions } from "../types.js";

/**
 * Outside a run nothing says when a key is done with, so the latest keys are kept: at least this
 * many, at most twice as many (about 15 MB), whatever the process triggers in its lifetime. It is
 * several times the largest batch.
 */
const KEPT_OUTSIDE_A_RUN = 32_768;

/** How {@link installCatalog} reports what it sees. */
export interface CatalogOptions {
  /**
   * Called when the SDK was given an `IdempotencyKey` itself where it takes a string, and so hashed
   * the hash. What it throws fails that call of the SDK. Default: one warning for each catalog.
   */
  onDoubleHash?: ((error: InvalidKeyError) => void) | undefined;
}

type Entry = IdempotencyKey | IdempotencyKeyOptions;

class Catalog implements SdkCatalog, KeyCatalog {
  /** What this one stands in for; other copies of the package read and write it, too. */
  replaced: SdkCatalog | undefined;
  #installed = true;
  #runId: string | undefined;
  #entries = new Map<string, Entry>();
  /** Outside a run: what was in use before the last {@link KEPT_OUTSIDE_A_RUN} keys. */
  #older = new Map<string, Entry>();
  readonly #onDoubleHash: (error: InvalidKeyError) => void;

  constructor(replaced: SdkCatalog | undefined, onDoubleHash: (error: InvalidKeyError) => void) {
    this.replaced = replaced;
    this.#onDoubleHash = onDoubleHash;
    this.#runId = currentRunId();
  }

  /** Called by the SDK for each key that it makes. */
  registerKeyOptions(hash: string, options: IdempotencyKeyOptions): void {
    if (!this.#installed) {
      this.replaced?.registerKeyOptions(hash, options);
      return;
    }
    this.#followRun();
    const original = this.#find(options.key);
    if (IdempotencyKey.isIdempotencyKey(original)) {
      this.#onDoubleHash(doubleHash(original));
    }
    this.#keep(hash, options);
  }

  /** Called by the SDK for each key that it sends. The same object each time, as in the SDK. */
  getKeyOptions(hash: string): IdempotencyKeyOptions | undefined {
    if (!this.#installed) {
      return this.replaced?.getKeyOptions(hash);
    }
    this.#followRun();
    const entry = this.#find(hash);
    return IdempotencyKey.isIdempotencyKey(entry) ? optionsOf(entry) : entry;
  }

  /** Called by the SDK between runs, from 4.5.0 on. */
  clear(): void {
    this.#entries.clear();
    this.#older.clear();
  }

  /** Told of each key that this package makes. */
  remember(key: IdempotencyKey): void {
    this.#followRun();
    this.#keep(key.hash, key);
  }

  /** From now on nothing is kept: who still holds this catalog gets what it stood in for. */
  uninstall(): void {
    this.#installed = false;
    this.clear();
  }

  #followRun(): void {
    const runId = currentRunId();
    if (runId !== this.#runId) {
      this.clear();
      this.#runId = runId;
    }
  }

  #find(hash: string): Entry | undefined {
    const entry = this.#entries.get(hash);
    if (entry !== undefined || this.#runId !== undefined) {
      return entry;
    }
    const older = this.#older.get(hash);
    if (older !== undefined) {
      // In use, so as good as new.
      this.#keep(hash, older);
    }
    return older;
  }

  #keep(hash: string, entry: Entry): void {
    if (this.#runId === undefined && this.#entries.size >= KEPT_OUTSIDE_A_RUN && !this.#entries.has(hash)) {
      this.#older = this.#entries;
      this.#entries = new Map();
    }
    this.#entries.set(hash, entry);
  }
}

function currentRunId(): string | undefined {
  return sdkRegistry()?.["task-context"]?.ctx?.run?.id;
}

function doubleHash({ key, scope, hash }: IdempotencyKey): InvalidKeyError {
  return new InvalidKeyError(
    `the Trigger.dev SDK hashed the hash of an idempotency key (key ${JSON.stringify(key)}, scope "${scope}"), so the server doesn't get ${hash}: pass key.hash to the SDK, or start with "node --import idempotency-keys/register", and it takes the key itself`,
  );
}

function warnOnce(): (error: InvalidKeyError) => void {
  let warned = false;
  return (error) => {
    if (!warned) {
      warned = true;
      console.warn(`${error.name} [${error.code}]: ${error.message}`);
    }
  };
}

/**
 * Gives the published Trigger.dev SDK in this process (4.3.3 and later) a catalog that forgets no
 * key of the run it belongs to, keeps nothing once the run id changes or the SDK clears it, and
 * knows the keys that this package makes from now on, whichever of its copies makes them. Outside a
 * run it keeps the latest 32,768. May be called before or after the SDK is loaded.
 *
 * @example
 * ```ts
 * import { tasks } from "@trigger.dev/sdk";
 *
 * const uninstall = installCatalog();
 * const key = await idempotencyKeys.create("welcome", { scope: "global" });
 * // Sent with idempotencyKeyOptions: { key: "welcome", scope: "global" }.
 * await tasks.trigger("send-email", { to: "ada@example.com" }, { idempotencyKey: key.hash });
 * uninstall();
 * ```
 *
 * @param options What to do when the SDK hashes the hash of a key.
 * @returns A function that puts back what was there before; calling it again does nothing.
 * @see `IdempotencyKeyCatalogAPI`, @trigger.dev/core 4.3.3 to 4.8.3
 */
export function installCatalog(options?: CatalogOptions): () => void {
  const registry = sdkRegistry() ?? createRegistry();
  const catalog = new Catalog(registry["idempotency-key-catalog"], options?.onDoubleHash ?? warnOnce());
  registry["idempotency-key-catalog"] = catalog;
  addCatalog(catalog);
  return () => uninstall(catalog);
}

/** The registry as the SDK itself would make it; the SDK takes what it finds. */
function createRegistry(): SdkRegistry {
  const registry: SdkRegistry = {};
  (globalThis as { [key: symbol]: SdkRegistry })[Symbol.for("dev.trigger.ts.api")] = registry;
  return registry;
}

/** In any order: what stood in for this catalog goes on in its place. */
function uninstall(catalog: Catalog): void {
  removeCatalog(catalog);
  catalog.uninstall();
  for (const other of installedCatalogs() as readonly (KeyCatalog & Partial<Catalog>)[]) {
    if (other.replaced === catalog) {
      other.replaced = catalog.replaced;
    }
  }
  const registry = sdkRegistry();
  if (registry === undefined || registry["idempotency-key-catalog"] !== catalog) {
    return;
  }
  if (catalog.replaced === undefined) {
    delete registry["idempotency-key-catalog"];
  } else {
    registry["idempotency-key-catalog"] = catalog.replaced;
  }
}

/**
 * Keeps what a key was made from where the SDK looks for it: in the catalog of this process, which is
 * installed if there is none.
 */
export function keepOptions(key: IdempotencyKey): void {
  if (sdkRegistry()?.["idempotency-key-catalog"] === undefined) {
    installCatalog();
  }
  const catalog = sdkRegistry()?.["idempotency-key-catalog"] as SdkCatalog & Partial<KeyCatalog>;
  if (catalog.remember === undefined) {
    catalog.registerKeyOptions(key.hash, optionsOf(key));
  } else {
    catalog.remember(key);
  }
}

/** What the SDK in this process knows that a hash was made from. */
export function findOptions(hash: string): IdempotencyKeyOptions | undefined {
  return sdkRegistry()?.["idempotency-key-catalog"]?.getKeyOptions(hash);
}

/** Forgets all of that, where the catalog can (4.5.0 and later, and the one of `installCatalog`). */
export function clearOptions(): void {
  sdkRegistry()?.["idempotency-key-catalog"]?.clear?.();
}
