/** Results sealed at rest, with AES-GCM of WebCrypto. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { describe, test } from "node:test";

import { folder, runOnce as entry } from "./package.mjs";
import { filesOf } from "../support/snippets.mjs";
import { code } from "./setting.mjs";
import { storeSuite } from "./suite.mjs";

const { createRunOnce, InvalidArgumentError, MemoryStore, sealedStore } = entry;
const { createIdempotency } = createRequire(`${folder}/index.js`)("idempotency-keys/http");

/** The recipe of the page. */
const { sealWithAes } = await import(`data:text/javascript,${encodeURIComponent(filesOf("docs/stores.md").files["seal.mjs"])}`);

const newKey = () => crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
const [old, current] = [await newKey(), await newKey()];

/** What the store itself was given. */
function spied(store = new MemoryStore()) {
  const seen = [];
  return {
    seen,
    acquire: (...args) => store.acquire(...args),
    renew: (...args) => store.renew(...args),
    complete: (hash, holder, result, ttlMs) => (seen.push(result), store.complete(hash, holder, result, ttlMs)),
    release: (...args) => store.release(...args),
  };
}

storeSuite("sealed", () => sealedStore(new MemoryStore(), sealWithAes({ k1: current }, "k1")), { histories: 10 });

describe("sealedStore", () => {
  test("the store never sees a result, and every reader gets it back", async () => {
    const store = spied();
    const make = () => createRunOnce({ store: sealedStore(store, sealWithAes({ k1: current }, "k1")) });
    await make().runOnce("k", () => ({ card: "4242 4242" }));
    assert.deepEqual(await make().runOnce("k", assert.fail), { card: "4242 4242" });
    assert.equal(store.seen.length, 1);
    assert.doesNotMatch(store.seen[0], /card|4242/);
    await make().runOnce("again", () => ({ card: "4242 4242" }));
    assert.notEqual(store.seen[0], store.seen[1], "each has a nonce of its own");
  });

  test("undefined stays undefined, null is sealed", async () => {
    const store = spied();
    const { runOnce } = createRunOnce({ store: sealedStore(store, sealWithAes({ k1: current }, "k1")) });
    await runOnce("undefined", () => undefined);
    await runOnce("null", () => null);
    assert.equal(store.seen[0], undefined);
    assert.notEqual(store.seen[1], "null");
    assert.equal(await runOnce("undefined", assert.fail), undefined);
    assert.equal(await runOnce("null", assert.fail), null);
  });

  test("another key: a StoreError, nothing is run, and the right key reads it afterwards", async () => {
    const store = new MemoryStore();
    const make = (key) => createRunOnce({ store: sealedStore(store, sealWithAes({ k1: key }, "k1")) });
    await make(current).runOnce("k", () => 1);
    await assert.rejects(
      make(old).runOnce("k", assert.fail),
      (error) => code("ERR_STORE")(error) && /the stored result can't be opened: OperationError/.test(error.message),
    );
    assert.equal(await make(current).runOnce("k", assert.fail), 1);
  });

  test("a changed record, one that was never sealed, and one of another key of ours are refused", async () => {
    const inner = new MemoryStore();
    let change = (result) => result;
    const store = {
      ...spied(inner),
      acquire: async (...args) => {
        const answer = await inner.acquire(...args);
        return answer.status === "done" ? { ...answer, result: change(answer.result) } : answer;
      },
    };
    const { runOnce } = createRunOnce({ store: sealedStore(store, sealWithAes({ k1: current }, "k1")) });
    await runOnce("k", () => "mine");
    const swap = (text, at) => text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
    let other;
    const borrowed = spied();
    await createRunOnce({ store: sealedStore(borrowed, sealWithAes({ k1: current }, "k1")) }).runOnce("other", () => "theirs");
    [other] = borrowed.seen;
    for (const tamper of [(text) => swap(text, 10), (text) => swap(text, text.length - 4), (text) => text.slice(0, -4), () => '"plain"', () => other]) {
      change = tamper;
      await assert.rejects(runOnce("k", assert.fail), (error) => code("ERR_STORE")(error) && /can't be opened/.test(error.message));
    }
    change = (text) => text;
    assert.equal(await runOnce("k", assert.fail), "mine");
  });

  test("keys rotate: what the old one sealed is read, what is new is sealed with the new one", async () => {
    const store = spied();
    const make = (keys, name) => createRunOnce({ store: sealedStore(store, sealWithAes(keys, name)) });
    await make({ k1: old }, "k1").runOnce("before", () => 1);
    const rotated = make({ k1: old, k2: current }, "k2");
    assert.equal(await rotated.runOnce("before", assert.fail), 1);
    await rotated.runOnce("after", () => 2);
    const finished = make({ k2: current }, "k2");
    assert.equal(await finished.runOnce("after", assert.fail), 2);
    await assert.rejects(finished.runOnce("before", assert.fail), (error) => code("ERR_STORE")(error) && /no key "k1"/.test(error.message));
  });

  test("a seal that fails is tried again like a store that fails", async () => {
    const events = [];
    let failures = 2;
    const seal = (text) => {
      if (failures-- > 0) throw new Error("the key service is away");
      return text;
    };
    const { runOnce } = createRunOnce({ store: sealedStore(new MemoryStore(), { seal, open: (text) => text }), onEvent: (event) => events.push(event) });
    assert.equal(await runOnce("k", () => 1), 1);
    assert.deepEqual(
      events.filter(({ type }) => type === "store-error").map(({ error }) => error.message),
      Array(2).fill("the result can't be sealed: Error: the key service is away"),
    );
  });

  test("functions that return no string are errors, and a store's nonsense is refused as ever", async () => {
    const { runOnce } = createRunOnce({ store: sealedStore(new MemoryStore(), { seal: (text) => text, open: () => 1 }) });
    await runOnce("k", () => 1);
    await assert.rejects(runOnce("k", assert.fail), (error) => code("ERR_STORE")(error) && /open returned number, expected a string/.test(error.message));
    const nonsense = { ...spied(), acquire: async () => ({ status: "fine" }) };
    await assert.rejects(createRunOnce({ store: sealedStore(nonsense, sealWithAes({ k1: current }, "k1")) }).runOnce("k", assert.fail), code("ERR_STORE"));
  });

  test("what is no store, and what are no two functions, is refused", () => {
    const functions = sealWithAes({ k1: current }, "k1");
    for (const [store, given] of [
      [undefined, functions],
      [{}, functions],
      [new MemoryStore(), undefined],
      [new MemoryStore(), { seal: functions.seal }],
    ]) {
      assert.throws(() => sealedStore(store, given), InvalidArgumentError);
    }
  });

  test("under the HTTP wrapper answers are sealed, too", async () => {
    const store = spied();
    const idempotent = createIdempotency({ store: sealedStore(store, sealWithAes({ k1: current }, "k1")), caller: "anyone" });
    let runs = 0;
    const handler = idempotent(async () => Response.json({ secret: ++runs }, { status: 201 }));
    const send = () => handler(new Request("https://example.com/charges", { method: "POST", headers: { "idempotency-key": "k" }, body: "{}" }));
    const [first, again] = [await send(), await send()];
    assert.deepEqual([first.status, again.status, again.headers.get("idempotent-replayed")], [201, 201, "true"]);
    assert.deepEqual(await again.json(), { secret: 1 });
    assert.doesNotMatch(store.seen[0], /secret|201/);
  });
});
