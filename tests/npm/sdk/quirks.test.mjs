/**
 * The SDK's surprises, one by one, as its users meet them in the module that replaces its own. Those
 * that show on the wire only are pinned as facts about the recordings, which swap.mjs then
 * holds the swapped SDKs to; those of the server's TTL are in mock-api.test.mjs.
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { afterEach, describe, it } from "node:test";
import { pathToFileURL } from "node:url";

import { decode } from "../conformance/decode.mjs";
import { installedPackage } from "../support/install-package.mjs";
import { cases } from "../support/vectors.mjs";

const dist = join(installedPackage(), "node_modules/idempotency-keys/dist/esm");
const { idempotencyKeys } = await import(pathToFileURL(join(dist, "index.js")).href);
const sdk = await import(pathToFileURL(join(dist, "trigger-sdk/index.js")).href);

const REGISTRY = Symbol.for("dev.trigger.ts.api");
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const recorded = cases(JSON.parse(readFileSync(new URL("../../vectors/trigger.json", import.meta.url), "utf8")));

function enterRun(id, number = 1) {
  globalThis[REGISTRY] = { "task-context": { ctx: { run: { id }, attempt: { number } } } };
}
/** The key of a batch's item, as the SDK asks for it. */
const itemKey = (batchKey, index) => sdk.makeIdempotencyKey(sdk.flattenIdempotencyKey([batchKey, `${index}`]));

