/** The key object: a hash that carries what it was made from. */

import { BRAND } from "../../../src/js/arguments.js";
import { InvalidKeyError } from "../errors.js";
import { currentCatalog } from "./catalogs.js";
import type { IdempotencyKeyOptions, IdempotencyKeyScope, KeyLike } from "../types.js";
import {
  engineKind,
  hash,
  HASH_LENGTH,
  NonString,
  openToken,
  refuseNonString,
  type ResolvedScope,
  tokenOf,
  uuidOf,
} from "../wasm/keys.js";

/**
 * An idempotency key: immutable, garbage-collected like any object, and wherever a string is wanted
 * its hash. docs/migration.md says where that is, and where `key.hash` has to be written.
 *
 * Two keys are deeply equal if and only if their hash, key and scope are the same.
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
export interface IdempotencyKey extends KeyLike {
  /** 64 lower-case hex digits: what goes over the wire. */
  readonly hash: string;
  /** The caller's material, its parts joined with `-`, as the SDK reports it. */
  readonly key: string;
  /** The scope the key was made in. */
  readonly scope: IdempotencyKeyScope;
  /** `key` and `scope`, in the SDK's wire shape; a new object each time. */
  readonly options: IdempotencyKeyOptions;
  /** All that was hashed: `key`, and what the scope added, such as `-run_abc123`. */
  readonly material: string;

  /** The hash; so template literals, headers, URLs and `String(key)` use it. */
  toString(): string;

  /** The hash; so `JSON.stringify` writes it. */
  toJSON(): string;

  /**
   * The first 16 bytes of the hash as a UUID of version 8 (RFC 9562, section 5.8), for receivers that want a
   * GUID or at most 36 characters. 122 of the 128 bits are the hash's.
   *
   * @example
   * ```ts
   * idempotencyKeys.createSync("order-42", { scope: "global" }).toUUID(); // "3bf8b157-c423-8eef-a5ae-4a66eca81c6b"
   * ```
   */
  toUUID(): string;

  /**
   * The key as one URL-safe string, to cross a process, a queue or a database: its material, its scope and
   * what the scope added. The Rust crate reads and writes the same tokens; docs/tokens.md has their format.
   *
   * @example
   * ```ts
   * idempotencyKeys.createSync("order-42", { scope: "global" }).toToken(); // "AQIIb3JkZXItNDJija9hwc89Lg"
   * ```
   */
  toToken(): string;
}

/** The class of {@link IdempotencyKey}. It has no public constructor: `idempotencyKeys.create` makes keys. */
export interface IdempotencyKeyClass extends Function {
  /** What keys inherit, for `instanceof`. */
  readonly prototype: IdempotencyKey;

  /**
   * The key that a token carries, its hash computed anew.
   *
   * @example
   * ```ts
   * IdempotencyKey.fromToken("AQIIb3JkZXItNDJija9hwc89Lg").key; // "order-42"
   * ```
   *
   * @param token What {@link IdempotencyKey.toToken} returned.
   * @throws InvalidTokenError (`ERR_INVALID_TOKEN`) if any character was changed, left out or added, and
   * for a token of a later version. Tokens are not signed: who can write one can write it for any key.
   */
  fromToken(token: string): IdempotencyKey;

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
  isIdempotencyKey(value: unknown): value is IdempotencyKey;
}

/** What libraries compare, clone and keep: own, enumerable, and no string, so that `Object.keys` is empty. */
const KEY: unique symbol = Symbol.for("idempotency-keys.key") as never;
const SCOPE: unique symbol = Symbol.for("idempotency-keys.scope") as never;
const MAKER: unique symbol = Symbol("IdempotencyKey");

const SHOWN_DIGITS = 8;
/** The hash of a longer key is computed at once and kept: computing it again would take over a microsecond. */
const LONG_KEY = 256;
/** In place of `#at`: the hash was not read yet; it was, and is not kept. */
const UNREAD = -1;
const READ = 0;

class Key implements IdempotencyKey {
  readonly [KEY]: string;
  readonly [SCOPE]: ResolvedScope;
  /**
   * The hash, from its second reading on, or from the start if the key is long; before the first reading, in a
   * batch, the hashes of up to 16 keys; else empty. Most keys are read once, and a kept hash (80 bytes) would take
   * a key past four fifths of the SDK's entry.
   */
  #digits: string;
  /** Where the hash begins in `#digits`, `UNREAD` or `READ`. */
  #at: number;

  constructor(maker: symbol, key: string, scope: ResolvedScope, digits: string, at: number) {
    if (maker !== MAKER) {
      throw new TypeError("IdempotencyKey has no public constructor: call idempotencyKeys.create()");
    }
    this[KEY] = key;
    this[SCOPE] = scope;
    this.#digits = digits;
    this.#at = at;
  }

