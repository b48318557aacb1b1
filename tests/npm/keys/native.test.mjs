/**
 * The crate as Rust programs have it beside the npm package, on random inputs: keys, tokens, payloads
 * and random keys. SEED repeats a run. Of the wasm modules it reads what the build leaves in
 * target/npm.
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import fc from "fast-check";

import { change, changed, document, exactly, hex, upTo, weighted, wellFormed } from "../support/arbitraries.mjs";
import { importEntries, requireEntries } from "../support/entries.mjs";
import { installedPackage } from "../support/install-package.mjs";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const COUNT = 3_000;
const ENTROPY_LENGTH = 10;
const SCOPES = ["run", "attempt", "global"];

const folder = installedPackage();
const COPIES = {
  import: (await importEntries()).main,
  require: requireEntries().main,
  js: createRequire(join(folder, "package.json"))("idempotency-keys/js"),
};

/** The crate's answers to `questions`, in their order. */
function answersTo(questions) {
  const output = execFileSync("cargo", ["run", "--quiet", "--example", "answers"], {
    cwd: root,
    encoding: "utf8",
    input: questions.map((question) => `${JSON.stringify(question)}\n`).join(""),
    maxBuffer: 1 << 28,
  });
  const answers = output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.equal(answers.length, questions.length);
  return answers;
}

/** Compares the crate's answers with those of each copy of the package: `answer(question, copy)`. */
function compare(questions, answer) {
  const answers = answersTo(questions);
  for (const [name, copy] of Object.entries(COPIES)) {
    questions.forEach((question, index) => {
      const said = `SEED=${SEED}, ${name}: ${JSON.stringify(question)}`;
      assert.deepEqual(
        answered(() => answer(question, copy)),
        answers[index],
        said,
      );
    });
  }
  return answers;
}

function answered(body) {
  try {
    return body();
  } catch (error) {
    if (error.code === undefined) throw error;
    return { code: error.code, message: error.message };
  }
}

function describe(key) {
  return { hash: key.hash, key: key.key, scope: key.scope, token: key.toToken() };
}

/** COUNT values: all at once, as the crate is asked about all of them in one process. */
const sample = (arbitrary) => fc.sample(arbitrary, { seed: SEED, numRuns: COUNT });

const keyQuestion = fc.record({
  ask: fc.constant("key"),
  key: fc.oneof(wellFormed, upTo(4, wellFormed)),
  scope: fc.constantFrom(...SCOPES),
  task: weighted([8, fc.record({ runId: wellFormed, attempt: weighted([9, fc.nat(49).map(String)], [1, undefined]) })], [2, {}]),
});

const entropy = exactly(ENTROPY_LENGTH, fc.nat(255));

test(`${COUNT} random keys and their tokens are the same natively and in wasm`, (t) => {
  t.diagnostic(`SEED=${SEED}`);
  const questions = sample(keyQuestion).map(({ task, ...question }) => ({ ...question, ...task }));
  const answers = compare(questions, ({ key, scope, runId, attempt }, { idempotencyKeys }) => {
    const ctx = runId === undefined ? undefined : { run: { id: runId }, attempt: { number: attempt } };
    return describe(idempotencyKeys.createSync(key, { scope, ctx }));
  });
  const refused = answers.filter(({ code }) => code === "ERR_MISSING_CONTEXT").length;
  assert.ok(refused > 0 && refused < COUNT / 4, `${refused} of ${COUNT} refused`);

  const tokens = answers.filter(({ token }) => token !== undefined).map(({ token }) => token);
  const changes = sample(fc.option(change(), { freq: 1 }));
  const asked = tokens.map((token, index) => ({ ask: "token", token: changes[index] ? changed(token, changes[index]) : token }));
  const read = compare(asked, ({ token }, { IdempotencyKey }) => describe(IdempotencyKey.fromToken(token)));
  const whole = asked.filter(({ token }, index) => token === tokens[index]).length;
  assert.equal(read.filter(({ token }) => token !== undefined).length, whole);
});

