/** The SIMD lanes as they run in wasm, beside Node's own SHA-256. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { installedPackage } from "../support/install-package.mjs";

const { engineName, idempotencyKeys } = await import(pathToFileURL(join(installedPackage(), "node_modules/idempotency-keys/dist/esm/index.js")).href);
const runId = "run_abc123def456";
const ctx = { run: { id: runId } };

/** How many random keys are tried; LANES_KEYS sets another number. */
const KEYS = Number(process.env.LANES_KEYS ?? 1_000_000);
const CHUNK = 10_000;

/** Numbers that look random, the same in every run. */
function random(seed) {
  let state = seed;
  return (end) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * end);
  };
}

function check(texts, suffix, options) {
  const keys = idempotencyKeys.createMany(texts, options);
  assert.equal(keys.length, texts.length);
  for (let index = 0; index < texts.length; index++) {
    const expected = createHash("sha256")
      .update(texts[index] + suffix)
      .digest("hex");
    if (keys[index].hash !== expected || keys[index].key !== texts[index]) {
      assert.fail(`${JSON.stringify(texts[index])}, key ${index} of ${texts.length}`);
    }
  }
}

test("every length from 0 to 1,000 hashes as in node:crypto, alone and among others", () => {
  assert.equal(engineName(), "wasm-simd");
  const texts = Array.from({ length: 1_001 }, (_, length) => "x".repeat(length));
  check(texts, `-${runId}`, { ctx });
  check(texts.toReversed?.() ?? [...texts].reverse(), "", { scope: "global" });
  for (const text of texts) {
    check([text], `-${runId}`, { ctx });
  }
});

test(`${KEYS} random keys of mixed lengths hash as in node:crypto`, () => {
  const below = random(1);
  const pieces = ["a", "Z", "0", "-", "item", "é", "漢", "🙂", " ", "order-12345"];
  for (let made = 0; made < KEYS; made += CHUNK) {
    const texts = Array.from({ length: Math.min(CHUNK, KEYS - made) }, (_, index) => {
      let text = String(made + index);
      // One key in four is long enough for a second block or more.
      for (let count = below(4) === 0 ? below(40) : below(4); count > 0; count--) {
        text += pieces[below(made % 20_000 === 0 ? 5 : pieces.length)];
      }
      return text;
    });
    check(texts, `-${runId}`, { ctx });
  }
});

test("neighbours in a batch don't mix: surrogates at their ends, empty strings, empty arrays", () => {
  const texts = ["a\ud83d", "\ude00b", "", "c", "\ud83d\ude00", ""];
  const keys = idempotencyKeys.createMany([...texts, [], ["d", "e"]], { ctx });
  const sha256 = (text) => createHash("sha256").update(text).digest("hex");
  texts.forEach((text, index) => {
    assert.equal(keys[index].hash, sha256(`${text}-${runId}`));
    assert.equal(keys[index].key, text);
  });
  assert.equal(keys[6].hash, sha256(runId));
  assert.equal(keys[7].hash, sha256(`d-e-${runId}`));
});

test("a hash is the same at each reading, and that of a batch's key, too", () => {
  const one = idempotencyKeys.createSync("again", { ctx });
  const [other] = idempotencyKeys.createMany(["again"], { ctx });
  const hashes = [one.hash, one.hash, one.hash, `${one}`, other.hash, other.hash, JSON.parse(JSON.stringify(other))];
  assert.equal(new Set(hashes).size, 1);
});
