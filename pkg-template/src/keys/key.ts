/** The key object: a hash that carries what it was made from. */

import { type Batch, hashAt, textAt } from "./batch.js";
import { currentCatalog } from "./catalogs.js";
import { InvalidKeyError } from "../errors.js";
import type { IdempotencyKeyOptions, IdempotencyKeyScope } from "../types.js";
import { hash, NonText, openToken, refuseNonText, tokenOf } from "../wasm/keys.js";

/**
 * What a key depends on besides its material. Shared by all keys of one scope in one context, so
 * that a million keys of a run keep one.
 */
export interface Origin {
  readonly scope: IdempotencyKeyScope;
  /** The scope's code on the wasm boundary. */
  readonly code: number;
  /** What follows the material when it is hashed, such as `-run_abc123`. */
  readonly suffix: string;
}

/** Known to every copy of this package in the process. */
const BRAND: unique symbol = Symbol.for("idempotency-keys.IdempotencyKey") as never;
const MAKER: unique symbol = Symbol("IdempotencyKey");
const SHORT_HASH = 8;
/** The hash of a longer material is kept at once: making it again would take over a microsecond. */
const SHORT_TEXT = 256;
/** In place of a hash that nobody has asked for yet, and of one that was asked for once. */
const UNREAD = "";
const READ_ONCE = "1";

/**
 * An idempotency key: immutable, garbage-collected like any object, and wherever a text is wanted
 * its hash. docs/migration.md says where that is, and where `key.hash` has to be written.
 *
 * @example
 * ```ts
 * const key = idempotencyKeys.createSync("order-42", { scope: "global" });
 * key.hash;                                  // "3bf8b157c4238eefe5ae4a66eca81c6b887d4dcedb58dd674271859f4dc2edfd"
 * `${key}` === key.hash;                     // true
 * JSON.stringify([key]) === `["${key}"]`;    // true
 * key.options;                               // { key: "order-42", scope: "global" }
 * ```
 */
export class IdempotencyKey {
  /** The material, or in a batch the key's place. */
  readonly #text: string | number;
  readonly #from: Origin | Batch;
  /**
   * The hash, from its second reading on. Until then it is made when it is asked for: most keys are
   * read once, and a hash that is kept takes as much memory as all the rest of a key.
   */
  #hash: string;

  /** Not to be called: `idempotencyKeys.create` makes keys. */
  private constructor(maker: symbol, text: string | number, from: Origin | Batch, hash: string) {
    if (maker !== MAKER) {
      throw new TypeError("IdempotencyKey has no public constructor: call idempotencyKeys.create()");
    }
    this.#text = text;
    this.#from = from;
    this.#hash = hash;
  }