describe("a quirk of the SDK", () => {
  afterEach(() => delete globalThis[REGISTRY]);

  it("a lone surrogate hashes as U+FFFD, and stays in the options", async () => {
    const key = await sdk.createIdempotencyKey("a\ud800", { scope: "global" });
    assert.equal(key.hash, sha256("a\ufffd"));
    assert.equal(sdk.getIdempotencyKeyOptions(key).key, "a\ud800");
  });

  it("a 64-character text with a lone surrogate can't be reset, for no URL can hold it", async () => {
    const text = `\ud800${"a".repeat(63)}`;
    globalThis[REGISTRY] = { "api-client": { baseURL: "http://127.0.0.1:1", secretKey: "tr_dev" } };
    await assert.rejects(sdk.resetIdempotencyKey("t", text), { code: "ERR_INVALID_KEY", message: "URI malformed" });
    await assert.rejects(idempotencyKeys.reset("t", text), { code: "ERR_INVALID_KEY", message: "URI malformed" });
  });

  it("64 characters are UTF-16 units: 32 emoji pass for a ready-made key", async () => {
    const emoji = "😀".repeat(32);
    assert.equal(sdk.isIdempotencyKey(emoji), true);
    assert.equal(await sdk.makeIdempotencyKey(emoji), emoji);
    assert.deepEqual(idempotencyKeys.planReset(emoji), { candidates: [emoji] });
  });

  it("an empty text is no key, an empty list is one", async () => {
    assert.equal(await sdk.makeIdempotencyKey(""), undefined);
    assert.equal((await sdk.makeIdempotencyKey([])).hash, sha256(""));
    enterRun("run_1");
    assert.equal((await sdk.makeIdempotencyKey([])).hash, sha256("run_1"));
  });

  it("scope null means run; an unknown one, which the SDK takes for global, is refused", async () => {
    enterRun("run_1");
    const key = await sdk.createIdempotencyKey("a", { scope: null });
    assert.deepEqual([key.hash, key.scope], [sha256("a-run_1"), "run"]);
    const text = "a".repeat(64);
    assert.deepEqual(idempotencyKeys.planReset(text, { scope: null }), { candidates: [text, sha256(`${text}-run_1`)] });
    await assert.rejects(sdk.createIdempotencyKey("a", { scope: "task" }), { code: "ERR_INVALID_SCOPE" });
  });

  it("options are one shared, mutable object; here for each key, not for each hash", async () => {
    const [run, global] = [await sdk.createIdempotencyKey("a"), await sdk.createIdempotencyKey("a", { scope: "global" })];
    assert.equal(run.hash, global.hash);
    const options = sdk.getIdempotencyKeyOptions(run);
    assert.equal(sdk.getIdempotencyKeyOptions(run), options);
    assert.equal(Object.isFrozen(options), false);
    options.key = "changed";
    assert.equal(sdk.getIdempotencyKeyOptions(run).key, "changed");
    assert.deepEqual([run.key, run.options], ["a", { key: "a", scope: "run" }]);
    assert.deepEqual(sdk.getIdempotencyKeyOptions(global), { key: "a", scope: "global" });
    assert.equal(sdk.getIdempotencyKeyOptions(run.hash), undefined);
  });

  it("the context is read when the call starts", async () => {
    enterRun("run_1");
    const made = sdk.createIdempotencyKey("a");
    enterRun("run_2");
    assert.equal((await made).hash, sha256("a-run_1"));
  });

  it("flattening keeps lists inside lists: their items are joined with commas", async () => {
    assert.deepEqual(sdk.flattenIdempotencyKey([["a", "b"], "0"]), [["a", "b"], "0"]);
    const key = await itemKey(["a", "b"], 0);
    assert.deepEqual([key.hash, key.key], [sha256("a,b-0"), "a,b-0"]);
    assert.throws(() => idempotencyKeys.createSync([["a", "b"], "0"]), { code: "ERR_INVALID_KEY" });
  });

  it("a batch key of nothing makes items of just their index, the same in all batches", async () => {
    for (const nothing of ["", null, ["a", undefined]]) {
      assert.equal((await itemKey(nothing, 0)).hash, sha256("0"));
    }
    assert.equal(await itemKey(undefined, 0), undefined);
  });

  it("a global batch key makes items of the run", async () => {
    enterRun("run_1");
    const batchKey = await sdk.createIdempotencyKey("a", { scope: "global" });
    const key = await itemKey(batchKey, 0);
    assert.deepEqual([key.hash, key.scope], [sha256(`${batchKey}-0-run_1`), "run"]);
  });

  it("an empty parentRunId does not fall back to the context", () => {
    enterRun("run_1");
    const options = { scope: "run", parentRunId: "" };
    assert.throws(() => idempotencyKeys.planReset("a", options), { code: "ERR_MISSING_CONTEXT" });
    const text = "a".repeat(64);
    assert.deepEqual(idempotencyKeys.planReset(text, options), { candidates: [text] });
  });

  it("a key of another copy of the package, as of its CommonJS build, is one too", async () => {
    const other = createRequire(join(dist, "index.js"))("idempotency-keys/trigger-sdk");
    const key = await other.createIdempotencyKey("a", { scope: "global" });
    assert.equal(sdk.isIdempotencyKey(key), true);
    assert.equal(await sdk.makeIdempotencyKey(key), key);
    assert.deepEqual(sdk.getIdempotencyKeyOptions(key), { key: "a", scope: "global" });
    assert.equal((await itemKey(key, 0)).hash, sha256(`${sha256("a")}-0`));
  });

  describe("on the wire", () => {
    const ofApi = (pattern) => recorded.filter(({ input, expect }) => pattern.test(input.api) && expect.requests);
    const itemsOf = ({ expect }) => expect.requests.flatMap(({ items = [] }) => items);

    it("options are not sent by the functions of batch, nor for items of streams that nobody waits for", () => {
      const silent = ofApi(/^batch\.|batchTrigger\(stream\)$/);
      const items = silent.flatMap(itemsOf);
      assert.ok(items.filter(({ options }) => options.idempotencyKey).length > 100);
      assert.ok(items.every(({ options }) => options.idempotencyKeyOptions === undefined));
      const batches = ofApi(/^batch\./).flatMap(({ expect }) => expect.requests.map(({ top }) => top ?? {}));
      assert.ok(batches.some(({ idempotencyKey }) => idempotencyKey));
      assert.ok(batches.every(({ idempotencyKeyOptions }) => idempotencyKeyOptions === undefined));
    });

    it("raw keys of waits are not hashed, and have no options", () => {
      const waits = ofApi(/^wait\.|^streams\.input|^sessions\.in/).filter(({ input }) => !input.setup);
      assert.ok(waits.length > 15);
      for (const { input, expect } of waits) {
        assert.deepEqual(decode(expect.requests[0].top.idempotencyKey), decode(input.options.idempotencyKey));
        assert.equal(expect.requests[0].top.idempotencyKeyOptions, undefined);
      }
    });

    it("a key object is a text both where the SDK calls toString and where it writes JSON", async () => {
      const key = await sdk.createIdempotencyKey("a", { scope: "global" });
      assert.equal(key.toString(), sha256("a"));
      assert.equal(JSON.stringify({ key }), `{"key":"${sha256("a")}"}`);
    });
  });
});
