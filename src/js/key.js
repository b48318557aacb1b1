// The key class of the wasm-bindgen package: plain objects on JavaScript's heap, no handles into wasm memory.

/** Known to every copy of this package in the process. */
const BRAND = Symbol.for("idempotency-keys.IdempotencyKey");
const MAKER = Symbol("IdempotencyKey");

/** What only the crate can compute; `connect` passes it in when the module starts. */
let crate;

export class IdempotencyKey {
  constructor(maker, hash, key, scope, material) {
    if (maker !== MAKER) {
      throw new TypeError("IdempotencyKey has no public constructor: call create()");
    }
    this.hash = hash;
    this.key = key;
    this.scope = scope;
    this.material = material;
    Object.freeze(this);
  }

  get options() {
    return { key: this.key, scope: this.scope };
  }

  toString() {
    return this.hash;
  }

  toJSON() {
    return this.hash;
  }

  toToken() {
    return crate.token(this.key, this.scope, this.material.slice(this.key.length));
  }

  toUUID() {
    return crate.uuid(this.hash);
  }

  [Symbol.for("nodejs.util.inspect.custom")](_depth, options, inspect) {
    const { hash, key, scope } = this;
    const shown = { key, scope, hash: `${hash.slice(0, 8)}…` };
    return `IdempotencyKey ${inspect ? inspect(shown, options) : JSON.stringify(shown)}`;
  }
}

Object.defineProperty(IdempotencyKey.prototype, BRAND, { value: true });
Object.freeze(IdempotencyKey.prototype);
Object.freeze(IdempotencyKey);

export function connect(token, uuid) {
  crate = { token, uuid };
}

export function makeKey(hash, key, scope, material) {
  return new IdempotencyKey(MAKER, hash, key, scope, material);
}

/** Whether a value is a key of this or of another copy of the package. */
export function isKey(value) {
  try {
    return typeof value === "object" && value !== null && BRAND in value;
  } catch {
    return false; // a revoked proxy
  }
}

/** As `join` and template literals do; throws for a symbol. */
export function toText(value) {
  return `${value}`;
}