  get #origin(): Origin {
    const from = this.#from;
    return "origin" in from ? from.origin : from;
  }

  /** 64 lower-case hex digits: what goes over the wire. */
  get hash(): string {
    const text = this.#text;
    if (typeof text === "number") {
      return hashAt(this.#from as Batch, text);
    }
    const kept = this.#hash;
    if (kept.length > READ_ONCE.length) {
      return kept;
    }
    const made = hash(text, this.#from as Origin);
    this.#hash = kept === READ_ONCE ? made : READ_ONCE;
    return made;
  }

  /** The caller's material, its parts joined with `-`, as the SDK reports it. */
  get key(): string {
    const text = this.#text;
    return typeof text === "string" ? text : textAt(this.#from as Batch, text);
  }

  /** The scope the key was made in. */
  get scope(): IdempotencyKeyScope {
    return this.#origin.scope;
  }

  /** The material and the scope, in the SDK's wire shape; a new object each time. */
  get options(): IdempotencyKeyOptions {
    return { key: this.key, scope: this.scope };
  }

  /** The hash; so template literals, headers, URLs and `String(key)` use it. */
  toString(): string {
    return this.hash;
  }

  /** The hash; so `JSON.stringify` writes it. */
  toJSON(): string {
    return this.hash;
  }

  /**
   * The key as one URL-safe text, to cross a process, a queue or a database: its material, its scope and
   * what the scope added. The Rust crate reads and writes the same tokens; docs/tokens.md has their format.
   *
   * @example
   * ```ts
   * idempotencyKeys.createSync("order-42", { scope: "global" }).toToken(); // "AQIIb3JkZXItNDJija9hwc89Lg"
   * ```
   */
  toToken(): string {
    return tokenOf(this.key, this.#origin);
  }

  /**
   * The key that a token carries, its hash computed anew.
   *
   * @example
   * ```ts
   * IdempotencyKey.fromToken("AQIIb3JkZXItNDJija9hwc89Lg").key; // "order-42"
   * ```
   *
   * @param token What {@link toToken} returned.
   * @throws InvalidTokenError (`ERR_INVALID_TOKEN`) where any character was changed, left out or added, and
   * for a token of a later version. Tokens are not signed: who can write one can write it for any key.
   */
  static fromToken(token: string): IdempotencyKey {
    if (typeof token !== "string") {
      return refuseNonText(NonText.Token, token);
    }
    const { key, origin } = openToken(token);
    return IdempotencyKey.make(key, origin);
  }

  /**
   * Whether a value is an idempotency key, of this or of another copy of the package.
   *
   * @example
   * ```ts
   * IdempotencyKey.isIdempotencyKey(idempotencyKeys.createSync("a")); // true
   * IdempotencyKey.isIdempotencyKey("a");                             // false
   * ```
   *
   * @param value Anything.
   */
  static isIdempotencyKey(value: unknown): value is IdempotencyKey {
    return typeof value === "object" && value !== null && BRAND in value;
  }

  /** What `console.log` shows on Node, Bun and Deno. */
  protected [Symbol.for("nodejs.util.inspect.custom")](
    _depth: number,
    options: unknown,
    inspect?: (value: unknown, options: unknown) => string,
  ): string {
    const show = (value: string): string => inspect?.(value, options) ?? JSON.stringify(value);
    const hash = `${this.hash.slice(0, SHORT_HASH)}…`;
    return `IdempotencyKey { key: ${show(this.key)}, scope: ${show(this.scope)}, hash: ${show(hash)} }`;
  }

  /** @internal */
  static material(key: IdempotencyKey): string {
    return key.key + key.#origin.suffix;
  }

  /** @internal `known`: the hash, where it is not simply that of the text. */
  static make(text: string, origin: Origin, known = text.length > SHORT_TEXT ? hash(text, origin) : UNREAD): IdempotencyKey {
    const made = new IdempotencyKey(MAKER, text, origin, known);
    currentCatalog()?.remember(made);
    return made;
  }

  /** @internal The batch may still be in the making: {@link announce} its keys when it is complete. */
  static inBatch(batch: Batch, place: number): IdempotencyKey {
    return new IdempotencyKey(MAKER, place, batch, UNREAD);
  }

  static {
    Object.defineProperty(this.prototype, BRAND, { value: true });
    // Without a setter, code that isn't strict would assign without effect and without an error.
    for (const name of ["hash", "key", "scope", "options"]) {
      Object.defineProperty(this.prototype, name, {
        set() {
          throw new TypeError(`an IdempotencyKey is immutable: can't assign to "${name}"`);
        },
      });
    }
  }
}

const HASH = /^[0-9a-f]{64}$/;

/** The hash of a key, which may stem from another copy of the package and is not trusted. */
export function hashOf(key: IdempotencyKey): string {
  let hash: unknown;
  try {
    hash = key.hash;
  } catch (cause) {
    throw notAKey(cause);
  }
  if (typeof hash !== "string" || !HASH.test(hash)) {
    throw notAKey();
  }
  return hash;
}

function notAKey(cause?: unknown): InvalidKeyError {
  return new InvalidKeyError(
    "a value that claims to be an IdempotencyKey has no valid hash: pass the key itself, not a proxy or a copy of it",
    { cause },
  );
}

/** Tells of the new keys of a batch, those from `start` to before `end`. */
export function announce(keys: readonly IdempotencyKey[], start: number, end: number): void {
  const catalog = currentCatalog();
  for (let index = start; catalog !== undefined && index < end; index++) {
    catalog.remember(keys[index] as IdempotencyKey);
  }
}

/** All that was hashed: the caller's material, and what its scope added. */
export function materialOf(key: IdempotencyKey): string {
  return IdempotencyKey.material(key);
}

const kept = new WeakMap<IdempotencyKey, IdempotencyKeyOptions>();

/** The key's options as the SDK hands them out: one mutable object for as long as the key lives. */
export function optionsOf(key: IdempotencyKey): IdempotencyKeyOptions {
  let options = kept.get(key);
  if (options === undefined) {
    options = key.options;
    kept.set(key, options);
  }
  return options;
}
