/** Stores that never answer, answer late, or answer nonsense: every call ends in time, and a holder is told. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { counter, deferred, watched } from "./fake-stores.mjs";
import { runOnce as entry } from "./package.mjs";
import { code, createRunOnce, MemoryStore, stayAlive } from "./setting.mjs";

stayAlive();

const { PostgresStore, RedisStore, storeConformance } = entry;
const never = () => new Promise(() => {});
// The engine starts with the first key: that is no part of the times below.
await createRunOnce().runOnce("first", () => 1);
/** How long a call takes to end, from before it is made, and how it ends. */
async function timed(call) {
  const began = performance.now();
  const [{ reason, value }] = await Promise.allSettled([call()]);
  return { reason, value, ms: performance.now() - began };
}
const within = ({ ms }, least, most) => assert.ok(ms >= least - 5 && ms < most, `took ${ms} ms, expected ${least} to ${most}`);
/** A store that never answers some operations. */
const hanging = (...operations) => watched(new MemoryStore(), (operation) => operations.includes(operation) && never());

describe("storeConformance", () => {
  for (const operation of ["acquire", "renew", "complete", "release"]) {
    test(`a store that never answers ${operation} fails, and hangs no case`, async () => {
      const cases = storeConformance(() => hanging(operation), { timeoutMs: 100 });
      const ends = await Promise.all(cases.map(({ run }) => timed(run)));
      const messages = ends.filter(({ reason }) => reason !== undefined).map(({ reason }) => reason.message);
      assert.deepEqual([...new Set(messages)], [`${operation} did not answer within 100 ms`]);
      for (const end of ends) within(end, 0, 3000);
    });
  }

  test("a store that is never made fails, too", async () => {
    const [{ run }] = storeConformance(never, { timeoutMs: 50 });
    await assert.rejects(run(), /create did not answer within 50 ms/);
  });
});

describe("a store that never answers", () => {
  test("a claim: StoreError after waitTimeout, timed out, with the operation; the callback isn't run", async () => {
    const { runOnce } = createRunOnce({ store: hanging("acquire") });
    const end = await timed(() => runOnce("k", assert.fail, { waitTimeout: 100 }));
    code("ERR_STORE")(end.reason);
    assert.deepEqual([end.reason.operation, end.reason.timedOut], ["acquire", true]);
    assert.match(end.reason.message, /did not answer "acquire" of "k" within 100 ms, so the callback was not run/);
    within(end, 100, 3000);
  });

  test("a claim: StoreError after storeTimeout, also with waitTimeout 0", async () => {
    const { runOnce } = createRunOnce({ store: hanging("acquire"), storeTimeout: 150 });
    for (const waitTimeout of [0, "10s"]) {
      const end = await timed(() => runOnce("k", assert.fail, { waitTimeout }));
      code("ERR_STORE")(end.reason);
      within(end, 150, 3000);
    }
  });

  test("a poll: InProgressError, for somebody is known to hold the key", async () => {
    const memory = new MemoryStore();
    const work = deferred();
    const first = createRunOnce({ store: memory }).runOnce("k", () => work.promise);
    let polls = 0;
    const store = watched(memory, (operation) => operation === "acquire" && polls++ > 0 && never());
    const end = await timed(() => createRunOnce({ store }).runOnce("k", assert.fail, { waitTimeout: 200 }));
    code("ERR_IN_PROGRESS")(end.reason);
    within(end, 200, 3000);
    work.resolve(1);
    await first;
  });

  test("later callers have clocks of their own, and the next flight finds the store back", async () => {
    let isBack = false;
    const store = watched(new MemoryStore(), () => !isBack && never());
    const { runOnce } = createRunOnce({ store, storeTimeout: 1500 });
    const first = timed(() => runOnce("k", assert.fail, { waitTimeout: "10s" }));
    await sleep(30);
    const second = await timed(() => runOnce("k", assert.fail, { waitTimeout: 50 }));
    code("ERR_STORE")(second.reason);
    within(second, 50, 1400);
    isBack = true;
    code("ERR_STORE")((await first).reason);
    assert.equal(await runOnce("k", () => 1), 1);
  });

  test("a renewal: tried again, the signal aborts a twelfth of the lease before its end as the holder knows it, and an event says so", async () => {
    const { counts, onEvent } = counter();
    const { runOnce } = createRunOnce({ store: hanging("renew"), lease: 600, onEvent });
    const began = performance.now();
    let aborted;
    await runOnce("k", async (_, { signal }) => {
      signal.addEventListener("abort", () => (aborted = { after: performance.now() - began, reason: signal.reason }));
      await sleep(1500);
    });
    assert.ok(aborted.after >= 545 && aborted.after < 1400, String(aborted.after));
    code("ERR_LEASE_LOST")(aborted.reason);
    assert.match(aborted.reason.message, /the store confirmed no renewal in time/);
    assert.equal(counts.lapse, 1);
    assert.ok(counts["store-error"] >= 2, JSON.stringify(counts));
  });

  test("no second execution starts before the first has been told: a lease counts from when it was asked for", async () => {
    const memory = new MemoryStore();
    // The store grants the lease 150 ms after it was asked, and its answer takes as long.
    const slow = (operation) => (operation === "renew" ? never() : sleep(150));
    const { runOnce } = createRunOnce({ store: watched(memory, slow, slow), lease: 600 });
    let toldAt;
    const first = runOnce("k", async (_, { signal }) => {
      signal.addEventListener("abort", () => (toldAt = performance.now()));
      await sleep(2000);
    });
    await sleep(200);
    const second = createRunOnce({ store: memory, lease: 600 });
    const secondAt = await second.runOnce("k", (_, { takenOver }) => (assert.equal(takenOver, true), performance.now()));
    assert.ok(toldAt < secondAt, `told at ${toldAt}, the second began at ${secondAt}`);
    await assert.rejects(first, code("ERR_LEASE_LOST"));
  });

  test("nor where somebody asks for the key all the time: the signal aborts before the store grants it", async () => {
    const memory = new MemoryStore();
    const { runOnce } = createRunOnce({ store: watched(memory, (operation) => operation === "renew" && never()), lease: 1200 });
    const began = deferred();
    const work = deferred();
    const call = runOnce("k", (hash, { signal }) => {
      began.resolve({ hash, signal });
      return work.promise;
    });
    const { hash, signal } = await began.promise;
    const claim = { holder: "another", token: "t", fingerprint: undefined, leaseMs: 1000, ttlMs: 1000 };
    while ((await memory.acquire(hash, claim)).status === "held") await new Promise(setImmediate);
    assert.equal(signal.aborted, true);
    work.resolve(1);
    await assert.rejects(call, code("ERR_LEASE_LOST"));
  });

  test("a publication that hung once: asked again, and the result counts", async () => {
    let asked = 0;
    const store = watched(new MemoryStore(), (operation) => operation === "complete" && asked++ === 0 && never());
    const { runOnce } = createRunOnce({ store, storeTimeout: 100 });
    assert.equal(await runOnce("k", () => 1), 1);
    assert.equal(await runOnce("k", assert.fail), 1);
  });

  test("a publication: PublishError within ten seconds and a storeTimeout, and the lease is renewed meanwhile", async () => {
    const store = hanging("complete");
    const { runOnce } = createRunOnce({ store, storeTimeout: 300, lease: 400 });
    const end = await timed(() => runOnce("k", () => "made"));
    code("ERR_PUBLISH")(end.reason);
    assert.equal(end.reason.result, "made");
    within(end, 9000, 13_000);
    const renewals = store.log.filter((operation) => operation === "renew").length;
    assert.ok(renewals > 20, `${renewals} renewals`);
  });

  test("a release: the callback's own error after storeTimeout at the latest", async () => {
    const error = new Error("mine");
    const { runOnce } = createRunOnce({ store: hanging("release"), storeTimeout: 100 });
    const end = await timed(() => runOnce("k", () => Promise.reject(error)));
    assert.equal(end.reason, error);
    within(end, 100, 3000);
  });
});

