/** The header's fuzzer: finds nothing in the package, and what is planted in it, made small. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { fuzz } from "../support/fuzz.mjs";
import { arbitrary, sides } from "./fuzz-header.mjs";

const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const COUNT = 3_000;
/** Of 64 kB; one step for each pair of characters would take seconds. */
const MILLISECONDS = 100;
const LONG = 2 ** 16;
const [theirs, ours] = Object.values(sides);

test(`of ${COUNT} random fields the key is what another parser reads`, async () => {
  const found = { keys: 0, refused: 0 };
  const counted = async (field) => {
    const key = await ours(field);
    found[key === "key-invalid" ? "refused" : "keys"]++;
    return key;
  };
  const { compared, difference } = await fuzz({ arbitrary, sides: [theirs, counted], seed: SEED, count: COUNT });
  assert.equal(difference, undefined, `SEED=${SEED}`);
  assert.equal(compared, COUNT);
  assert.ok(found.keys > COUNT / 4 && found.refused > COUNT / 4, JSON.stringify(found));
});

const planted = {
  "escapes that are kept": { spoil: (field, key) => key.replace('"', '\\"'), smallest: /^"\\""$/ },
  "a boolean of a parameter that is refused": { spoil: (field, key) => (field.includes("=?") ? "key-invalid" : key), smallest: /^("a"|!);a=\?0$/ },
  "a key of 256 characters that is taken": {
    spoil: (field, key) => (/^[!#-+\--:<-~]{256}$/.test(field.trim()) ? field.trim() : key),
    smallest: /^(?=.{256}$)!*.?!*$/,
  },
};

for (const [mistake, { spoil, smallest }] of Object.entries(planted)) {
  test(`the fuzzer finds ${mistake}, and makes it small`, async () => {
    const spoiled = async (field) => spoil(field, await ours(field));
    const { difference } = await fuzz({ arbitrary, sides: [theirs, spoiled], seed: 1, count: 10 * COUNT });
    assert.match(JSON.parse(difference.case), smallest);
  });
}

test("fields of 64 kB that are made to be slow are answered within milliseconds", async () => {
  const starts = ["", "a", '"', '"a', '"a"', "a;a=", 'a;a="', "a;a=:", 'a;a=%"', "a;a=@", "a;a=1."];
  const repeated = ["a", "1", " ", ";", '"', "\\", '\\"', "a;", ";a", ";a=1", ";a=1.1", "; a", '"a"', ';a="b"', "AAAA", "%20", "-", "*", "=", "+/"];
  const ends = ["\u00ff", ",", '"', ":"];
  for (const start of starts) {
    for (const unit of repeated) {
      for (const end of ends) {
        const field = start + unit.repeat(LONG / unit.length) + end;
        const expected = theirs(field);
        let fastest = Infinity;
        for (let left = 3; left > 0 && fastest > MILLISECONDS; left--) {
          const begun = performance.now();
          assert.equal(await ours(field), expected);
          fastest = Math.min(fastest, performance.now() - begun);
        }
        assert.ok(fastest < MILLISECONDS, `${fastest} ms for ${start}, ${unit} many times, ${end}`);
      }
    }
  }
});
