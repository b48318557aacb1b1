/** Whatever the arguments are, a call returns or throws one of the package's own errors. */

import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { importEntries } from "../support/entries.mjs";

const { main } = await importEntries();
const { IdempotencyKey, IdempotencyKeyError, idempotencyKeys, canonicalize, hashPayload, parseTtl } = main;
const { createSync, createMany, planReset, fromPayload } = idempotencyKeys;

const key = createSync("a");

/** Anything, and what is hostile on purpose. */
const hostile = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withNullPrototype: true,
      withObjectString: true,
      withSparseArray: true,
      withTypedArray: true,
    }),
  },
  fc.constantFrom(
    key,
    new Proxy(key, {}),
    Object.create(key),
    Symbol("s"),
    () => {},
    class {},
    Promise.resolve(1),
    { [Symbol.for("idempotency-keys.IdempotencyKey")]: true },
    { toString: null },
    { then() {} },
    [[["a"]]],
    "\ud800",
  ),
  fc.constantFrom("run", "attempt", "global", "30d", { run: { id: "run_1" } }, "a".repeat(64)),
);

const options = fc.oneof(
  hostile,
  fc.record({ scope: hostile, ctx: hostile }, { requiredKeys: [] }),
  fc.record({ ctx: fc.record({ run: fc.oneof(hostile, fc.record({ id: hostile })), attempt: fc.oneof(hostile, fc.record({ number: hostile })) }) }),
  fc.record({ scope: hostile, parentRunId: hostile, attemptNumber: hostile }, { requiredKeys: [] }),
);

const CALLS = {
  createSync: (a, b) => createSync(a, b),
  createMany: (a, b) => createMany(a, b),
  planReset: (a, b) => planReset(a, b),
  fromPayload: (a, b) => fromPayload(a, b),
  with: (a) => idempotencyKeys.with(a),
  hashPayload: (a, b) => hashPayload(a, b),
  canonicalize: (a) => canonicalize(a),
  parseTtl: (a) => parseTtl(a),
  fromToken: (a) => IdempotencyKey.fromToken(a),
  isIdempotencyKey: (a) => IdempotencyKey.isIdempotencyKey(a),
};

for (const [name, call] of Object.entries(CALLS)) {
  test(`${name} throws documented errors only`, () => {
    fc.assert(
      fc.property(hostile, options, (a, b) => {
        try {
          call(a, b);
        } catch (error) {
          if (!(error instanceof IdempotencyKeyError)) throw error;
        }
      }),
      { numRuns: 2_000 },
    );
  });
}

test("a revoked proxy is refused as options, wherever there are any", async () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const refused = { code: "ERR_INVALID_ARGUMENT", message: /^an argument can't be read: / };
  assert.throws(() => hashPayload({}, proxy), refused);
  const keys = idempotencyKeys.with({ accessToken: "tr_dev_1", fetch: () => assert.fail("sent") });
  await assert.rejects(keys.reset("task", "a", proxy), refused);
  await assert.rejects(keys.reset("task", "a", { scope: "global" }, proxy), refused);
});

test("a revoked proxy is refused, wherever it is", () => {
  for (const target of [{}, [], () => {}]) {
    const { proxy, revoke } = Proxy.revocable(target, {});
    revoke();
    for (const [name, call] of Object.entries(CALLS)) {
      if (name === "hashPayload" || name === "canonicalize") continue; // payload/ reads them itself
      for (const args of [[proxy], [[proxy]], ["a", proxy], ["a", { scope: proxy }], ["a", { ctx: proxy }], ["a", { ctx: { run: proxy } }]]) {
        try {
          call(...args);
        } catch (error) {
          assert.ok(error instanceof IdempotencyKeyError && error.code !== "ERR_ENGINE", `${name}: ${error}`);
        }
      }
    }
  }
});