describe("a store that fails for a part of the lease", () => {
  for (const [from, to] of [
    [0.3, 0.72],
    [0.05, 0.75],
  ]) {
    test(`from ${from * 100} % to ${to * 100} %: the lease is kept`, async () => {
      const lease = 3000;
      const memory = new MemoryStore();
      const began = performance.now();
      const store = watched(memory, (operation) => {
        const at = (performance.now() - began) / lease;
        if (operation === "renew" && at > from && at < to) throw new Error("away");
      });
      const { counts, onEvent } = counter();
      const first = createRunOnce({ store, lease, onEvent }).runOnce("k", () => sleep(1.2 * lease, "first"));
      await sleep(20);
      assert.equal(await createRunOnce({ store: memory, lease }).runOnce("k", assert.fail, { waitTimeout: "20s" }), "first");
      assert.equal(await first, "first");
      assert.equal(counts.lapse, undefined);
      assert.ok(counts["store-error"] > 1);
    });
  }
});

describe("a store that answers late", () => {
  test("a claim that was got too late is given back, and nobody runs under it", async () => {
    const memory = new MemoryStore();
    const store = watched(memory, undefined, (operation) => operation === "acquire" && sleep(150));
    const { runOnce } = createRunOnce({ store, storeTimeout: 50 });
    await assert.rejects(runOnce("k", assert.fail), code("ERR_STORE"));
    assert.equal(memory.size, 1);
    await sleep(200);
    assert.deepEqual(store.log, ["acquire", "release"]);
    assert.equal(memory.size, 0);
  });

  test("a renewal that was late still counts, from when it was sent", async () => {
    const store = watched(new MemoryStore(), undefined, (operation) => operation === "renew" && sleep(1100));
    const { counts, onEvent } = counter();
    await createRunOnce({ store, lease: 3000, onEvent }).runOnce("k", () => sleep(5000));
    assert.equal(counts.lapse, undefined, JSON.stringify(counts));
    assert.equal(counts.publish, 1);
  });
});

