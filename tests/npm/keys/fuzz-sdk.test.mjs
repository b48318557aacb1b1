/** The fuzzer beside the SDK: finds nothing in the package, and what is planted in it, made small. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { fuzz } from "../support/fuzz.mjs";
import { arbitrary, sides } from "./fuzz-sdk.mjs";

const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const COUNT = 3_000;
const [theirs, ours] = Object.values(sides);

test(`${COUNT} random cases end here as in the real SDK`, async () => {
  const { compared, difference } = await fuzz({ arbitrary, sides: [theirs, ours], seed: SEED, count: COUNT });
  assert.equal(difference, undefined, `SEED=${SEED}`);
  assert.equal(compared, COUNT);
});

const planted = {
  'a key with "é" that is hashed as another one': {
    spoil: (one, ended) => (show(one).includes("é") && ended.hash ? { ...ended, hash: "0".repeat(64) } : ended),
    smallest: /^\{"key": \[?"é"\]?, "kind": "create(Sync)?"\}$/,
  },
  "options that name another scope": {
    spoil: (one, ended) => (ended?.options?.scope === "attempt" ? { ...ended, options: { ...ended.options, scope: "run" } } : ended),
    smallest: /^\{"key": (0|""|\[\]), "kind": "create(Sync)?", "options": \{"scope": "attempt"\}\}$/,
  },
};
const show = (one) => JSON.stringify([one.key], (_, value) => (typeof value === "bigint" ? String(value) : value));

for (const [mistake, { spoil, smallest }] of Object.entries(planted)) {
  test(`the fuzzer finds ${mistake}, and makes it small`, async () => {
    const spoiled = async (one) => spoil(one, await ours(one));
    const { difference } = await fuzz({ arbitrary, sides: [theirs, spoiled], seed: 1, count: COUNT });
    assert.match(difference.case, smallest);
    assert.notEqual(difference.results[0], difference.results[1]);
  });
}
