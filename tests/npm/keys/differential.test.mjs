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
import fc from "fast-check";

import { isRefusal, refusedKey as refusalOf, refusedScope } from "../conformance/differences.mjs";
import { outcome } from "../conformance/context.mjs";
import { isKey, show } from "../conformance/report.mjs";
import { mainSubject, triggerSdkSubject } from "../conformance/subject.mjs";
import { context, exactly, key, options, part, refusedKey, upTo, weighted } from "../support/arbitraries.mjs";
import { importEntries } from "../support/entries.mjs";

const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const KEYS = 20_000;
const MADE = 5_000;
const BATCHES = 20;
const IN_A_BATCH = 600;
const REFUSED = 2_000;
const FLATTENED = 10_000;
/** Inputs in one context; then the SDK is put into another one, or taken out. */
const IN_A_ROW = 10;

const entries = await importEntries();
const { idempotencyKeys } = entries.main;
const subjects = [mainSubject(entries.main), triggerSdkSubject(entries.triggerSdk)];

/** Sets the context in the real SDK, where this package finds it. */
function enter(ctx) {
  taskContext.setGlobalTaskContext(ctx && { ctx });
  assert.equal(taskContext.ctx, ctx);
}

/** Calls `body` so often with a value of `arbitrary`'s and the context, which changes from time to time. */
async function repeat(count, arbitrary, body) {
  const inContext = fc.asyncProperty(context, exactly(IN_A_ROW, arbitrary), async (ctx, values) => {
    enter(ctx);
    resetIdempotencyKeyCatalog();
    for (const value of values) await body(value, ctx);
  });
  await fc.assert(inContext, { seed: SEED, numRuns: count / IN_A_ROW });
  enter(undefined);
}

/** Compares, and says with which input it failed. */
function same(actual, expected, input) {
  if (actual === expected) return;
  const texts = [show(actual), show(expected)];
  if (texts[0] !== texts[1]) assert.equal(...texts, `input ${show(input)}`);
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

/** The key made last stands for `MADE_LAST`. */
const MADE_LAST = { madeLast: true };
const partOrMade = weighted([95, part], [5, MADE_LAST]);
const keyOrMade = fc.oneof(partOrMade, upTo(5, partOrMade));

test(`${KEYS} random keys are those of the real SDK, and so are their options`, async (t) => {
  t.diagnostic(`SEED=${SEED}, ${subjects.length} of 2 entries`);
  let made = await subjects[0].sdk.createIdempotencyKey("a");
  const withMade = (key) => (Array.isArray(key) ? key.map(withMade) : key === MADE_LAST ? made : key);
  await repeat(KEYS, fc.record({ key: keyOrMade, options }), async ({ key: pattern, options }, ctx) => {
    const key = withMade(pattern);
    const hash = await createIdempotencyKey(forSdk(key), options);
    const expected = { hash, options: getIdempotencyKeyOptions(hash) };
    for (const { sdk } of subjects) {
      const ours = await sdk.createIdempotencyKey(key, options);
      sameKey(sdk, ours, expected, { key, options, ctx });
      made = ours;
    }
    assert.ok(IdempotencyKeyOptionsSchema.safeParse(made.options).success, show(key));
  });
});

test(`${MADE} random keys made for trigger are those of the real SDK`, async () => {
  const found = { keys: 0, asTheyAre: 0, none: 0 };
  await repeat(MADE, key, async (key, ctx) => {
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

test(`${BATCHES} batches of random keys, in contexts of the call's and of the instance's`, async () => {
  const batch = fc.record({ keys: fc.array(key, { minLength: 1, maxLength: IN_A_BATCH, size: "max" }), ctx: context, other: context, options });
  const property = fc.asyncProperty(batch, async ({ keys, ctx, other, options }) => {
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
  });
  await fc.assert(property, { seed: SEED, numRuns: BATCHES });
  enter(undefined);
});

const anyOptions = weighted([8, options], [2, fc.record({ scope: fc.constantFrom("", "RUN", "task", 1, true, {}) })]);

test(`of ${REFUSED} random inputs those are refused that the rules name, and no others`, async () => {
  for (const { sdk, nested } of subjects) {
    const found = { refused: 0, taken: 0 };
    await repeat(REFUSED, fc.record({ key: refusedKey, options: anyOptions }), async ({ key, options }, ctx) => {
      const refused = refusedScope(options) ?? refusalOf(key, nested);
      const ended = await outcome(() => sdk.createIdempotencyKey(key, options));
      if (refused) {
        found.refused += 1;
        assert.ok(ended.throws && isRefusal(ended.throws, refused), show({ key, options, refused, ended }));
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
  const item = fc.tuple(weighted([8, key], [2, refusedKey]), fc.nat(999).map(String));
  await repeat(FLATTENED, item, ([value, number]) => {
    same(ours.isIdempotencyKey(value), isIdempotencyKey(value), value);
    for (const flat of [value, [value, number]]) same(ours.flattenIdempotencyKey(flat), flattenIdempotencyKey(flat), flat);
  });
});
