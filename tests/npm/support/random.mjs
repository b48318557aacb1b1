/** Random inputs, the same for the same seed: what hashes, scopes and contexts could break on. */

const LONE = ["\ud800", "\udbff", "\udc00", "\udfff", "\udc00\ud800"];
const PIECES = [
  "a",
  "key",
  "item",
  "-",
  "--",
  "_",
  " ",
  "\0",
  "\n",
  "é",
  "ß",
  "日",
  "本語",
  "😀",
  "👨‍👩‍👧",
  "e\u0301",
  "\ufffd",
  "\ufeff",
  "\u2028",
  "run_1",
  "0",
  ",",
];
const NUMBERS = [0, -0, 1, -1, 1.5, 0.1 + 0.2, 1e21, 1e-7, 2 ** 53, NaN, Infinity, -Infinity, 12345678901234567890n, 0n, -1n, true, false];
/** Bytes at which SHA-256's padding or blocks begin anew, less one to plus one. */
const EDGES = [55, 56, 63, 64, 65, 111, 119, 120, 127, 128, 129, 191, 192, 255, 256, 257];

/** A generator of numbers from 0 to below 1 (mulberry32). */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export class Random {
  #next;

  constructor(seed) {
    this.#next = generator(seed);
  }

  /** A whole number from 0 to below `limit`. */
  below(limit) {
    return Math.floor(this.#next() * limit);
  }

  chance(probability) {
    return this.#next() < probability;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  text() {
    if (this.chance(0.1)) return this.#ofLength(this.pick(EDGES));
    if (this.chance(0.05)) return this.#hex();
    if (this.chance(0.002)) return this.#pieces(3).repeat(1 + this.below(40_000));
    return this.#pieces(this.below(12));
  }

  #pieces(count) {
    return Array.from({ length: count }, () => this.#piece()).join("");
  }

  #piece() {
    if (this.chance(0.08)) return this.pick(LONE);
    if (this.chance(0.1)) return String.fromCodePoint(this.below(0x110000));
    return this.pick(PIECES);
  }

  /** A text of so many bytes, or a few more: ASCII around a character that may not fit. */
  #ofLength(bytes) {
    const middle = this.chance(0.5) ? this.#piece() : "";
    const before = this.below(bytes);
    const after = Math.max(0, bytes - before - new TextEncoder().encode(middle).length);
    return "x".repeat(before) + middle + "y".repeat(after);
  }

  /** What could be a key already, or is a unit off. */
  #hex() {
    const length = this.pick([63, 64, 64, 64, 65]);
    return Array.from({ length }, () => this.pick("0123456789abcdef")).join("");
  }

  /** A part that the SDK and this package agree on; `made` are keys made before. */
  part(made) {
    if (this.chance(0.1)) return this.pick(NUMBERS);
    if (made.length > 0 && this.chance(0.05)) return this.pick(made);
    return this.text();
  }

  /** A key that both agree on. */
  key(made = []) {
    if (this.chance(0.5)) return this.part(made);
    return Array.from({ length: this.below(6) }, () => this.part(made));
  }

  /** A key that both agree on, but for one part that this package refuses. */
  refusedKey() {
    const odd = this.pick([null, undefined, {}, { a: 1 }, () => 1, Symbol("s"), new Date(0), [], ["a", "b"], [null]]);
    if (!Array.isArray(odd) && this.chance(0.3)) return odd;
    const parts = Array.from({ length: this.below(4) }, () => this.text());
    parts.splice(this.below(parts.length + 1), 0, odd);
    if (odd === undefined && this.chance(0.5)) delete parts[parts.indexOf(odd)];
    return parts;
  }

  scope() {
    return this.pick([undefined, null, "run", "run", "attempt", "attempt", "global"]);
  }

  /** Options of `createIdempotencyKey`. */
  options() {
    if (this.chance(0.15)) return undefined;
    return this.chance(0.1) ? {} : { scope: this.scope() };
  }

  /** A task's context, or none. */
  context() {
    if (this.chance(0.3)) return undefined;
    // Few runs, so that the same one comes back with another attempt.
    const id = this.chance(0.7) ? `run_${this.below(4)}` : this.text();
    const number = this.chance(0.8) ? 1 + this.below(20) : this.pick(NUMBERS);
    return { run: { id }, attempt: { number } };
  }
}
