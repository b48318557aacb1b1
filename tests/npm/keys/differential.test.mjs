/**
 * The package against the real SDK, on random inputs. SEED repeats a run: a failure prints it, and
 * the input.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  createIdempotencyKey,
  flattenIdempotencyKey,
  getIdempotencyKeyOptions,
  IdempotencyKeyOptionsSchema,
  isIdempotencyKey,
  makeIdempotencyKey,
  resetIdempotencyKeyCatalog,
  taskContext,
} from "@trigger.dev/core/v3";

import { isRefusal, refusedKey, refusedScope } from "../conformance/differences.mjs";
import { outcome } from "../conformance/context.mjs";
import { isKey, show } from "../conformance/report.mjs";
import { mainSubject, triggerSdkSubject } from "../conformance/subject.mjs";
import { importEntries } from "../support/entries.mjs";
import { Random } from "../support/random.mjs";

const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 32);
const KEYS = 20_000;
const MADE = 5_000;
const IN_BATCHES = 5_000;
const REFUSED = 2_000;
const FLATTENED = 10_000;
/** Inputs in one context; then the SDK is put into another one, or taken out. */
const IN_A_ROW = 10;
const KEPT = 50;

const entries = await importEntries();
const { idempotencyKeys } = entries.main;
const subjects = [mainSubject(entries.main), triggerSdkSubject(entries.triggerSdk)];

/** Sets the context in the real SDK, where this package finds it. */
function enter(ctx) {
  taskContext.setGlobalTaskContext(ctx && { ctx });
  assert.equal(taskContext.ctx, ctx);
}

/** Calls `body` so often with a `Random` and the context, which changes from time to time. */
async function repeat(count, body) {
  const random = new Random(SEED);
  let ctx;
  for (let index = 0; index < count; index++) {
    if (index % IN_A_ROW === 0) {
      ctx = random.context();
      enter(ctx);
      resetIdempotencyKeyCatalog();
    }
    await body(random, ctx);
  }
  enter(undefined);
}

/** Compares, and says with which input it failed. */
function same(actual, expected, input) {
  if (actual === expected) return;
  const texts = [show(actual), show(expected)];
  if (texts[0] !== texts[1]) assert.equal(...texts, `SEED=${SEED}, input ${show(input)}`);
}

/** Compares a key with the SDK's, and its options with those that the SDK would send. */
function sameKey(sdk, key, { hash, options }, input) {
  const found = sdk.getIdempotencyKeyOptions(key);
  same(String(key), hash, input);
  same(found?.key, options?.key, input);
  same(found?.scope, options?.scope, input);
  same(Object.keys(found ?? {}), Object.keys(options ?? {}), input);
}

/** A key as the SDK takes it: of ours, the hashes. */
function forSdk(key) {
  if (Array.isArray(key)) return key.map(forSdk);
  return isKey(key) ? String(key) : key;
}

test(`${KEYS} random keys are those of the real SDK, and so are their options`, async (t) => {
  t.diagnostic(`SEED=${SEED}, ${subjects.length} of 2 entries`);
  const made = [];
  let compared = 0;
  await repeat(KEYS, async (random, ctx) => {
    const key = random.key(made);
    const options = random.options();
    const hash = await createIdempotencyKey(forSdk(key), options);
    const expected = { hash, options: getIdempotencyKeyOptions(hash) };
    for (const { sdk } of subjects) {
      const ours = await sdk.createIdempotencyKey(key, options);
      sameKey(sdk, ours, expected, { key, options, ctx });
      made.splice(random.below(KEPT), made.length < KEPT ? 0 : 1, ours);
    }
    assert.ok(IdempotencyKeyOptionsSchema.safeParse(made.at(-1).options).success, `SEED=${SEED}, ${show(key)}`);
    compared += 1;
  });
  assert.equal(compared, KEYS);
});

test(`${MADE} random keys made for trigger are those of the real SDK`, async () => {
  const found = { keys: 0, asTheyAre: 0, none: 0 };
  await repeat(MADE, async (random, ctx) => {
    const key = random.key();
    const hash = await makeIdempotencyKey(key);
    for (const { sdk } of subjects) {
      const ours = await sdk.makeIdempotencyKey(key);
      if (isKey(ours)) sameKey(sdk, ours, { hash, options: getIdempotencyKeyOptions(hash) }, { key, ctx });
      else same(ours, hash, { key, ctx });
      found[isKey(ours) ? "keys" : ours ? "asTheyAre" : "none"] += 1;
    }
  });
  assert.ok(
    Object.values(found).every((count) => count > 0),
    show(found),
  );
});

test(`${IN_BATCHES} random keys in batches, in contexts of the call's and of the instance's`, async () => {
  const random = new Random(SEED);
  let compared = 0;
  while (compared < IN_BATCHES) {
    const keys = Array.from({ length: 1 + random.below(600) }, () => random.key());
    const [ctx, other] = [random.context(), random.context()];
    const options = random.options();
    enter(ctx);
    const expected = [];
    for (const key of keys) {
      const hash = await createIdempotencyKey(key, options);
      // At once: another key may have the same hash, as lone surrogates and U+FFFD do.
      expected.push({ hash, options: getIdempotencyKeyOptions(hash) });
    }
    enter(ctx && other);
    const batches = [idempotencyKeys.createMany(keys, { ...options, ctx }), idempotencyKeys.with({ ctx: () => ctx }).createMany(keys, options)];
    for (const batch of batches) {
      keys.forEach((key, index) => sameKey(subjects[0].sdk, batch[index], expected[index], { key, options, ctx }));
    }
    compared += keys.length;
  }
  enter(undefined);
});

test(`of ${REFUSED} random inputs those are refused that the rules name, and no others`, async () => {
  for (const { sdk, nested } of subjects) {
    const found = { refused: 0, taken: 0 };
    await repeat(REFUSED, async (random, ctx) => {
      const key = random.refusedKey();
      const options = random.chance(0.2) ? { scope: random.pick(["", "RUN", "task", 1, true, {}]) } : random.options();
      const refused = refusedScope(options) ?? refusedKey(key, nested);
      const ended = await outcome(() => sdk.createIdempotencyKey(key, options));
      if (refused) {
        found.refused += 1;
        assert.ok(ended.throws && isRefusal(ended.throws, refused), `SEED=${SEED}, ${show({ key, options, refused, ended })}`);
      } else {
        found.taken += 1;
        same(ended.value, await createIdempotencyKey(key, options), { key, options, ctx });
      }
    });
    assert.ok(found.refused > REFUSED / 2, show(found));
    assert.equal(found.taken > 0, nested === "coerced", show(found));
  }
});

test(`${FLATTENED} random values are keys, and flatten, in triggerSdk as in the real SDK`, async () => {
  const ours = entries.triggerSdk;
  await repeat(FLATTENED, (random) => {
    const value = random.chance(0.2) ? random.refusedKey() : random.key();
    const item = [value, String(random.below(1000))];
    same(ours.isIdempotencyKey(value), isIdempotencyKey(value), value);
    same(ours.flattenIdempotencyKey(value), flattenIdempotencyKey(value), value);
    same(ours.flattenIdempotencyKey(item), flattenIdempotencyKey(item), item);
  });
});
