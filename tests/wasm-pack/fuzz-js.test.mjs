/** The fuzzer of the js boundary: finds nothing in a bare `wasm-pack build`, and what is planted in it, made small. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { arbitrary, sides } from "../npm/keys/fuzz-js.mjs";
import { fuzz } from "../npm/support/fuzz.mjs";

const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const COUNT = 5_000;
const [npm, js] = Object.values(sides);

test(`${COUNT} random calls end as in the npm package`, async () => {
  const found = new Set();
  const counted = (one) => {
    const ended = js(one);
    found.add(`${one.call} ${ended?.throws?.name ?? "returns"}`);
    return ended;
  };
  const { compared, difference } = await fuzz({ arbitrary, sides: [npm, counted], seed: SEED, count: COUNT });
  assert.equal(difference, undefined, `SEED=${SEED}`);
  assert.equal(compared, COUNT);
  for (const ending of [
    "create InvalidKeyError",
    "create InvalidScopeError",
    "create MissingContextError",
    "createMany InvalidArgumentError",
    "canonicalize InvalidPayloadError",
    "hashPayload RangeError",
    "fromToken InvalidTokenError",
    "parseTtl InvalidTtlError",
    ...["create", "createMany", "planReset", "fromPayload", "canonicalize", "hashPayload", "fromToken", "parseTtl"].map((call) => `${call} returns`),
  ]) {
    assert.ok(found.has(ending), `no case: ${ending}`);
  }
});

const planted = {
  "a number in a payload that is written otherwise": {
    spoil: ({ call }, ended) => (call === "canonicalize" && typeof ended === "string" ? ended.replace(/e-/, "E-") : ended),
    // Nothing beside it, however deep it is.
    smallest: /^\{"args": \[([[{]|"": )*-?[\d.]+e-\d+[\]}]*\], "call": "canonicalize"\}$/,
  },
  "an index that is one too high": {
    spoil: (one, ended) => (ended?.throws?.index > 0 ? { throws: { ...ended.throws, index: ended.throws.index + 1 } } : ended),
    smallest: /^\{"args": \[\["", [^,]*(, [^,]*)?\], (\{"scope": "global"\}|undefined)\], "call": "create(Many)?"\}$/,
  },
};

for (const [mistake, { spoil, smallest }] of Object.entries(planted)) {
  test(`the fuzzer finds ${mistake}, and makes it small`, async () => {
    const spoiled = (one) => spoil(one, js(one));
    const { difference } = await fuzz({ arbitrary, sides: [npm, spoiled], seed: 1, count: COUNT });
    assert.match(difference.case, smallest);
  });
}
