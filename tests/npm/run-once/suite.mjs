/** What is asked of every store on its real engine. */
import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { counter, watched } from "./fake-stores.mjs";
import { loadMachine } from "./machine.mjs";
import { runOnce as entry } from "./package.mjs";

const { createRunOnce, storeConformance } = entry;

const HOUR = 3_600_000;
/** A lease or time to live that is over after each pause. */
const MOMENT = 1;
const PAUSE = 8;

/** A generator of numbers below `limit`, the same ones for the same seed (mulberry32). */
function generator(seed) {
  return (limit) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  };
}

/** A random operation on one key, and whether time has to pass after it. */
function randomOperation(random) {
  const pick = (...values) => values[random(values.length)];
  const holder = pick("one", "two", "three");
  const duration = pick(MOMENT, HOUR, HOUR, HOUR);
  switch (pick("acquire", "acquire", "acquire", "renew", "complete", "release")) {
    case "acquire": {
      const claim = { holder, token: pick("t1", "t2"), fingerprint: pick(undefined, undefined, "a", "b"), leaseMs: pick(MOMENT, HOUR), ttlMs: duration };
      return { name: "acquire", args: [claim], pause: claim.leaseMs === MOMENT };
    }
    case "renew": {
      const leaseMs = pick(MOMENT, HOUR);
      return { name: "renew", args: [holder, leaseMs, duration], pause: leaseMs === MOMENT };
    }
    case "complete":
      return { name: "complete", args: [holder, pick(undefined, "null", '"r1"', '"r2"'), duration], pause: duration === MOMENT };
    case "release":
      return { name: "release", args: [holder], pause: false };
  }
}

/** Random histories: the store must answer as the machine does, each time. */
export async function compareWithMachine(store, histories, length, seed) {
  const machine = await loadMachine();
  let compared = 0;
  await Promise.all(
    Array.from({ length: histories }, async (_, index) => {
      const random = generator(seed + index);
      const hash = randomBytes(32).toString("hex");
      const told = [];
      let record;
      let now = 0;
      for (let step = 0; step < length; step++) {
        const { name, args, pause } = randomOperation(random);
        const expected = machine[name](record, ...args, now);
        record = expected.record;
        const found = await store[name](hash, ...args);
        told.push(`${name} ${JSON.stringify(args)} -> ${JSON.stringify(found)}`);
        const loose = (answer) => (answer.status === "held" ? { status: "held" } : answer);
        assert.deepEqual(loose(found), loose(expected.answer), `seed ${seed + index}:\n${told.join("\n")}`);
        compared += 1;
        if (pause) {
          now += PAUSE;
          await sleep(PAUSE);
        }
      }
    }),
  );
  return compared;
}

/**
 * @param create Makes the store; called for each test.
 */
export function storeSuite(name, create, { histories = 60 } = {}) {
  describe(name, { concurrency: 8 }, () => {
    for (const { name, run } of storeConformance(create)) test(name, run);

    test("answers random histories as the machine does", async (t) => {
      const seed = Number(process.env.RUN_ONCE_SEED ?? randomBytes(4).readUInt32LE());
      const compared = await compareWithMachine(await create(), histories, 40, seed);
      t.diagnostic(`${compared} answers compared, seed ${seed}`);
      assert.equal(compared, histories * 40);
    });

    test("a century is not too long", async () => {
      const { runOnce } = createRunOnce({ store: await create(), ttl: "36500d", lease: "36500d", storeTimeout: "60s" });
      const key = randomUUID();
      await runOnce(key, () => 1);
      assert.equal(await runOnce(key, assert.fail), 1);
    });

    test("runOnce: two instances at once run each callback once; a hit is one operation, a miss two", async () => {
      const store = watched(await create());
      const { counts, onEvent } = counter();
      const config = { store, onEvent, storeTimeout: "60s" }; // a crowded machine is no failure
      const instances = [createRunOnce(config), createRunOnce(config)];
      const prefix = randomUUID();
      const runs = new Map();
      const call = (index) =>
        instances[index % 2].runOnce(`${prefix}-${index % 20}`, async (key) => {
          runs.set(key, (runs.get(key) ?? 0) + 1);
          await sleep(30);
          return { key, nothing: null };
        });
      const results = await Promise.all(Array.from({ length: 80 }, (_, index) => call(index + Math.floor(index / 20))));
      assert.deepEqual([...runs.values()], Array(20).fill(1));
      assert.equal(new Set(results.map((result) => JSON.stringify(result))).size, 20);
      assert.deepEqual([counts.miss, counts.publish], [20, 20]);
      store.log.length = 0;
      await instances[0].runOnce(`${prefix}-0`, assert.fail);
      assert.deepEqual(store.log, ["acquire"]);
      await instances[0].runOnce(`${prefix}-new`, () => undefined);
      assert.deepEqual(store.log, ["acquire", "acquire", "complete"]);
      assert.equal(await instances[1].runOnce(`${prefix}-new`, assert.fail), undefined);
    });
  });
}
