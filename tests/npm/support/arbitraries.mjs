/** fast-check's generators for keys, scopes, contexts and payloads: what hashes and caches could break on. */

import fc from "fast-check";

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

/** One of `[weight, arbitrary or value]`; for what fails, the first ones are tried, too. */
export function weighted(...choices) {
  const arbitraryOf = (choice) => (choice instanceof fc.Arbitrary ? choice : fc.constant(choice));
  return fc.oneof({ withCrossShrink: true }, ...choices.map(([weight, choice]) => ({ weight, arbitrary: arbitraryOf(choice) })));
}

/** An array of up to `maxLength`, each length as often. */
export const upTo = (maxLength, arbitrary) => fc.array(arbitrary, { maxLength, size: "max" });

/** An array of exactly `length`. */
export const exactly = (length, arbitrary) => fc.array(arbitrary, { minLength: length, maxLength: length });

export const hex = (minLength, maxLength = minLength) => fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength, maxLength, size: "max" });

const piece = weighted([82, fc.constantFrom(...PIECES)], [8, fc.constantFrom(...LONE)], [10, fc.nat(0x10ffff).map((code) => String.fromCodePoint(code))]);
const pieces = (maxLength) => upTo(maxLength, piece).map((list) => list.join(""));

/** A text of so many bytes, or a few more: ASCII around a character that may not fit. */
const ofEdgeLength = fc.tuple(fc.constantFrom(0, ...EDGES), fc.nat(), weighted([1, ""], [1, piece])).map(([bytes, place, middle]) => {
  const before = place % (bytes + 1);
  return "x".repeat(before) + middle + "y".repeat(Math.max(0, bytes - before - new TextEncoder().encode(middle).length));
});

export const text = weighted(
  [850, pieces(11)],
  [100, ofEdgeLength],
  // What could be a key already, or is a unit off.
  [50, hex(63, 65)],
  // 120,000 pieces and more.
  [2, fc.tuple(pieces(3), fc.integer({ min: 1, max: 40_000 })).map(([unit, count]) => unit.repeat(count))],
);

/** A text that Rust can hold, too. */
export const wellFormed = text.map((any) => any.toWellFormed());

/** A part that the SDK and this package agree on. */
export const part = weighted([9, text], [1, fc.constantFrom(...NUMBERS)]);

/** A part, or now and then `{ $key }`: the key made before of `$key`. */
const partOrMade = weighted([99, part], [1, fc.record({ $key: fc.oneof(part, upTo(5, part)) })]);

/** A key that both agree on. */
export const key = fc.oneof(part, upTo(5, part));
export const keyWithMade = fc.oneof(partOrMade, upTo(5, partOrMade));

/** A key that both agree on, but for one part that this package refuses. */
export const refusedKey = fc
  .record({
    odd: fc.constantFrom(null, undefined, {}, { a: 1 }, () => 1, Symbol("s"), new Date(0), [], ["a", "b"], [null]),
    isAlone: weighted([7, false], [3, true]),
    isHole: fc.boolean(),
    others: upTo(3, text),
    place: fc.nat(3),
  })
  .map(({ odd, isAlone, isHole, others, place }) => {
    if (!Array.isArray(odd) && isAlone) return odd;
    const parts = others.toSpliced(place, 0, odd);
    if (odd === undefined && isHole) delete parts[parts.indexOf(odd)];
    return parts;
  });

export const scope = fc.constantFrom(undefined, null, "run", "run", "attempt", "attempt", "global");

/** Options of `createIdempotencyKey`. */
export const options = weighted([15, undefined], [85, fc.record({ scope }, { requiredKeys: [] })]);

/** A task's context, or none. */
export const context = weighted(
  [3, undefined],
  [
    7,
    fc.record({
      // Few runs, so that the same one comes back with another attempt.
      run: fc.record({ id: weighted([7, fc.nat(3).map((run) => `run_${run}`)], [3, text]) }),
      attempt: fc.record({ number: weighted([8, fc.integer({ min: 1, max: 20 })], [2, fc.constantFrom(...NUMBERS)]) }),
    }),
  ],
);

/** What names and texts of documents are put together from, so that many names begin alike. */
const NAMES = [
  "",
  "a",
  "b",
  "key",
  "order",
  "_",
  '"',
  "\\",
  "\n",
  "\u0000",
  "\u007f",
  "é",
  "e\u0301",
  "€",
  "😀",
  "\ue000",
  "\uffff",
  "__proto__",
  "0",
  "10",
  " ",
  "null",
  "long_member_name",
];
/** Up to three of them; a number's digits are many times as fast as an array. */
const name = fc
  .nat(NAMES.length ** 3 - 1)
  .map((digits) => [1, NAMES.length, NAMES.length ** 2].map((base) => NAMES[Math.floor(digits / base) % NAMES.length]).join(""));
const scalar = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer(),
  fc.tuple(fc.integer(), fc.integer({ min: -30, max: 30 })).map(([digits, exponent]) => (digits / 1000) * 10 ** exponent),
  { weight: 2, arbitrary: name },
);

/** Plain data that is its own JSON, and well-formed. */
export const document = fc.letrec((tie) => {
  const object = (maxLength) => upTo(maxLength, fc.tuple(name, tie("value"))).map(Object.fromEntries);
  return {
    value: fc.oneof(
      { maxDepth: 5, depthSize: "max" },
      { weight: 6, arbitrary: scalar },
      { weight: 1, arbitrary: upTo(5, tie("value")) },
      { weight: 2, arbitrary: fc.oneof({ weight: 98, arbitrary: object(7) }, { weight: 2, arbitrary: object(79) }) },
    ),
  };
}).value;

/** A change to one character of a token, as {@link changed} makes it; `more` are further units to put there. */
export const change = (...more) => fc.record({ at: fc.nat(), to: fc.constantFrom(..."ABCXYZabcdxyz0189-_=é", "", ...more) });

export function changed(token, { at, to }) {
  const place = at % token.length;
  return token.slice(0, place) + to + token.slice(place + 1);
}
