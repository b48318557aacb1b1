/** Leases, and stores that fail or lose their answers when told to. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { counter, deferred, watched } from "./fake-stores.mjs";
import { code, createRunOnce, MemoryStore, stayAlive } from "./setting.mjs";

stayAlive();

describe("leases", () => {
  test("are renewed while the callback runs, so that a slow one is not taken over", async () => {
    const store = watched(new MemoryStore());
    const [a, b] = [createRunOnce({ store, lease: 900 }), createRunOnce({ store, lease: 900 })];
    const first = a.runOnce("k", () => sleep(3000, "slow"));
    assert.equal(await b.runOnce("k", assert.fail, { waitTimeout: "15s" }), "slow");
    assert.equal(await first, "slow");
    const renewals = store.log.filter((operation) => operation === "renew").length;
    assert.ok(renewals >= 3 && renewals <= 10, `renewed ${renewals} times in 3000 ms`);
    const after = store.log.length;
    await sleep(700);
    assert.equal(store.log.length, after, "nothing is renewed afterwards");
  });

  test("of a dead holder are taken over, and the callback is told", async () => {
    const memory = new MemoryStore();
    const dead = watched(memory, (operation) => operation === "renew" && Promise.reject(new Error("cut off")));
    const { counts, onEvent } = counter();
    const held = deferred();
    const a = createRunOnce({ store: dead, lease: 300 });
    const b = createRunOnce({ store: memory, lease: 300, onEvent });
    const running = deferred();
    const first = a.runOnce("k", () => {
      running.resolve();
      return held.promise;
    });
    await running.promise;
    assert.equal(await b.runOnce("k", (_, { takenOver }) => takenOver), true);
    assert.deepEqual(counts, { wait: 1, takeover: 1, publish: 1 });
    held.resolve("stale");
    await assert.rejects(first, (error) => {
      code("ERR_LEASE_LOST")(error);
      assert.equal(error.result, "stale");
      return true;
    });
    assert.equal(await a.runOnce("k", assert.fail), true, "the stale result was not published");
  });

  test("that were lost abort the callback's signal", async () => {
    let now = 0;
    const store = new MemoryStore({ now: () => now });
    const { counts, onEvent } = counter();
    const a = createRunOnce({ store, lease: 300, onEvent });
    const seen = deferred();
    const first = a.runOnce("k", async (_, { signal }) => {
      now += 1000;
      await createRunOnce({ store, lease: "1h" }).runOnce("k", () => "other");
      signal.addEventListener("abort", () => seen.resolve(signal.reason));
      code("ERR_LEASE_LOST")(await seen.promise);
      return "mine";
    });
    await assert.rejects(first, code("ERR_LEASE_LOST"));
    assert.deepEqual(counts, { miss: 1, lost: 1 });
  });

  test("a lost holder that throws leaves the new holder's record alone", async () => {
    let now = 0;
    const store = new MemoryStore({ now: () => now });
    const a = createRunOnce({ store, lease: 60_000 });
    const other = deferred();
    let second;
    const error = new Error("mine");
    await assert.rejects(
      a.runOnce("k", async () => {
        now += 60_001;
        second = createRunOnce({ store }).runOnce("k", () => other.promise);
        await sleep(10);
        throw error;
      }),
      (found) => found === error,
    );
    await assert.rejects(a.runOnce("k", assert.fail, { waitTimeout: 0 }), code("ERR_IN_PROGRESS"));
    other.resolve("theirs");
    assert.equal(await second, "theirs");
  });

  test("a failing renewal is reported, tried again, and no reason to stop", async () => {
    let failures = 0;
    const store = watched(new MemoryStore(), (operation) => {
      if (operation === "renew" && failures++ < 2) throw new Error("cut off");
    });
    const events = [];
    const { runOnce } = createRunOnce({ store, lease: 900, onEvent: (event) => events.push(event) });
    assert.equal(await runOnce("k", () => sleep(2000, 1)), 1);
    const errors = events.filter(({ type }) => type === "store-error");
    assert.deepEqual(
      errors.map(({ operation, error }) => [operation, error.message]),
      [
        ["renew", "cut off"],
        ["renew", "cut off"],
      ],
    );
    assert.ok(failures > 2);
  });
});

describe("a store that fails", () => {
  test("before the callback: StoreError with the cause, and the callback is not run", async () => {
    const cause = new Error("ECONNREFUSED");
    const { runOnce } = createRunOnce({ store: watched(new MemoryStore(), () => Promise.reject(cause)) });
    await assert.rejects(runOnce("k", assert.fail), (error) => {
      code("ERR_STORE")(error);
      assert.equal(error.cause, cause);
      assert.match(error.message, /the callback was not run: ECONNREFUSED/);
      return true;
    });
  });

  test("for a moment when publishing: asked again, and the callback has run once", async () => {
    let failures = 0;
    const { counts, onEvent } = counter();
    const store = watched(new MemoryStore(), (operation) => {
      if (operation === "complete" && failures++ < 2) throw new Error("restarting");
    });
    let runs = 0;
    const { runOnce } = createRunOnce({ store, onEvent });
    assert.equal(await runOnce("k", () => ++runs), 1);
    assert.equal(await runOnce("k", assert.fail), 1);
    assert.deepEqual(counts, { miss: 1, "store-error": 2, publish: 1, hit: 1 });
  });

  test("by losing the answer when publishing: the result counts", async () => {
    let lost = 0;
    const store = watched(new MemoryStore(), undefined, (operation) => {
      if (operation === "complete" && lost++ === 0) throw new Error("reset");
    });
    let runs = 0;
    const { runOnce } = createRunOnce({ store });
    assert.equal(await runOnce("k", () => ++runs), 1);
    assert.equal(await runOnce("k", assert.fail), 1);
  });

  test("for good when publishing: PublishError with cause and result, the callback has run once, the key is held", async () => {
    const cause = new Error("out of memory");
    let runs = 0;
    const store = watched(new MemoryStore(), (operation) => operation === "complete" && Promise.reject(cause));
    const { runOnce } = createRunOnce({ store });
    await assert.rejects(
      runOnce("k", () => ++runs),
      (error) => {
        code("ERR_PUBLISH")(error);
        assert.equal(error.cause, cause);
        assert.equal(error.result, 1);
        return true;
      },
    );
    assert.equal(runs, 1);
    assert.ok(!store.log.includes("release"), "a success is not given back as a failure");
    await assert.rejects(runOnce("k", assert.fail, { waitTimeout: 0 }), code("ERR_IN_PROGRESS"));
  });

  test("when giving the key back: the callback's own error is what the caller gets", async () => {
    const error = new Error("mine");
    const events = [];
    const store = watched(new MemoryStore(), (operation) => operation === "release" && Promise.reject(new Error("cut off")));
    const { runOnce } = createRunOnce({ store, onEvent: (event) => events.push(event.type) });
    await assert.rejects(
      runOnce("k", () => Promise.reject(error)),
      (found) => found === error,
    );
    assert.deepEqual(events, ["miss", "store-error", "fail"]);
  });
});
