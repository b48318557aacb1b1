/** A Redis that Sentinel fails over: what the replica had is there afterwards, and calls go on. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { Redis } from "ioredis";

import { runOnce as entry } from "./package.mjs";
import { startRedis, startSentinel } from "./services.mjs";

const quiet = () => {};

test("after a failover by Sentinel every result that was replicated is returned, and calls go on", async (t) => {
  const [master, replica] = [await startRedis(), await startRedis()];
  const admins = [master, replica].map(({ url }) => new Redis(url).on("error", quiet));
  await admins[1].replicaof("127.0.0.1", master.port);
  for (let tries = 0; !/master_link_status:up/.test(await admins[1].info("replication")); tries++) {
    assert.ok(tries < 200, "the replica has no link");
    await sleep(50);
  }
  const sentinel = await startSentinel(master.port);
  const { port } = sentinel;
  const client = new Redis({ sentinels: [{ host: "127.0.0.1", port }], name: "once", commandTimeout: 1000, sentinelRetryStrategy: () => 100 }).on(
    "error",
    quiet,
  );
  after(async () => {
    client.disconnect();
    for (const admin of admins) admin.disconnect();
    await Promise.all([sentinel, master, replica].map((service) => service.stop()));
  });

  const { runOnce } = entry.createRunOnce({ store: new entry.RedisStore(client), lease: "2s", waitTimeout: "5s", storeTimeout: "1s" });
  const keys = Array.from({ length: 50 }, (_, index) => `before-${index}`);
  const until = async (call) => {
    for (let tries = 0; ; tries++) {
      try {
        return await call();
      } catch (error) {
        // A claim that had timed out in the client's queue arrives all the same, and holds the key for a lease.
        assert.ok(error.code === "ERR_STORE" || error.code === "ERR_IN_PROGRESS", error.stack);
        assert.ok(tries < 200, error.stack);
        await sleep(100);
      }
    }
  };
  for (const key of keys) await until(() => runOnce(key, () => key));
  // Sentinel learns of the replica from the master, every ten seconds.
  const monitor = new Redis({ port }).on("error", quiet);
  after(() => monitor.disconnect());
  for (let tries = 0; (await monitor.call("SENTINEL", "REPLICAS", "once")).length === 0; tries++) {
    assert.ok(tries < 300, "Sentinel knows no replica");
    await sleep(50);
  }
  assert.equal(await admins[0].wait(1, 5000), 1);

  const began = performance.now();
  await master.kill();
  assert.equal(await until(() => runOnce("after", () => "ran on the replica")), "ran on the replica");
  t.diagnostic(`failed over after ${Math.round(performance.now() - began)} ms`);
  assert.match(await admins[1].info("replication"), /role:master/);
  for (const key of keys) assert.equal(await until(() => runOnce(key, assert.fail)), key);
});
