/** Payloads: canonical JSON, hashes and keys, beside independent implementations. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import canonicalizePeer from "canonicalize";
import fc from "fast-check";

import { document, exactly, weighted } from "../support/arbitraries.mjs";
import { importEntries } from "../support/entries.mjs";

const { main } = await importEntries();
const { canonicalize, hashPayload, idempotencyKeys } = main;
const vectors = JSON.parse(readFileSync(new URL("../../vectors/canonical.json", import.meta.url), "utf8"));
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const refused = (path, said) => ({
  code: "ERR_INVALID_PAYLOAD",
  name: "InvalidPayloadError",
  message: new RegExp(`^the payload can't be hashed: ${path.replace(/[$.[\]()*+?\\^]/g, "\\$&")} .*${said ?? ""}`),
});

test("the vectors of RFC 8785", () => {
  for (const { name, json, canonical } of vectors.cases) {
    assert.equal(canonicalize(JSON.parse(json)), canonical, name);
  }
  for (const { ieee, text } of vectors.numbers) {
    const number = Buffer.from(ieee, "hex").readDoubleBE();
    if (text === null) assert.throws(() => canonicalize([number]), refused("$[0]"), ieee);
    else assert.equal(canonicalize(number), text, ieee);
  }
  assert.equal(vectors.cases.length + vectors.numbers.length, 43);
});

test("100,000 random documents are canonicalized as by another implementation", () => {
  let compared = 0;
  const property = fc.property(document, (value) => {
    const expected = canonicalizePeer(value);
    assert.equal(canonicalize(value), expected);
    if (compared++ % 10 === 0) assert.equal(hashPayload(value, { operation: "op" }), sha256(`${expected}op`));
  });
  fc.assert(property, { seed: 8785, numRuns: 100_000 });
});

test("what JSON.stringify makes of a value is what counts", () => {
  const when = new Date(0);
  const value = {
    z: undefined,
    y: () => 1,
    x: Symbol("x"),
    d: when,
    i: new Date(NaN),
    n: Object(5),
    s: Object("t"),
    t: { toJSON: (name) => `<${name}>` },
    a: [undefined, , 1],
    u: new Uint8Array([3, 1]),
    m: { b: undefined },
  };
  assert.equal(canonicalize(value), '{"a":[null,null,1],"d":"1970-01-01T00:00:00.000Z","i":null,"m":{},"n":5,"s":"t","t":"<t>","u":{"0":3,"1":1}}');
  assert.equal(canonicalize({ "\u00e9": 1, "e\u0301": 2 }), '{"e\u0301":2,"\u00e9":1}');
  assert.equal(canonicalize(JSON.parse('{"b":1,"__proto__":2}')), '{"__proto__":2,"b":1}');
  assert.equal(canonicalize(idempotencyKeys.createSync("a", { scope: "global" })), `"${sha256("a")}"`);
  assert.equal(canonicalize(-0), "0");
});

test("what JSON can't carry is refused, and its path named", () => {
  const cycle = { a: [{}] };
  cycle.a[0].b = cycle;
  assert.throws(() => canonicalize(cycle), refused("$.a[0].b", "contains itself"));
  assert.throws(() => canonicalize({ items: [1, { price: 10n }] }), refused("$.items[1].price", "10n"));
  for (const [number, name] of [
    [NaN, "NaN"],
    [Infinity, "Infinity"],
    [-Infinity, "-Infinity"],
  ]) {
    assert.throws(() => hashPayload({ "a b": { c: [null, number] } }), refused('$["a b"].c[1]', `is ${name}`));
    assert.throws(() => hashPayload([Object(number)]), refused("$[0]"));
    assert.throws(() => hashPayload({ t: { toJSON: () => number } }), refused("$.t"));
  }
  assert.throws(() => canonicalize(["\ud800"]), refused("$[0]", "lone surrogate"));
  assert.throws(() => canonicalize({ x: { "\udc00": 1 } }), refused('$.x["\\udc00"]', "lone surrogate"));
  assert.throws(() => hashPayload("\ud800", { canonical: false }), refused("$"));
  for (const value of [undefined, () => 1, Symbol("a")]) assert.throws(() => canonicalize(value), refused("$"));
  assert.throws(() => hashPayload(1, { operation: 5 }), { code: "ERR_INVALID_PAYLOAD" });
  const shared = { a: 1 };
  assert.equal(canonicalize([shared, shared]), '[{"a":1},{"a":1}]');
});

test("an error of the caller's own comes through, and the next call works", () => {
  const own = new Error("mine");
  assert.throws(
    () =>
      canonicalize({
        get a() {
          throw own;
        },
      }),
    (error) => error === own,
  );
  assert.throws(
    () =>
      canonicalize({
        toJSON() {
          throw own;
        },
      }),
    (error) => error === own,
  );
  assert.equal(canonicalize({ b: 1, a: 2 }), '{"a":2,"b":1}');
});

test("a thousand levels, a million names, 50 MB", () => {
  const depth = 500;
  let value = 1;
  for (let level = 0; level < depth; level++) value = { b: [value], a: null };
  assert.equal(canonicalize(value), '{"a":null,"b":['.repeat(depth) + "1" + "]}".repeat(depth));
  const names = Array.from({ length: 1_000_000 }, (_, index) => `k${(index * 7919) % 1_000_003}`);
  const sorted = [...new Set(names)].sort();
  assert.equal(sha256(canonicalize(Object.fromEntries(names.map((name) => [name, 1])))), sha256(`{${sorted.map((name) => `"${name}":1`).join(",")}}`));
  const long = { b: "é".repeat(12_500_000), a: "x".repeat(25_000_000) };
  assert.equal(hashPayload(long), sha256(`{"a":"${long.a}","b":"${long.b}"}`));
  assert.equal(hashPayload({ a: 1 }), sha256('{"a":1}'));
});

test("megabytes that are in order already, and megabytes as they stand", () => {
  const inOrder = [{ a: "x".repeat(3_000_000) }, Array.from({ length: 200_000 }, (_, index) => ({ a: index, b: "é" }))];
  for (const value of inOrder) {
    const json = JSON.stringify(value);
    assert.equal(hashPayload(value), sha256(json));
    assert.equal(hashPayload(value, { canonical: false, operation: "op" }), sha256(`${json}op`));
    assert.equal(canonicalize(value), json);
  }
  const value = { b: "x".repeat(3_000_000), a: [{ d: 1, c: 2 }] };
  assert.equal(hashPayload(value, { canonical: false }), sha256(JSON.stringify(value)));
});

test("a number that is not finite is found behind nulls that are there on purpose", () => {
  class Point {
    constructor(x) {
      this.x = x;
    }
  }
  const inherited = Object.create({ inherited: null }, { own: { value: NaN, enumerable: true } });
  const boxed = Object.assign(Object("text"), { hidden: null });
  const replaced = Object.assign([null], { toJSON: () => 5 });
  const invalid = Object.assign(new Date(NaN), { toJSON: () => 5 });
  for (const beside of [
    inherited,
    boxed,
    replaced,
    invalid,
    new Date(NaN),
    null,
    [null, undefined],
    { a: { b: null } },
    new Point(null),
    { toJSON: () => null },
  ]) {
    const path = beside === inherited ? "$.beside.own" : "$.list[0].number";
    assert.throws(() => hashPayload({ beside, list: [{ number: NaN }] }), refused(path, "is NaN"));
    assert.throws(() => canonicalize([[{ number: -Infinity }], beside]), refused("$[0][0].number", "is -Infinity"));
    if (beside !== inherited) assert.equal(canonicalize([beside]), JSON.stringify([beside]));
  }
  assert.throws(() => canonicalize({ list: new Float64Array([1, NaN]), a: null }), refused('$.list["1"]'));
  assert.throws(() => canonicalize(NaN), refused("$"));
  assert.equal(canonicalize(null), "null");
  const shared = { b: null, a: null };
  assert.equal(canonicalize([shared, shared, "null"]), '[{"a":null,"b":null},{"a":null,"b":null},"null"]');
});

test("objects like those before them, and nearly like them", () => {
  const names = [
    "order",
    "customer",
    "items",
    "x",
    "interval_count",
    "interval",
    "a_name_of_more_than_sixteen_bytes",
    "a_name_of_more_than_sixteen_bytez",
    "é",
  ];
  const object = fc.record({
    chosen: weighted([7, names], [3, fc.shuffledSubarray(names, { minLength: 6 })]),
    isReversed: weighted([9, false], [1, true]),
    // A number, or an object before it.
    members: exactly(names.length, weighted([7, fc.nat(999)], [3, fc.record({ earlier: fc.nat(20) })])),
  });
  const list = [];
  for (const { chosen, isReversed, members } of fc.sample(object, { seed: 42, numRuns: 2000 })) {
    const values = members.map((member) => (typeof member === "number" ? member : (list[Math.min(member.earlier, list.length)] ?? null)));
    const pairs = chosen.map((name, index) => [name, values[index]]);
    list.push(Object.fromEntries(isReversed ? pairs.toReversed() : pairs));
  }
  assert.equal(canonicalize(list), canonicalizePeer(list));
  for (const value of list) assert.equal(hashPayload(value), sha256(canonicalizePeer(value)));
});

test("what was refused once is refused again, and what is like it is not", () => {
  for (let round = 0; round < 3; round++) {
    assert.throws(() => canonicalize([{ b: 1, a: "\ud800" }]), refused("$[0].a"));
    assert.throws(() => canonicalize([{ b: 1, "\ud800": 2 }]), refused('$[0]["\\ud800"]'));
    assert.equal(canonicalize([{ b: 1, a: 2 }]), '[{"a":2,"b":1}]');
  }
});

test("the two common recipes, and the order of fromPayload", () => {
  const payload = { b: [1, null], a: "é" };
  const recipe = JSON.stringify(payload);
  for (const value of [payload, { ...payload, long: "x".repeat(1000) }]) {
    const json = JSON.stringify(value);
    assert.equal(hashPayload(value, { canonical: false }), sha256(json));
    assert.equal(hashPayload(value, { canonical: false, operation: "op" }), sha256(`${json}op`));
    assert.equal(hashPayload(value, { operation: "op" }), sha256(`${canonicalizePeer(value)}op`));
  }
  assert.notEqual(hashPayload(payload), sha256(recipe));
  const options = { scope: "attempt", ctx: { run: { id: "run_1" }, attempt: { number: 2 } } };
  const key = idempotencyKeys.fromPayload(payload, { operation: "charge", ...options });
  assert.equal(key.hash, idempotencyKeys.createSync(hashPayload(payload, { operation: "charge" }), options).hash);
  assert.deepEqual(key.options, { key: hashPayload(payload, { operation: "charge" }), scope: "attempt" });
});

test("Aiki's stable hash is the payload under the name input", () => {
  // Its recipe by another implementation: SHA-256 of {"input": payload}, names sorted.
  const payload = { to: "a@example.com", id: 5 };
  assert.equal(hashPayload({ input: payload }), sha256('{"input":{"id":5,"to":"a@example.com"}}'));
});
