/** Faults of Redis and of the network to it; and mistakes in a store and its caller, each of which has to be found. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { LEASE_MS, SETTINGS, startCrowd } from "./crowd.mjs";
import { memoryEngine, redisEngine } from "./fault-engines.mjs";
import { through } from "./faults.mjs";
import { runOnce as entry } from "./package.mjs";

await through("a store in memory", memoryEngine);
await through("Redis", redisEngine);

/** A store with some operations of its own. */
const but = (store, operations) => ({
  acquire: (...args) => store.acquire(...args),
  renew: (...args) => store.renew(...args),
  complete: (...args) => store.complete(...args),
  release: (...args) => store.release(...args),
  ...operations,
});

const STORES = {
  "forgets a takeover when the key is given back": {
    found: /isn't told of/,
    broken(store) {
      const given = new Set();
      return but(store, {
        release: (hash, holder) => (given.add(hash), store.release(hash, holder)),
        acquire: async (hash, claim) => {
          const answer = await store.acquire(hash, claim);
          return answer.status === "takenOver" && given.has(hash) ? { status: "acquired" } : answer;
        },
      });
    },
  },
  "tells nobody of a takeover": {
    found: /isn't told of/,
    broken: (store) =>
      but(store, {
        async acquire(hash, claim) {
          const answer = await store.acquire(hash, claim);
          return answer.status === "takenOver" ? { status: "acquired" } : answer;
        },
      }),
  },
  "ends leases early": {
    found: /still runs, and isn't told/,
    broken: (store) =>
      but(store, {
        acquire: (hash, claim) => store.acquire(hash, { ...claim, leaseMs: claim.leaseMs / 20 }),
        renew: (hash, holder, leaseMs, ttlMs) => store.renew(hash, holder, leaseMs / 20, ttlMs),
      }),
  },
  "lets whoever lost its lease believe that it published": {
    found: /has two results/,
    broken: (store) => but(store, { complete: async (...args) => (await store.complete(...args), true) }),
  },
  "forgets results": { found: /had the result of|has two results/, broken: (store) => but(store, { complete: async () => true }) },
};

const CALLERS = {
  "doesn't end a call": {
    found: /a call doesn't end/,
    broken: (runOnce) => (key, work) => runOnce(key, work).then((result) => (result.id === 1 ? new Promise(() => {}) : result)),
  },
  "throws what isn't documented": {
    found: /an error that isn't documented/,
    broken: (runOnce) => (key, work) => runOnce(key, work).catch((cause) => Promise.reject(new TypeError("internal", { cause }))),
  },
  "runs a callback apart from the store": {
    found: /two results|nothing explains/,
    broken: (runOnce) => async (key, work) => (await runOnce(key, work), work("", { takenOver: true, signal: AbortSignal.abort() })),
  },
};

const cutOff = "one instance cut off for longer than the lease";
/** A crowd whose callbacks outlast a lease, while the first instance is cut off. */
async function wrongs(stores, faults, broken = (runOnce) => runOnce, longestMs = undefined) {
  const instances = stores.map((store) => ({ runOnce: broken(entry.createRunOnce({ store, ...SETTINGS }).runOnce) }));
  const { stop } = startCrowd(instances, "planted", { workMs: () => 1.5 * LEASE_MS, longestMs });
  await sleep(100);
  await faults[cutOff]();
  return (await stop()).wrong;
}

describe("a planted mistake is found: ", { concurrency: true }, () => {
  for (const [mistake, { found, broken }] of Object.entries(STORES)) {
    test(`a store that ${mistake}`, async () => {
      const { stores, faults } = memoryEngine(broken);
      assert.match((await wrongs(stores, faults, undefined, 3000)).join("\n"), found);
    });
  }
  for (const [mistake, { found, broken }] of Object.entries(CALLERS)) {
    test(`a runOnce that ${mistake}`, async () => {
      const { stores, faults } = memoryEngine();
      assert.match((await wrongs(stores, faults, broken, 3000)).join("\n"), found);
    });
  }
  test("and without one nothing is", async () => {
    const { stores, faults } = memoryEngine();
    assert.deepEqual(await wrongs(stores, faults), []);
  });
});
