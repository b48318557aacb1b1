/** The Redis store on a Redis Cluster, through both clients: the suite, and slots and nodes that move under a crowd. */
import assert from "node:assert/strict";
import { after } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { Cluster, Redis } from "ioredis";
import { createCluster } from "redis";

import { LEASE_MS } from "./crowd.mjs";
import { through } from "./faults.mjs";
import { runOnce as entry } from "./package.mjs";
import { freePort, startRedis } from "./services.mjs";
import { storeSuite } from "./suite.mjs";

const SLOTS = 16_384;
const quiet = () => {};

const nodes = await Promise.all(
  Array.from({ length: 3 }, async () => startRedis({ "cluster-enabled": "yes", "cluster-node-timeout": "5000", "cluster-port": String(await freePort()) })),
);
const admins = nodes.map(({ url }) => new Redis(url).on("error", quiet));
const busPorts = await Promise.all(admins.map(async (admin) => (await admin.config("GET", "cluster-port"))[1]));
for (const [index, admin] of admins.entries()) {
  const from = Math.ceil((index * SLOTS) / nodes.length);
  await admin.cluster("ADDSLOTSRANGE", from, Math.ceil(((index + 1) * SLOTS) / nodes.length) - 1);
  await admin.cluster("SET-CONFIG-EPOCH", index + 1);
  if (index > 0) await admin.cluster("MEET", "127.0.0.1", nodes[0].port, busPorts[0]);
}
for (let tries = 0; ; tries++) {
  const states = await Promise.all(admins.map(async (admin) => /cluster_state:ok[^]*cluster_known_nodes:3/.test(await admin.cluster("INFO"))));
  if (states.every(Boolean)) break;
  assert.ok(tries < 200, "the cluster did not form");
  await sleep(50);
}

const ioredis = new Cluster(
  nodes.map(({ port }) => ({ host: "127.0.0.1", port })),
  { redisOptions: { commandTimeout: 1000 } },
).on("error", quiet);
const nodeRedis = createCluster({ rootNodes: nodes.map(({ url }) => ({ url })) }).on("error", quiet);
await nodeRedis.connect();
after(async () => {
  ioredis.disconnect();
  await nodeRedis.destroy();
  for (const admin of admins) admin.disconnect();
  await Promise.all(nodes.map((node) => node.stop()));
});

storeSuite("Redis Cluster through ioredis", () => new entry.RedisStore(ioredis, { prefix: "one:" }), { histories: 10 });
storeSuite("Redis Cluster through redis", () => new entry.RedisStore(nodeRedis, { prefix: "two:" }), { histories: 10 });

/** All keys of the crowd are in one slot, so that the whole of them moves. */
const prefix = "{moving}:";

/** Moves the crowd's slot to the next node, key by key, as `redis-cli --cluster reshard` does. */
async function moveSlot() {
  const slot = await admins[0].cluster("KEYSLOT", prefix);
  const ids = await Promise.all(admins.map((admin) => admin.cluster("MYID")));
  const owner = await ownerOf(slot);
  const target = (owner + 1) % nodes.length;
  await admins[target].cluster("SETSLOT", slot, "IMPORTING", ids[owner]);
  await admins[owner].cluster("SETSLOT", slot, "MIGRATING", ids[target]);
  for (;;) {
    const keys = await admins[owner].cluster("GETKEYSINSLOT", slot, 1);
    if (keys.length === 0) break;
    await admins[owner].migrate("127.0.0.1", nodes[target].port, "", 0, 1000, "KEYS", ...keys);
    await sleep(5);
  }
  for (const admin of [admins[target], admins[owner], ...admins]) await admin.cluster("SETSLOT", slot, "NODE", ids[target]);
}

async function ownerOf(slot) {
  const ranges = await admins[0].cluster("SLOTS");
  const [, , [, port]] = ranges.find(([from, to]) => slot >= from && slot <= to);
  return nodes.findIndex((node) => node.port === port);
}

await through("Redis Cluster", async () => ({
  stores: [ioredis, nodeRedis].map((client) => new entry.RedisStore(client, { prefix })),
  faults: {
    "the slot moves": moveSlot,
    "the slot's node is killed and restarted": async () => {
      const node = nodes[await ownerOf(await admins[0].cluster("KEYSLOT", prefix))];
      await node.kill();
      await sleep(LEASE_MS);
      await node.start();
    },
  },
  close: quiet,
}));
