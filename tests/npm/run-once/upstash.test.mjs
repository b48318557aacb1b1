/** The Upstash store: through the real client and by itself, over HTTP, on a Redis of the test's own; and in workerd. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { Redis as Upstash } from "@upstash/redis";
import { Redis } from "ioredis";

import { startWorker } from "../support/workerd.mjs";
import { folder, runOnce as entry } from "./package.mjs";
import { startRedis } from "./services.mjs";
import { storeSuite } from "./suite.mjs";
import { startUpstash, TOKEN } from "./upstash-server.mjs";

const { createRunOnce, RedisStore, UpstashStore } = entry;

const service = await startRedis();
const redis = new Redis(service.url);
const server = await startUpstash(redis);
after(async () => {
  server.close();
  redis.disconnect();
  await service.stop();
});
const settings = { url: server.url, token: TOKEN, enableTelemetry: false, retry: false };
const client = (more) => new Upstash({ ...settings, ...more });

const CLIENTS = {
  "a URL and a token": () => ({ url: server.url, token: TOKEN }),
  "@upstash/redis, which pipelines by itself": () => client(),
  "@upstash/redis without pipelines": () => client({ enableAutoPipelining: false }),
  "@upstash/redis without base64 and JSON": () => client({ responseEncoding: false, automaticDeserialization: false, enableAutoPipelining: false }),
};
for (const [name, create] of Object.entries(CLIENTS)) {
  const shared = create();
  storeSuite(`Upstash through ${name}`, () => new UpstashStore(shared), { histories: 20 });

  describe(`Upstash through ${name}`, () => {
    for (const [what, result] of Object.entries({
      "a number in a string": '"12"',
      "a number": "12",
      "a large number": "12345678901234567890",
      "a string": '"OK"',
      "an object": '{"a":[1,null]}',
      "no JSON": "sealed: =",
      "line breaks": "a\nb\n",
    })) {
      test(`a result comes back byte by byte: ${what}`, async () => {
        const store = new UpstashStore(create(), { prefix: `bytes-${name}:` });
        const claim = { holder: "one", token: "t", fingerprint: undefined, leaseMs: 60_000, ttlMs: 60_000 };
        await store.acquire(what, claim);
        assert.equal(await store.complete(what, "one", result, 60_000), true);
        assert.deepEqual(await store.acquire(what, { ...claim, holder: "two" }), { status: "done", result });
      });
    }

    test("a hit is one request, a miss two, and the scripts are sent once each", async () => {
      await redis.script("FLUSH");
      const { runOnce } = createRunOnce({ store: new UpstashStore(create(), { prefix: `count-${name}:` }) });
      const commandsOf = async (run) => {
        server.requests.length = 0;
        await run();
        return server.requests.map(([first, second]) => String(first === "pipeline" ? second : first).toLowerCase());
      };
      assert.deepEqual(await commandsOf(() => runOnce("cold", () => 1)), ["evalsha", "eval", "evalsha", "eval"]);
      assert.deepEqual(await commandsOf(() => runOnce("k", () => 1)), ["evalsha", "evalsha"]);
      assert.deepEqual(await commandsOf(() => runOnce("k", assert.fail)), ["evalsha"]);
    });

    test("an error of Redis is a StoreError that shows nothing of what was stored", async () => {
      const store = new UpstashStore(create(), { prefix: `oom-${name}:` });
      const events = [];
      const { runOnce } = createRunOnce({ store, onEvent: (event) => events.push(event) });
      await redis.config("SET", "maxmemory", "1");
      await assert.rejects(
        runOnce("k", assert.fail),
        (error) => error.code === "ERR_STORE" && /OOM/.test(error.message) && !/command was|Command failed/.test(error.message),
      );
      await redis.config("SET", "maxmemory", "0");
      const publish = async () => {
        await redis.config("SET", "maxmemory", "1");
        setTimeout(() => redis.config("SET", "maxmemory", "0"), 300);
        return "private";
      };
      assert.equal(await runOnce("k", publish), "private");
      const failures = events.filter(({ type }) => type === "store-error");
      assert.ok(failures.length > 0);
      for (const { error } of failures) assert.doesNotMatch(`${error.stack} ${JSON.stringify(error)}`, /private/);
    });
  });
}

describe("Upstash", () => {
  test("the records are those of RedisStore, both ways", async () => {
    const [a, b] = [createRunOnce({ store: new UpstashStore(client()) }), createRunOnce({ store: new RedisStore(redis) })];
    await a.runOnce("over HTTP", () => ({ n: 1 }));
    assert.deepEqual(await b.runOnce("over HTTP", assert.fail), { n: 1 });
    await b.runOnce("over TCP", () => [2]);
    assert.deepEqual(await a.runOnce("over TCP", assert.fail), [2]);
  });

  test("a client whose signal has aborted answers null to everything: that is no claim", async () => {
    const store = new UpstashStore(client({ signal: AbortSignal.abort() }));
    await assert.rejects(createRunOnce({ store }).runOnce("aborted", assert.fail), { code: "ERR_STORE" });
  });

  for (const [what, answer, message] of [
    ["a proxy's page", (response) => response.writeHead(502).end("<html>Bad Gateway</html>"), /HTTP 502: <html>|Bad Gateway/],
    ["nonsense", (response) => response.end('{"result":["fine"]}'), /the store answered/],
    ["no result", (response) => response.end("{}"), /the store answered|result/],
    ["null", (response) => response.end('{"result":null}'), /the store answered/],
  ]) {
    for (const [name, create] of Object.entries(CLIENTS)) {
      test(`${what} instead of an answer, through ${name}: a StoreError, and nothing is run`, async () => {
        server.answer = answer;
        try {
          const { runOnce } = createRunOnce({ store: new UpstashStore(create()), storeTimeout: 2000 });
          await assert.rejects(
            runOnce(what, assert.fail),
            (error) => error.code === "ERR_STORE" && (name.endsWith("by itself") || message.test(error.message)),
          );
        } finally {
          server.answer = undefined;
        }
      });
    }
  }

  test("a token that is refused is a StoreError before the callback", async () => {
    const store = new UpstashStore({ url: server.url, token: "other" });
    await assert.rejects(createRunOnce({ store }).runOnce("k", assert.fail), (error) => error.code === "ERR_STORE" && /WRONGPASS/.test(error.message));
  });

  test("fetch is the one that is given", async () => {
    const sent = [];
    const store = new UpstashStore({ url: server.url, token: TOKEN, prefix: "own:", fetch: (...call) => (sent.push(call), fetch(...call)) });
    await createRunOnce({ store }).runOnce("k", () => 1);
    const [url, init] = sent[0];
    assert.deepEqual([url, init.method, init.cache], [server.url, "POST", "no-store"]);
    assert.equal((await redis.keys("own:*")).length, 1);
  });

  for (const [name, bad, message] of [
    ["a URL alone", server.url, /is a string or URL/],
    ["no token", { url: server.url }, /^token is undefined, expected the REST token/],
    ["an empty URL", { url: "", token: TOKEN }, /^url is empty/],
    ["the URL for Redis clients", { url: "rediss://example.com", token: TOKEN }, /does not begin with "https:\/\/"/],
    ["undefined", undefined, /is undefined/],
    ["an ioredis client", redis, /use RedisStore of "idempotency-keys\/run-once\/redis"/],
    ["a pipeline", client().pipeline(), /or a pipeline/],
  ]) {
    test(`${name} is refused at construction`, () => {
      assert.throws(
        () => new UpstashStore(bad),
        (error) => error.code === "ERR_INVALID_ARGUMENT" && message.test(error.message),
      );
    });
  }

  for (const [name, bad, message] of [
    ["a client", client(), /one of @upstash\/redis: use UpstashStore/],
    ["a pipeline", client().pipeline(), /a MULTI or a pipeline/],
    ["a MULTI", client().multi(), /a MULTI or a pipeline/],
  ]) {
    test(`${name} of @upstash/redis is refused by RedisStore`, () => {
      assert.throws(
        () => new entry.RedisStore(bad),
        (error) => error.code === "ERR_INVALID_ARGUMENT" && message.test(error.message),
      );
    });
  }
});

const script = fileURLToPath(new URL("edge-worker.mjs", import.meta.url));
for (const compatibilityDate of ["2024-04-01", "2025-06-01"]) {
  const worker = await startWorker(script, folder, { compatibilityDate, bindings: { UPSTASH: { url: server.url, token: TOKEN } } });
  after(() => worker.dispose());
  describe(`Upstash in workerd as of ${compatibilityDate}`, { concurrency: 8 }, () => {
    for (const { name } of entry.storeConformance(() => undefined)) {
      test(name, async () => assert.equal(await (await worker.fetch(`/case?${new URLSearchParams({ store: "upstash", name })}`)).text(), "passed"));
    }
  });
}
