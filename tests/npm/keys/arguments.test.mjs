/** Arguments that are not what they have to be: an error that says what was meant. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { importEntries } from "../support/entries.mjs";

const { main, triggerSdk } = await importEntries();
const { idempotencyKeys } = main;
const { createSync, createMany, planReset, fromPayload } = idempotencyKeys;
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const argument = (message, more = {}) => ({ name: "InvalidArgumentError", code: "ERR_INVALID_ARGUMENT", message, ...more });

test("what is no array of keys is refused by its kind", () => {
  for (const [keys, message] of [
    ["abc", /are a string, expected an array of keys: for one key call createSync/],
    [42, /are a number/],
    [{}, /are an object/],
    [null, /are null/],
    [undefined, /are undefined/],
    [Promise.resolve(["a"]), /are a promise.*await it first/],
    [(async function* () {})(), /are an async iterable.*await it first/],
  ]) {
    assert.throws(() => createMany(keys), argument(message), String(keys));
  }
  assert.deepEqual(createMany(new Set(["a"]), { scope: "global" }).map(String), [sha256("a")]);
  assert.deepEqual(createMany([]), []);
});

test("of many keys the one that is refused is named, and its part", () => {
  for (const [keys, index, start] of [
    [["a", "b", null], 2, "key 2 is null, "],
    [["a", ["b", 1, undefined]], 1, "part 2 of key 1 is undefined, "],
    [[Promise.resolve("a")], 0, "key 0 is a promise, "],
    [[...Array(5_000).fill("a"), ["b", , "c"]], 5_000, "part 1 of key 5000 is undefined, "],
  ]) {
    assert.throws(
      () => createMany(keys, { scope: "global" }),
      (error) => error.code === "ERR_INVALID_KEY" && error.index === index && error.message.startsWith(start),
      start,
    );
  }
});

test("options that are no object, and names that no option has, are refused; the nearest one is named", () => {
  assert.throws(() => createSync("a", "global"), argument(/options are a string, expected an object/));
  assert.throws(() => createSync("a", createSync("b", { scope: "global" })), argument(/options are a key, expected an object/, { found: "a key" }));
  assert.throws(() => createSync("a", Promise.resolve({ scope: "global" })), argument(/options are a promise.*: await it first$/, { found: "a promise" }));
  assert.throws(() => createSync("a", { scope: "global", ttl: 5 }), argument(/no "ttl", expected scope, ctx$/));
  assert.throws(() => createSync("a", { cxt: {} }), argument(/no "cxt".*write "ctx"/));
  assert.throws(() => createSync("a", { ct: {} }), argument(/write "ctx"/));
  assert.throws(() => createSync("a", { scop: "run" }), argument(/no "scop".*write "scope"/, { found: "scop", suggestion: "scope" }));
  assert.throws(() => createMany(["a"], { context: {} }), argument(/no "context"/));
  assert.throws(() => planReset("a", { parentRunID: "run_1" }), argument(/write "parentRunId"/));
  assert.throws(() => fromPayload({}, { operaton: "charge" }), argument(/write "operation"/));
  assert.throws(() => idempotencyKeys.with({ baseUrl: "x" }), argument(/write "baseURL"/));
  assert.throws(() => idempotencyKeys.with({ requestOptions: { timeout: 1 } }), argument(/no "timeout"/));
  assert.throws(() => idempotencyKeys.with(undefined), argument(/settings are undefined/));
  assert.throws(() => idempotencyKeys.with(null), argument(/settings are null/));
});

test("every optional member takes undefined", () => {
  const all = { scope: undefined, ctx: undefined };
  assert.equal(createSync("a", all).hash, sha256("a"));
  assert.equal(fromPayload({}, { ...all, operation: undefined }).hash, fromPayload({}).hash);
  const some = { ctx: undefined, baseURL: undefined, accessToken: undefined, previewBranch: undefined, fetch: undefined, requestOptions: undefined };
  assert.equal(idempotencyKeys.with(some).createSync("a").hash, sha256("a"));
});

test("a promise as a part is named", () => {
  const found = { code: "ERR_INVALID_KEY", message: /^part 1 of the key is a promise.*await it/, index: 1 };
  assert.throws(() => createSync(["a", Promise.resolve("b")]), found);
  assert.throws(() => createSync(Promise.resolve("b")), { code: "ERR_INVALID_KEY", message: /^the key is a promise/ });
});

test("a context without a run id is refused for run and attempt, whatever came before", async () => {
  for (const ctx of [{}, { run: {} }, { run: "run_1" }, { run: null }, { run: { id: null } }, { run: { id: Symbol("s") } }, 42, "run_1"]) {
    for (const again of [ctx, { run: {} }, {}]) {
      for (const scope of [undefined, "run", "attempt"]) {
        assert.throws(() => createSync("a", { scope, ctx: again }), { code: "ERR_MISSING_CONTEXT" });
        assert.throws(() => createSync([], { scope, ctx: again }), { code: "ERR_MISSING_CONTEXT" });
        assert.throws(() => createMany(["a"], { scope, ctx: again }), { code: "ERR_MISSING_CONTEXT" });
        assert.throws(() => planReset("a", { scope, ctx: again }), { code: "ERR_MISSING_CONTEXT" });
      }
      assert.equal(createSync("a", { scope: "global", ctx: again }).hash, sha256("a"));
    }
  }
  const registry = Symbol.for("dev.trigger.ts.api");
  globalThis[registry] = { "task-context": { ctx: { run: {} } } };
  try {
    await assert.rejects(idempotencyKeys.create("a"), { code: "ERR_MISSING_CONTEXT" });
    await assert.rejects(triggerSdk.createIdempotencyKey("a"), { code: "ERR_MISSING_CONTEXT" });
  } finally {
    delete globalThis[registry];
  }
});
