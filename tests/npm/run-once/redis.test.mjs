/** The Redis store, on a Redis of the test's own, through both clients. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { Redis } from "ioredis";
import { createClient } from "redis";

import { runOnce as entry } from "./package.mjs";
import { startRedis } from "./services.mjs";
import { storeSuite } from "./suite.mjs";

const { createRunOnce, RedisStore } = entry;

/** A server and a client of each kind. */
async function start() {
  const service = await startRedis();
  const ioredis = new Redis(service.url);
  const nodeRedis = createClient({ url: service.url });
  for (const client of [ioredis, nodeRedis]) client.on("error", () => {});
  await nodeRedis.connect();
  after(async () => {
    ioredis.disconnect();
    nodeRedis.destroy();
    await service.stop();
  });
  return { service, ioredis, nodeRedis };
}

const shared = await start();
storeSuite("Redis through ioredis", () => new RedisStore(shared.ioredis));
storeSuite("Redis through redis", () => new RedisStore(shared.nodeRedis, { prefix: "other:" }));

/** Redis 6 knows SET with NX and with GET, but not with both: its answer is a syntax error. */
class Redis6 {
  #client = shared.ioredis;
  set() {
    return Promise.reject(new Error("ERR syntax error"));
  }
  eval(...args) {
    return this.#client.eval(...args);
  }
  evalsha(...args) {
    return this.#client.evalsha(...args);
  }
}
storeSuite("Redis without SET NX GET", () => new RedisStore(new Redis6(), { prefix: "six:" }));

/** One that nothing else uses, and that may be killed. */
const { service, ioredis, nodeRedis } = await start();

/** How often the server has run each command. */
async function commands() {
  const calls = {};
  for (const [, name, count] of (await ioredis.info("commandstats")).matchAll(/cmdstat_(\S+):calls=(\d+)/g)) calls[name] = Number(count);
  return calls;
}

