/** Deep equality, as test libraries see it: of two keys exactly when hash, key and scope are the same. */

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { inspect } from "node:util";

import { equals, iterableEquality, typeEquality } from "@jest/expect-utils";
import { JestAsymmetricMatchers, JestChaiExpect } from "@vitest/expect";
import * as chai from "chai";
import lodash from "lodash";
import sinon from "sinon";

import { installedPackage } from "../support/install-package.mjs";
import { importEntries } from "../support/entries.mjs";

const { main } = await importEntries();
const { IdempotencyKey, idempotencyKeys } = main;
const commonjs = createRequire(join(installedPackage(), "index.js"))("idempotency-keys");

const vitestChai = chai;
vitestChai.use(JestChaiExpect);
vitestChai.use(JestAsymmetricMatchers);

const ctx = (id) => ({ run: { id }, attempt: { number: 1 } });
const { createSync, createMany } = idempotencyKeys;
const many = createMany(["a", "b", "c"], { ctx: ctx("run_1") });

/** Made in different ways; the number is the key that it is. */
const KEYS = [
  [1, createSync("a", { ctx: ctx("run_1") })],
  [1, createSync(["a"], { ctx: ctx("run_1") })],
  [1, many[0]],
  [1, createMany(["x", "a"], { ctx: ctx("run_1") })[1]],
  [1, IdempotencyKey.fromToken(many[0].toToken())],
  [1, commonjs.idempotencyKeys.createSync("a", { ctx: ctx("run_1") })],
  [2, createSync("b", { ctx: ctx("run_1") })],
  [2, many[1]],
  [3, createSync("a", { ctx: ctx("run_2") })],
  [4, createSync("a", { scope: "attempt", ctx: ctx("run_1") })],
  [5, createSync("a", { scope: "global" })],
  [6, createSync("a", { scope: "run" })],
  // The same hash as 1 of another key.
  [7, createSync(["a", "run_1"], { scope: "global" })],
];

const equal = (assertion) => {
  try {
    assertion();
    return true;
  } catch {
    return false;
  }
};

const LIBRARIES = {
  "assert.deepStrictEqual": (a, b) => equal(() => assert.deepStrictEqual(a, b)),
  // By what Jest compares with: its `expect` and Vitest's share a global.
  "Jest toEqual": (a, b) => equals(a, b, [iterableEquality]),
  "Jest toStrictEqual": (a, b) => equals(a, b, [iterableEquality, typeEquality], true),
  "Vitest toEqual": (a, b) => equal(() => vitestChai.expect(a).toEqual(b)),
  "Vitest toStrictEqual": (a, b) => equal(() => vitestChai.expect(a).toStrictEqual(b)),
  "chai deep.equal": (a, b) => equal(() => chai.expect(a).to.deep.equal(b)),
  "lodash isEqual": (a, b) => lodash.isEqual(a, b),
  "sinon calledWith": (a, b) => {
    const spy = sinon.spy();
    spy(a);
    return spy.calledWith(b);
  },
};

for (const [library, isEqual] of Object.entries(LIBRARIES)) {
  test(`${library} tells keys apart, and takes the same key for the same`, () => {
    for (const [place, [first, a]] of KEYS.entries()) {
      for (const [other, [second, b]] of KEYS.entries()) {
        assert.equal(isEqual({ key: a }, { key: b }), first === second, `${place} and ${other}`);
        assert.equal(isEqual(a, b), first === second, `${place} and ${other}`);
      }
      assert.equal(isEqual(a, {}), false, "an empty object");
    }
  });
}

test("reading a hash, once or twice, changes nothing about equality", () => {
  const [a, b] = [createSync("a"), createSync("a")];
  for (let times = 0; times < 3; times++) {
    assert.equal(String(a), a.hash);
    assert.deepStrictEqual(a, b);
  }
});

test("a key shows no property of its own, and is readable in a console, also through a proxy, a clone and an heir", () => {
  const key = createSync("a", { scope: "global" });
  assert.deepEqual(Object.keys(key), []);
  assert.equal(JSON.stringify({ ...key }), "{}");
  const shown = inspect(key);
  assert.match(shown, /^IdempotencyKey \{ key: 'a', scope: 'global', hash: 'ca978112…' \}$/);
  const proxy = new Proxy(key, {});
  const heir = Object.create(key);
  const clone = lodash.cloneDeep(key);
  for (const other of [proxy, heir, clone]) {
    assert.equal(inspect(other), shown);
    assert.equal(other.hash, key.hash);
  }
  assert.deepStrictEqual(clone, key);
  assert.equal(IdempotencyKey.name, "IdempotencyKey");
});

test("a key as a UUID has version 8, the RFC's variant and 122 bits of the hash", () => {
  for (const [, key] of KEYS) {
    const bytes = Buffer.from(key.hash, "hex").subarray(0, 16);
    bytes[6] = (bytes[6] & 0x0f) | 0x80;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const expected = bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
    assert.equal(key.toUUID(), expected);
  }
});

test("material is all that was hashed", () => {
  assert.equal(many[1].material, "b-run_1");
  assert.equal(createSync([], { scope: "attempt", ctx: ctx("run_1") }).material, "run_1-1");
});

test("keys of an ES module and of a CommonJS one are keys for each other", () => {
  const other = commonjs.idempotencyKeys.createSync("a", { scope: "global" });
  assert.ok(IdempotencyKey.isIdempotencyKey(other));
  assert.equal(createSync(other, { scope: "global" }).key, other.hash);
  assert.deepEqual(idempotencyKeys.planReset(other).candidates, [other.hash]);
});