  get hash(): string {
    // A proxy, a clone and an object that inherits from a key have its symbols only.
    if (!(#digits in this)) {
      const { [KEY]: key, [SCOPE]: scope } = this as Key;
      return hash(key, scope);
    }
    const digits = this.#digits;
    const at = this.#at;
    if (digits.length === HASH_LENGTH) {
      return digits;
    }
    this.#at = READ;
    if (digits !== "") {
      this.#digits = "";
      return digits.slice(at, at + HASH_LENGTH);
    }
    const made = hash(this[KEY], this[SCOPE]);
    if (at === READ) {
      this.#digits = made;
    }
    return made;
  }

  get key(): string {
    return this[KEY];
  }

  get scope(): IdempotencyKeyScope {
    return this[SCOPE].scope;
  }

  get options(): IdempotencyKeyOptions {
    return { key: this.key, scope: this.scope };
  }

  get material(): string {
    return this[KEY] + this[SCOPE].suffix;
  }

  toString(): string {
    return this.hash;
  }

  toJSON(): string {
    return this.hash;
  }

  toUUID(): string {
    return uuidOf(this.hash);
  }

  toToken(): string {
    return tokenOf(this[KEY], this[SCOPE]);
  }

  static fromToken(token: string): IdempotencyKey {
    if (typeof token !== "string") {
      return refuseNonString(NonString.Token, token);
    }
    const { key, scope } = openToken(token);
    return makeKey(key, scope);
  }

  static isIdempotencyKey(value: unknown): value is IdempotencyKey {
    try {
      return typeof value === "object" && value !== null && BRAND in value;
    } catch {
      return false; // a revoked proxy
    }
  }

  /** What `console.log` shows on Node, Bun and Deno. */
  [Symbol.for("nodejs.util.inspect.custom")](
    _depth: number,
    options: unknown,
    inspect?: (value: unknown, options: unknown) => string,
  ): string {
    const show = (value: string): string => inspect?.(value, options) ?? JSON.stringify(value);
    if (typeof this[KEY] !== "string") {
      return "IdempotencyKey {}";
    }
    const digits = `${this.hash.slice(0, SHOWN_DIGITS)}…`;
    return `IdempotencyKey { key: ${show(this.key)}, scope: ${show(this.scope)}, hash: ${show(digits)} }`;
  }

  static {
    // Minifiers change it.
    Object.defineProperty(this, "name", { value: "IdempotencyKey", configurable: true });
    Object.defineProperty(this.prototype, BRAND, { value: true });
    // Without a setter, code that isn't strict would assign without effect and without an error.
    for (const name of ["hash", "key", "scope", "options", "material"]) {
      Object.defineProperty(this.prototype, name, {
        set() {
          throw new TypeError(`an IdempotencyKey is immutable: can't assign to "${name}"`);
        },
      });
    }
  }
}

interface SharedClass {
  readonly IdempotencyKey: IdempotencyKeyClass;
  make(key: string, scope: ResolvedScope, digits: string, at: number): IdempotencyKey;
}

/**
 * The class that the process's first copy of the package with this kind of engine brought: an ES module and
 * a CommonJS one beside each other make keys of one class, which is what deep equality asks for. The number
 * changes with the class.
 */
function sharedClass(): SharedClass {
  const name = Symbol.for(`idempotency-keys.class.1.${engineKind}`);
  const holder = globalThis as { [name: symbol]: SharedClass | undefined };
  const own: SharedClass = {
    IdempotencyKey: Key,
    make: (key, scope, digits, at) => new Key(MAKER, key, scope, digits, at),
  };
  try {
    if (holder[name] === undefined) {
      Object.defineProperty(globalThis, name, { value: own });
    }
  } catch {
    // A frozen global: then each copy has a class of its own.
  }
  return holder[name] ?? own;
}

const shared: SharedClass = /* @__PURE__ */ sharedClass();

/** For `instanceof`, and to read tokens. */
export const IdempotencyKey: IdempotencyKeyClass = shared.IdempotencyKey;

/** A key, whose hash begins at `at` in `digits`. Without them it is computed when it is read. */
export function makeKey(key: string, scope: ResolvedScope, digits?: string, at = 0): IdempotencyKey {
  const made =
    digits !== undefined
      ? shared.make(key, scope, digits, at)
      : key.length > LONG_KEY
        ? shared.make(key, scope, hash(key, scope), 0)
        : shared.make(key, scope, "", UNREAD);
  currentCatalog()?.remember(made);
  return made;
}

const HASH = /^[0-9a-f]{64}$/;

/** The hash of a key, which may stem from another copy of the package and is not trusted. */
export function hashOf(key: KeyLike): string {
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
  return new InvalidKeyError("a value that claims to be an IdempotencyKey has no valid hash: pass the key itself", {
    cause,
  });
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