describe("answers that no store may give", () => {
  const nonsense = [
    undefined,
    null,
    "acquired",
    {},
    { status: "ok" },
    { status: null },
    { status: "held" },
    { status: "held", leaseMs: Number.NaN },
    { status: "held", leaseMs: "soon" },
    { status: "done", result: { a: 1 } },
    { status: Infinity },
  ];
  for (const answer of nonsense) {
    test(`to a claim: ${JSON.stringify(answer) ?? "undefined"} is a StoreError that says so, after one request`, async () => {
      const store = { ...watched(new MemoryStore()), asked: 0 };
      store.acquire = async () => (store.asked++, answer);
      await assert.rejects(createRunOnce({ store }).runOnce("k", assert.fail), (error) => {
        code("ERR_STORE")(error);
        assert.match(error.message, /the store answered .*, expected /);
        return true;
      });
      assert.equal(store.asked, 1);
    });
  }

  test("to a publication: PublishError, not a lost lease", async () => {
    const store = { ...watched(new MemoryStore()), complete: async () => "OK" };
    const end = await timed(() => createRunOnce({ store, lease: 60 }).runOnce("k", () => 1));
    code("ERR_PUBLISH")(end.reason);
    assert.match(end.reason.message, /the store answered "OK", expected true or false/);
  });

  test("a held key whose lease is always about to end is not asked for all the time", async () => {
    const store = { ...watched(new MemoryStore()), asked: 0 };
    store.acquire = async () => (store.asked++, { status: "held", leaseMs: 0 });
    await assert.rejects(createRunOnce({ store }).runOnce("k", assert.fail, { waitTimeout: 1500 }), code("ERR_IN_PROGRESS"));
    assert.ok(store.asked < 60, `asked ${store.asked} times`);
  });
});

/** The memory store behind clients that answer in other types, as their settings make them. */
describe("answers in other types are read", () => {
  const bytes = (value) => Buffer.from(String(value));
  const types = {
    strings: String,
    Buffers: bytes,
    BigInts: (value) => (typeof value === "number" ? BigInt(Math.round(value)) : value),
    booleans: (value) => (value === 1 ? true : value === 0 ? false : value),
  };
  for (const [name, as] of Object.entries(types)) {
    describe(`Redis: ${name}`, { concurrency: 8 }, () => {
      const memory = new MemoryStore();
      const client = {
        async set() {
          throw new Error("ERR syntax error");
        },
        async evalsha() {
          throw new Error("NOSCRIPT");
        },
        async eval(script, _, key, ...args) {
          const hash = key.replace("run-once:", "");
          const answer = async () => {
            if (script.includes("'mismatch'")) {
              const [holder, leaseMs, ttlMs, token, fingerprint] = args;
              const {
                status,
                result,
                leaseMs: left,
              } = await memory.acquire(hash, { holder, token, leaseMs: Number(leaseMs), ttlMs: Number(ttlMs), fingerprint: fingerprint || undefined });
              const record = result === undefined ? "void\nh\n\nt\n" : `done\nh\n\nt\n${result}`;
              const detail = status === "done" ? record : left;
              return [name === "Buffers" ? bytes(status) : status, ...(detail === undefined ? [] : [as(detail)])];
            }
            if (script.includes("'DEL'") && script.includes("took")) return as(Number(await memory.release(hash, args[0])));
            if (script.includes("'void'")) return as(Number(await memory.complete(hash, args[0], args[2], Number(args[1]))));
            return as(Number(await memory.renew(hash, args[0], Number(args[1]), Number(args[2]))));
          };
          return answer();
        },
      };
      for (const { name, run } of storeConformance(() => new RedisStore(client))) test(name, run);
    });
  }

  const upper = (row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key.toUpperCase(), value]));
  for (const [name, shape] of [
    ["upper-cased columns", upper],
    ["numbers as strings", (row) => (row.lease == null ? row : { ...row, lease: String(row.lease) })],
  ]) {
    test(`PostgreSQL: ${name}`, async () => {
      const row = (found) => new PostgresStore({ query: async () => ({ rows: [shape(found)] }) }).acquire("h", {});
      assert.deepEqual(await row({ status: "held", result: null, lease: 12.5 }), { status: "held", leaseMs: 12.5 });
      assert.deepEqual(await row({ status: "done", result: "1", lease: null }), { status: "done", result: "1" });
      assert.deepEqual(await row({ status: "done", result: null, lease: null }), { status: "done", result: undefined });
    });
  }

  for (const [name, answer] of [
    ["no rows", []],
    ["rows as arrays", { rows: [["acquired", null, null]] }],
    ["an empty answer", { rows: [] }],
    ["nothing", undefined],
  ]) {
    test(`PostgreSQL: ${name} are refused`, async () => {
      const { runOnce } = createRunOnce({ store: new PostgresStore({ query: async () => answer }) });
      await assert.rejects(runOnce("k", assert.fail), (error) => code("ERR_STORE")(error) && /the store answered/.test(error.message));
    });
  }
});
