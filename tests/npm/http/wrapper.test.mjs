/** What only the wrapper and Hono have: Workers' context, answers of `fetch` that are passed on; and sealed results. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { brotliCompressSync, brotliDecompressSync, deflateSync, gunzipSync, gzipSync, inflateSync } from "node:zlib";

import { Hono } from "hono";
import { cors } from "hono/cors";

import { express, fastify, hono, http, runOnce } from "./package.mjs";

const request = (key, init) => new Request("https://api.example.com/a", { method: "POST", ...init, headers: { "idempotency-key": key, ...init?.headers } });

/** A store that takes its time to keep a result, and says when it has. */
function slowStore() {
  const store = new runOnce.MemoryStore();
  const state = { completed: false };
  const complete = async (...all) => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    state.completed = await store.complete(...all);
    return state.completed;
  };
  const { acquire, renew, release } = Object.fromEntries(["acquire", "renew", "release"].map((name) => [name, (...all) => store[name](...all)]));
  return { state, store: { acquire, renew, release, complete } };
}

describe("on Workers", () => {
  const SERVERS = {
    "the context is the execution context": (config, handler) => {
      const handle = http.createIdempotency(config)(handler);
      return (incoming, execution) => handle(incoming, execution);
    },
    "the context has it as ctx": (config, handler) => {
      const handle = http.createIdempotency(config)(handler);
      return (incoming, execution) => handle(incoming, { env: {}, ctx: execution });
    },
    Hono: (config, handler) => {
      const app = new Hono();
      app.post("/a", hono.idempotency(config), () => handler());
      return (incoming, execution) => app.fetch(incoming, {}, execution);
    },
  };
  for (const [name, serve] of Object.entries(SERVERS)) {
    test(`waitUntil is told to wait until the answer is stored: ${name}`, async () => {
      const { state, store } = slowStore();
      const promises = [];
      // As workerd's own: it can't be called without its object.
      class ExecutionContext {
        #promises = promises;
        waitUntil(promise) {
          this.#promises.push(promise);
        }
        passThroughOnException() {}
      }
      const send = serve({ store, caller: "anyone" }, () => new Response("x"));
      const answered = send(request("k"), new ExecutionContext());
      while (promises.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      assert.equal(state.completed, false);
      await Promise.all(promises);
      assert.equal(state.completed, true);
      assert.equal((await answered).status, 200);
    });
  }

  test("a handler that throws makes no unhandled rejection of it", async () => {
    const promises = [];
    const handle = http.createIdempotency({ store: new runOnce.MemoryStore(), caller: "anyone" })(() => Promise.reject(new Error("no")));
    await assert.rejects(handle(request("k"), { waitUntil: (promise) => void promises.push(promise) }), /no/);
    assert.equal((await Promise.allSettled(promises))[0].status, "fulfilled");
  });
});

describe("encoded answers", () => {
  /** Status and headers of an upstream's answer, with a body that `fetch` has decoded, as Node's does. */
  async function replayed(body, encoding) {
    const handle = http.createIdempotency({ store: new runOnce.MemoryStore(), caller: "anyone" })(
      () => new Response(body, { headers: { "content-encoding": encoding, "content-type": "text/plain" } }),
    );
    await (await handle(request("k"), {})).arrayBuffer();
    const replay = await handle(request("k"), {});
    assert.equal(replay.headers.get("idempotent-replayed"), "true");
    return { encoding: replay.headers.get("content-encoding"), bytes: Buffer.from(await replay.arrayBuffer()) };
  }

  const ENCODINGS = { gzip: [gzipSync, gunzipSync], br: [brotliCompressSync, brotliDecompressSync], deflate: [deflateSync, inflateSync] };
  for (const [encoding, [encode, decode]] of Object.entries(ENCODINGS)) {
    for (const text of ["a", "hello", JSON.stringify({ list: [1, 2, 3] }), "ä".repeat(5_000)]) {
      test(`${encoding} of ${text.length} characters: encoded bytes keep the header, bytes that fetch has decoded lose it`, async () => {
        const encoded = await replayed(encode(text), encoding);
        assert.deepEqual([encoded.encoding, decode(encoded.bytes).toString()], [encoding, text]);
        const decoded = await replayed(text, encoding);
        assert.deepEqual([decoded.encoding, decoded.bytes.toString()], [null, text]);
      });
    }
  }
});

test("sealedStore: answers are stored sealed, and replayed in the open", async () => {
  const inner = new runOnce.MemoryStore();
  const seen = [];
  const spied = {
    acquire: (...all) => inner.acquire(...all),
    renew: (...all) => inner.renew(...all),
    release: (...all) => inner.release(...all),
    complete: (hash, holder, result, ttl) => (seen.push(result), inner.complete(hash, holder, result, ttl)),
  };
  const store = runOnce.sealedStore(spied, {
    seal: async (text) => Buffer.from(text).toString("hex"),
    open: async (text) => Buffer.from(text, "hex").toString(),
  });
  let runs = 0;
  const handle = http.createIdempotency({ store, caller: "anyone" })(() => Response.json({ secret: ++runs }));
  for (const _ of [1, 2]) assert.deepEqual(await (await handle(request("k"), {})).json(), { secret: 1 });
  assert.equal(seen.length, 1);
  assert.equal(seen[0].includes("secret"), false);
});

test("where it goes: inside authentication and CORS headers, outside validation", async () => {
  const app = new Hono();
  let runs = 0;
  app.use(
    cors({ origin: "https://shop.example.com", allowHeaders: ["Idempotency-Key"], exposeHeaders: ["Idempotency-Key", "Idempotent-Replayed", "Retry-After"] }),
  );
  app.use(async (c, next) => (c.req.header("authorization") ? next() : c.text("who?", 401)));
  app.use(hono.idempotency({ store: new runOnce.MemoryStore(), caller: (incoming) => incoming.headers.get("authorization") }));
  app.post("/a", async (c) => {
    runs++;
    const { amount } = await c.req.json();
    return amount > 0 ? c.json({ runs }, 201) : c.json({ error: "amount" }, 400);
  });
  const origin = "https://shop.example.com";
  const send = async (key, amount, headers = { authorization: "a" }) => {
    const response = await app.fetch(request(key, { body: JSON.stringify({ amount }), headers: { origin, "content-type": "application/json", ...headers } }));
    return [response.status, response.headers.get("idempotent-replayed"), response.headers.get("access-control-expose-headers")];
  };
  const exposed = "Idempotency-Key,Idempotent-Replayed,Retry-After";

  const preflight = await app.fetch(
    new Request("https://api.example.com/a", {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "idempotency-key" },
    }),
  );
  assert.deepEqual([preflight.status, preflight.headers.get("access-control-allow-headers")], [204, "Idempotency-Key"]);
  assert.deepEqual(await send("k", 1, {}), [401, null, exposed], "not stored: it never came here");
  assert.deepEqual(
    [await send("k", 1), await send("k", 1)],
    [
      [201, null, exposed],
      [201, "true", exposed],
    ],
  );
  // A request that validation refused: the refusal is the answer, and the corrected request needs a new key.
  assert.deepEqual(
    [await send("v", 0), await send("v", 0)],
    [
      [400, null, exposed],
      [400, "true", exposed],
    ],
  );
  assert.equal((await send("v", 5))[0], 422);
  assert.equal((await send("v2", 5))[0], 201);
  assert.equal(runs, 3);
});

test("overrides that are undefined leave the configuration as it is; settings that are none are refused", async () => {
  const config = { store: new runOnce.MemoryStore(), caller: "anyone", required: true };
  const none = Object.fromEntries([...Object.keys(config), "methods", "ttl", "lease", "problem"].map((name) => [name, undefined]));
  const handle = http.createIdempotency(config)(() => new Response("x"), none);
  assert.equal((await handle(new Request("https://api.example.com/a", { method: "POST" }))).status, 400);
  assert.equal((await handle(request("k"))).status, 200);
  const makers = [http.createIdempotency, hono.idempotency, express.idempotency, fastify.idempotency];
  const refused = [
    [undefined, "store is missing: pass a MemoryStore, or one that all processes share"],
    [null, "store is missing: pass a MemoryStore, or one that all processes share"],
    ["x", "the settings are a string, expected an object with store, caller, "],
    [{ ...config, replayHeader: ["etag"] }, 'the settings have no "replayHeader", expected store, caller, '],
  ];
  for (const [settings, message] of refused) {
    for (const make of makers) {
      assert.throws(
        () => make(settings),
        (error) => error.code === "ERR_INVALID_ARGUMENT" && error.message.startsWith(message),
      );
    }
  }
});