test(`${COUNT} random payloads are the same natively and in wasm`, () => {
  const refused = document.map((inside) => ({ a: [inside, "\ud800"], b: 1 }));
  const json = weighted([95, document], [5, refused]).map((value) => JSON.stringify(value));
  const questions = sample(fc.record({ ask: fc.constant("payload"), json, operation: weighted([1, ""], [1, wellFormed]) }));
  const answers = compare(questions, ({ json, operation }, { canonicalize, hashPayload }) => {
    const payload = JSON.parse(json);
    return { canonical: canonicalize(payload), hash: hashPayload(payload, { operation }) };
  });
  const count = answers.filter(({ code }) => code === "ERR_INVALID_PAYLOAD").length;
  assert.ok(count > 0 && count < COUNT / 4, `${count} of ${COUNT} refused`);
});

/** Times on a clock that mostly goes on, often stands still, at times is set back, up to the last that a key can hold. */
function times() {
  let milliseconds = 0;
  return sample(fc.constantFrom(0, 0, 0, 1, 1, 1_000, -5, 2 ** 20, 2 ** 32, 2 ** 37)).map((step) => {
    milliseconds = Math.min(Math.max(milliseconds + step, 0), 2 ** 48 - 1);
    return milliseconds;
  });
}

/** Questions for a random key at each of the times, with what `others` has besides. */
const randomQuestions = (others = {}) => {
  const rest = sample(fc.record({ ask: fc.constant("random"), entropy, ...others }));
  return times().map((milliseconds, index) => ({ ...rest[index], milliseconds }));
};

test(`${COUNT} random keys with the same clock and the same entropy are the same natively and in wasm`, (t) => {
  const questions = randomQuestions();
  let next;
  let now;
  t.mock.method(crypto, "getRandomValues", (bytes) => bytes.set(next));
  t.mock.method(Date, "now", () => now);
  const answers = compare(questions, ({ milliseconds, entropy }, { randomKey }) => {
    now = milliseconds;
    next = entropy;
    return randomKey();
  });
  assert.deepEqual(answers, [...new Set(answers)].sort());
});

/** The last key as another process may have made it, at the end of its counter, or no key at all. */
const lastKey = fc
  .record({
    time: fc.oneof(fc.constantFrom("000000000000", "ffffffffff00"), hex(12)),
    counter: fc.oneof(fc.constant("fff"), hex(3)),
    tail: fc.oneof(
      fc.constant("bfff-ffff"),
      fc.tuple(fc.constantFrom(..."89ab"), hex(3), hex(4)).map(([variant, high, low]) => `${variant}${high}-${low}`),
    ),
    end: hex(8),
    other: hex(32),
    choice: fc.nat(8),
  })
  .map(({ time, counter, tail, end, other, choice }) => {
    const key = `${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${tail}${end}`;
    return [key, key, key, key.toUpperCase(), "", "no key", key.slice(1), other, `${key}0`][choice];
  });

for (const name of ["simd", "scalar"]) {
  test(`${COUNT} random keys after any last key are the same natively and from ${name}.wasm`, () => {
    const module = new WebAssembly.Module(readFileSync(join(root, `target/npm/wasm/${name}.wasm`)));
    const { exports: core } = new WebAssembly.Instance(module);
    const questions = randomQuestions({ last: lastKey });
    const answers = answersTo(questions);
    questions.forEach(({ milliseconds, entropy, last }, index) => {
      const start = core.reserve(ENTROPY_LENGTH + last.length);
      new Uint8Array(core.memory.buffer, start).set([...entropy, ...Buffer.from(last)]);
      core.random_key(Math.floor(milliseconds / 2 ** 32), milliseconds >>> 0, last.length);
      const key = Buffer.from(core.memory.buffer, core.text(), core.text_length()).toString();
      assert.equal(key, answers[index], `SEED=${SEED}: ${JSON.stringify(questions[index])}`);
    });
  });
}