describe("Redis", () => {
  for (const [name, client] of [
    ["ioredis", ioredis],
    ["redis", nodeRedis],
  ]) {
    test(`${name}: one command for a hit, two for a miss, as the server counts them`, async () => {
      const { runOnce } = createRunOnce({ store: new RedisStore(client, { prefix: `count-${name}:` }) });
      await runOnce("warm", () => 1);
      const before = await commands();
      await runOnce("k", () => 1);
      const between = await commands();
      await runOnce("k", assert.fail);
      const afterwards = await commands();
      const sent = (from, to) => {
        const names = Object.keys(to).filter((command) => command !== "info" && to[command] !== from[command]);
        return Object.fromEntries(names.map((command) => [command, to[command] - (from[command] ?? 0)]));
      };
      // Within the script there are a GET and a SET more.
      assert.deepEqual(sent(before, between), { set: 2, evalsha: 1, get: 1 });
      assert.deepEqual(sent(between, afterwards), { set: 1 });
    });

    test(`${name}: goes on when the server has forgotten the scripts`, async () => {
      const { runOnce } = createRunOnce({ store: new RedisStore(client, { prefix: `flush-${name}:` }) });
      await runOnce("k", () => ioredis.script("FLUSH").then(() => 1));
      await ioredis.script("FLUSH");
      assert.equal(await runOnce("k", assert.fail), 1);
    });
  }

  test("every record has an end, and an operator can read what it is", async () => {
    const { runOnce } = createRunOnce({ store: new RedisStore(ioredis, { prefix: "read:" }), ttl: "1h", lease: "10s" });
    let name;
    await runOnce("charge", async (hash) => {
      name = `read:${hash}`;
      const [state, holder, fingerprint, token, ttlMs] = (await ioredis.get(name)).split("\n");
      assert.deepEqual([state, fingerprint, ttlMs], ["held", "", "3600000"]);
      assert.match(holder, /^[0-9a-f-]{36}\.1$/);
      assert.deepEqual(entry.keys.IdempotencyKey.fromToken(token).options, { key: "charge", scope: "run" });
      const left = await ioredis.pttl(name);
      assert.ok(left > 3_608_000 && left <= 3_610_000, String(left));
      return { id: "ch_1" };
    });
    const [state, , , , result] = (await ioredis.get(name)).split("\n");
    assert.deepEqual([state, result], ["done", '{"id":"ch_1"}']);
    const left = await ioredis.pttl(name);
    assert.ok(left > 3_598_000 && left <= 3_600_000, String(left));
    for (const key of await ioredis.keys("*")) assert.ok((await ioredis.pttl(key)) > 0, `${key} never ends`);
  });

  test("an unreachable server is a StoreError before the callback, with the client's own error as cause", async () => {
    const client = new Redis(1, "127.0.0.1", { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
    client.on("error", () => {});
    const { runOnce } = createRunOnce({ store: new RedisStore(client) });
    await assert.rejects(runOnce("k", assert.fail), (error) => error.code === "ERR_STORE" && error.cause instanceof Error);
  });

  for (const [name, queue] of [
    ["ioredis MULTI", () => ioredis.multi()],
    ["ioredis pipeline", () => ioredis.pipeline()],
    ["redis MULTI", () => nodeRedis.multi()],
  ]) {
    test(`${name} is refused at construction`, () => {
      assert.throws(
        () => new RedisStore(queue()),
        (error) => error.code === "ERR_INVALID_ARGUMENT" && /a MULTI or a pipeline/.test(error.message),
      );
    });
  }

  for (const [rights, found] of [
    ["-@scripting", "eval"],
    ["-del", "del"],
    ["-set", "set"],
  ]) {
    test(`rights that are missing (${rights}) are found before the callback runs`, async () => {
      await ioredis.acl("SETUSER", `user${found}`, "on", "nopass", "~*", "+@all", rights);
      const client = new Redis(service.url, { username: `user${found}`, password: "any" });
      client.on("error", () => {});
      after(() => client.disconnect());
      const { runOnce } = createRunOnce({ store: new RedisStore(client, { prefix: `acl-${found}:` }) });
      await assert.rejects(runOnce("k", assert.fail), (error) => error.code === "ERR_STORE" && /permission|can't run/i.test(error.message));
      assert.deepEqual(await ioredis.keys(`acl-${found}:*`), [], "nothing is claimed");
    });
  }

  test("numbers as strings, as a client's settings make them, are read", async () => {
    const client = new Redis(service.url, { stringNumbers: true });
    after(() => client.disconnect());
    const { runOnce } = createRunOnce({ store: new RedisStore(client, { prefix: "strings:" }), lease: 1500 });
    let aborted;
    assert.equal(await runOnce("k", async (_, { signal }) => (await sleep(2000), (aborted = signal.aborted), 1)), 1);
    assert.equal(aborted, false);
    assert.equal(await runOnce("k", assert.fail), 1);
  });

  for (const [fault, set, reset] of [
    ["out of memory", () => ioredis.config("SET", "maxmemory", "1"), () => ioredis.config("SET", "maxmemory", "0")],
    ["a replica that takes no writes", () => ioredis.replicaof("127.0.0.1", "1"), () => ioredis.replicaof("NO", "ONE")],
    ["too few replicas", () => ioredis.config("SET", "min-replicas-to-write", "1"), () => ioredis.config("SET", "min-replicas-to-write", "0")],
  ]) {
    test(`${fault}: a published result is returned, and a first run is a StoreError`, async () => {
      for (const client of [ioredis, nodeRedis]) {
        const { runOnce } = createRunOnce({ store: new RedisStore(client, { prefix: "full:" }) });
        const key = `${fault}-${client === ioredis}`;
        await runOnce(key, () => "kept");
        await set();
        try {
          assert.equal(await runOnce(key, assert.fail), "kept");
          await assert.rejects(runOnce(`${key}-new`, assert.fail), (error) => error.code === "ERR_STORE" && /OOM|READONLY|NOREPLICAS/.test(error.message));
        } finally {
          await reset();
        }
        assert.equal(await runOnce(`${key}-new`, () => 1), 1);
      }
    });
  }

  test("a published result outlives a server that is killed, and a claim, too", async () => {
    const store = new RedisStore(ioredis, { prefix: "kill:" });
    const { runOnce } = createRunOnce({ store });
    await runOnce("k", () => "kept");
    const running = runOnce("l", async () => {
      await service.kill();
      await service.start();
      return "finished";
    });
    assert.equal(await running, "finished");
    assert.equal(await createRunOnce({ store }).runOnce("k", assert.fail), "kept");
    assert.equal(await createRunOnce({ store }).runOnce("l", assert.fail), "finished");
  });
});
