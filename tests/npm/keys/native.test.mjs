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

import { randomDocument } from "../support/documents.mjs";
import { importEntries, requireEntries } from "../support/entries.mjs";
import { installedPackage } from "../support/install-package.mjs";
import { Random } from "../support/random.mjs";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 32);
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

/** A text that Rust can hold, too. */
const wellFormed = (random) => random.text().toWellFormed();

function randomKey(random) {
  const isList = random.chance(0.5);
  const key = isList ? Array.from({ length: random.below(5) }, () => wellFormed(random)) : wellFormed(random);
  const question = { ask: "key", key, scope: random.pick(SCOPES) };
  if (random.chance(0.8)) question.runId = wellFormed(random);
  if (question.runId !== undefined && random.chance(0.9)) question.attempt = String(random.below(50));
  return question;
}

const entropy = (random) => Array.from({ length: ENTROPY_LENGTH }, () => random.below(256));

test(`${COUNT} random keys and their tokens are the same natively and in wasm`, (t) => {
  t.diagnostic(`SEED=${SEED}`);
  const random = new Random(SEED);
  const questions = Array.from({ length: COUNT }, () => randomKey(random));
  const answers = compare(questions, ({ key, scope, runId, attempt }, { idempotencyKeys }) => {
    const ctx = runId === undefined ? undefined : { run: { id: runId }, attempt: { number: attempt } };
    return describe(idempotencyKeys.createSync(key, { scope, ctx }));
  });
  const refused = answers.filter(({ code }) => code === "ERR_MISSING_CONTEXT").length;
  assert.ok(refused > 0 && refused < COUNT / 4, `${refused} of ${COUNT} refused`);

  const tokens = answers.filter(({ token }) => token !== undefined).map(({ token }) => token);
  const asked = tokens.map((token) => ({ ask: "token", token: random.chance(0.5) ? token : damage(random, token) }));
  const read = compare(asked, ({ token }, { IdempotencyKey }) => describe(IdempotencyKey.fromToken(token)));
  const whole = asked.filter(({ token }, index) => token === tokens[index]).length;
  assert.equal(read.filter(({ token }) => token !== undefined).length, whole);
});

function damage(random, token) {
  const place = random.below(token.length);
  return token.slice(0, place) + random.pick([..."ABCDabcd0189-_=é", ""]) + token.slice(place + 1);
}

test(`${COUNT} random payloads are the same natively and in wasm`, () => {
  const random = new Random(SEED);
  const questions = Array.from({ length: COUNT }, () => {
    const document = randomDocument(random);
    const isRefused = random.chance(0.05);
    const json = JSON.stringify(isRefused ? { a: [document, "\ud800"], b: 1 } : document);
    return { ask: "payload", json, operation: random.chance(0.5) ? "" : wellFormed(random) };
  });
  const answers = compare(questions, ({ json, operation }, { canonicalize, hashPayload }) => {
    const payload = JSON.parse(json);
    return { canonical: canonicalize(payload), hash: hashPayload(payload, { operation }) };
  });
  const refused = answers.filter(({ code }) => code === "ERR_INVALID_PAYLOAD").length;
  assert.ok(refused > 0 && refused < COUNT / 4, `${refused} of ${COUNT} refused`);
});

/** Times on a clock that mostly goes on, often stands still, at times is set back, up to the last that a key can hold. */
function times(random) {
  let milliseconds = 0;
  return Array.from({ length: COUNT }, () => {
    const step = random.pick([0, 0, 0, 1, 1, 1_000, -5, 2 ** 20, 2 ** 32, 2 ** 37]);
    milliseconds = Math.min(Math.max(milliseconds + step, 0), 2 ** 48 - 1);
    return milliseconds;
  });
}

test(`${COUNT} random keys with the same clock and the same entropy are the same natively and in wasm`, (t) => {
  const random = new Random(SEED);
  const questions = times(random).map((milliseconds) => ({ ask: "random", milliseconds, entropy: entropy(random) }));
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
function lastKey(random) {
  const hex = (length) => Array.from({ length }, () => random.pick("0123456789abcdef")).join("");
  const [time, counter] = [random.pick(["000000000000", "ffffffffff00", hex(12)]), random.pick(["fff", hex(3)])];
  const key = `${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${random.pick(["bfff-ffff", `${random.pick("89ab")}${hex(3)}-${hex(4)}`])}${hex(8)}`;
  return random.pick([key, key, key, key.toUpperCase(), "", "no key", key.slice(1), hex(32), `${key}0`]);
}

for (const name of ["simd", "scalar"]) {
  test(`${COUNT} random keys after any last key are the same natively and from ${name}.wasm`, () => {
    const random = new Random(SEED);
    const module = new WebAssembly.Module(readFileSync(join(root, `target/npm/wasm/${name}.wasm`)));
    const { exports: core } = new WebAssembly.Instance(module);
    const questions = times(random).map((milliseconds) => ({ ask: "random", milliseconds, entropy: entropy(random), last: lastKey(random) }));
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
