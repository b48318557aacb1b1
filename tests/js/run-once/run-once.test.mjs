/** What `runOnce` does, over stores in memory that fail or lose their answers when told to. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { counter, deferred, watched } from "./doubles.mjs";
import { required, runOnce as entry } from "./package.mjs";

const { createRunOnce, keys, MemoryStore } = entry;
const { idempotencyKeys } = keys;

// A renewal doesn't keep the process alive; here some callbacks wait for nothing else.
const alive = setInterval(() => {}, 1000);
after(() => clearInterval(alive));

const ctx = { run: { id: "run_1" } };
const code = (expected) => (error) => {
  assert.ok(error instanceof keys.IdempotencyKeyError, String(error));
  assert.equal(error.code, expected);
  return true;
};

describe("a call", () => {
  test("runs the callback with the hash of a run-scoped key, and returns what it returns", async () => {
    const { runOnce } = createRunOnce({ ctx });
    const seen = [];
    const result = await runOnce("charge", async (...args) => {
      seen.push(args);
      return { id: "ch_1" };
    });
    assert.deepEqual(result, { id: "ch_1" });
    assert.equal(seen.length, 1);
    const [hash, execution] = seen[0];
    assert.equal(hash, idempotencyKeys.createSync("charge", { scope: "run", ctx }).hash);
    assert.equal(execution.takenOver, false);
    assert.equal(execution.signal.aborted, false);
  });

  test("returns the stored result from then on, without the callback", async () => {
    const { runOnce } = createRunOnce();
    await runOnce("k", () => ({ a: [1, null, "é\ud800"] }));
    for (let again = 0; again < 2; again++) {
      assert.deepEqual(await runOnce("k", assert.fail), { a: [1, null, "é\ud800"] });
    }
  });

  test("keeps undefined as undefined and null as null", async () => {
    const { runOnce } = createRunOnce();
    await runOnce("u", () => undefined);
    await runOnce("n", () => null);
    assert.equal(await runOnce("u", assert.fail), undefined);
    assert.equal(await runOnce("n", assert.fail), null);
  });

  test("that throws leaves nothing stored, passes the error on unchanged, and the next one runs", async () => {
    const store = new MemoryStore();
    const { runOnce } = createRunOnce({ store });
    const thrown = { not: "even an Error" };
    await assert.rejects(runOnce("k", () => Promise.reject(thrown)), (error) => error === thrown);
    assert.equal(store.size, 0);
    const sync = new Error("thrown at once");
    await assert.rejects(runOnce("k", () => { throw sync; }), (error) => error === sync);
    assert.equal(store.size, 0);
    assert.equal(await runOnce("k", () => 1), 1);
  });

  test("takes the context of the call, then of the instance; other runs have other keys", async () => {
    const { runOnce } = createRunOnce({ ctx: () => ctx });
    assert.equal(await runOnce("k", () => 1), 1);
    assert.equal(await runOnce("k", () => 2, { ctx: { run: { id: "run_2" } } }), 2);
    assert.equal(await runOnce("k", assert.fail, { ctx }), 1);
  });

  test("takes an IdempotencyKey as it is, whatever its scope", async () => {
    const { runOnce } = createRunOnce({ ctx });
    const key = idempotencyKeys.createSync("order-1", { scope: "global" });
    assert.equal(await runOnce(key, (hash) => hash), key.hash);
  });

  test("forgets the result after its ttl", async () => {
    let now = 0;
    const { runOnce } = createRunOnce({ store: new MemoryStore({ now: () => now }), ttl: "1m" });
    assert.equal(await runOnce("k", () => 1), 1);
    now = 59_999;
    assert.equal(await runOnce("k", () => 2), 1);
    now = 60_000;
    assert.equal(await runOnce("k", () => 3), 3);
  });

  test("stores the key's token, from which an operator reads the key", async () => {
    const claims = [];
    const store = watched(new MemoryStore(), (operation, [, claim]) => operation === "acquire" && claims.push(claim));
    await createRunOnce({ store, ctx }).runOnce("charge", () => 1);
    const key = keys.IdempotencyKey.fromToken(claims[0].token);
    assert.deepEqual(key.options, { key: "charge", scope: "run" });
    assert.equal(key.hash, idempotencyKeys.createSync("charge", { ctx }).hash);
  });

  test("asks the store once for a hit, twice for a miss, twice for a failure", async () => {
    const store = watched(new MemoryStore());
    const { runOnce } = createRunOnce({ store });
    await runOnce("k", () => 1);
    assert.deepEqual(store.log.splice(0), ["acquire", "complete"]);
    await runOnce("k", () => 1);
    assert.deepEqual(store.log.splice(0), ["acquire"]);
    await assert.rejects(runOnce("l", () => Promise.reject(new Error("no"))));
    assert.deepEqual(store.log.splice(0), ["acquire", "release"]);
  });

  test("works the same through require, on the same classes", async () => {
    const { createRunOnce: create } = required("idempotency-keys/run-once");
    const { IdempotencyKeyError } = required("idempotency-keys");
    const { runOnce } = create();
    assert.equal(await runOnce("k", () => 1), 1);
    await assert.rejects(runOnce("l", () => 1n), (error) => error instanceof IdempotencyKeyError);
  });
});

describe("runOnceLocalOnly", () => {
  test("calls back each time with the key of runOnce, and stores nothing", async () => {
    const store = watched(new MemoryStore());
    const { runOnce, runOnceLocalOnly } = createRunOnce({ store, ctx });
    const hashes = [await runOnceLocalOnly("k", (hash) => hash), await runOnceLocalOnly("k", async (hash) => hash)];
    assert.deepEqual(store.log, []);
    assert.deepEqual(hashes, [hashes[0], hashes[0]]);
    assert.equal(await runOnce("k", (hash) => hash), hashes[0]);
    const error = new Error("passed on");
    await assert.rejects(runOnceLocalOnly("k", () => { throw error; }), (found) => found === error);
  });
});

describe("calls at once in one process", () => {
  test("run the callback once and share its outcome, value or error", async () => {
    const store = watched(new MemoryStore());
    const { counts, onEvent } = counter();
    const { runOnce } = createRunOnce({ store, onEvent });
    let runs = 0;
    const value = { n: 1 };
    const results = await Promise.all(Array.from({ length: 100 }, () => runOnce("k", async () => (runs++, value))));
    assert.equal(runs, 1);
    assert.ok(results.every((result) => result === value));
    assert.deepEqual(store.log, ["acquire", "complete"]);
    assert.deepEqual(counts, { miss: 1, join: 99, publish: 1 });
    const error = new Error("no");
    const failures = await Promise.allSettled(Array.from({ length: 10 }, () => runOnce("l", () => Promise.reject(error))));
    assert.ok(failures.every(({ reason }) => reason === error));
  });

  test("share a hit, too", async () => {
    const store = watched(new MemoryStore());
    const { runOnce } = createRunOnce({ store });
    await runOnce("k", () => 1);
    store.log.length = 0;
    assert.deepEqual(await Promise.all([runOnce("k", assert.fail), runOnce("k", assert.fail)]), [1, 1]);
    assert.deepEqual(store.log, ["acquire"]);
  });

  test("give up on their own after waitTimeout, and the callback goes on", async () => {
    const { runOnce } = createRunOnce();
    const work = deferred();
    const first = runOnce("k", () => work.promise);
    await assert.rejects(runOnce("k", assert.fail, { waitTimeout: 20 }), code("ERR_IN_PROGRESS"));
    await assert.rejects(runOnce("k", assert.fail, { waitTimeout: 0 }), code("ERR_IN_PROGRESS"));
    work.resolve(1);
    assert.equal(await first, 1);
  });
});

describe("calls at once in several processes", () => {
  /** Two instances over one store meet as two processes do. */
  const two = (config = {}, store = new MemoryStore()) => [createRunOnce({ store, ...config }), createRunOnce({ store, ...config })];

  test("run the callback once; the others poll for its result", async () => {
    const store = new MemoryStore();
    const { counts, onEvent } = counter();
    const [a, b] = two({ onEvent }, store);
    const work = deferred();
    const first = a.runOnce("k", () => work.promise);
    const second = b.runOnce("k", assert.fail);
    await sleep(80);
    assert.deepEqual(counts, { miss: 1, wait: 1 });
    work.resolve({ a: 1 });
    assert.deepEqual(await first, { a: 1 });
    assert.deepEqual(await second, { a: 1 });
    assert.deepEqual(counts, { miss: 1, wait: 1, publish: 1, hit: 1 });
  });

  test("poll less and less often", async () => {
    const store = watched(new MemoryStore());
    const [a, b] = [createRunOnce({ store }), createRunOnce({ store })];
    const work = deferred();
    const first = a.runOnce("k", () => work.promise);
    await assert.rejects(b.runOnce("k", assert.fail, { waitTimeout: 600 }), code("ERR_IN_PROGRESS"));
    const polls = store.log.filter((operation) => operation === "acquire").length - 1;
    assert.ok(polls >= 3 && polls <= 8, `polled ${polls} times in 600 ms`);
    work.resolve(1);
    await first;
  });

  test("when the first fails, the next in line runs its own callback", async () => {
    const [a, b] = two();
    const work = deferred();
    const first = a.runOnce("k", () => work.promise);
    const second = b.runOnce("k", () => "second");
    work.reject(new Error("no"));
    await assert.rejects(first, /no/);
    assert.equal(await second, "second");
  });

  test("reject with InProgressError after waitTimeout, at once for 0, naming the key and when to retry", async () => {
    const [a, b] = two({ lease: "10s" });
    const work = deferred();
    const first = a.runOnce("order-1", () => work.promise);
    for (const waitTimeout of [0, 30]) {
      const started = performance.now();
      await assert.rejects(b.runOnce("order-1", assert.fail, { waitTimeout }), (error) => {
        code("ERR_IN_PROGRESS")(error);
        assert.equal(error.name, "InProgressError");
        assert.match(error.message, /"order-1" is in progress elsewhere .* within (0|30) ms/);
        assert.ok(error.retryAfterMs > 5000 && error.retryAfterMs <= 10_000, String(error.retryAfterMs));
        return true;
      });
      const took = performance.now() - started;
      assert.ok(took >= waitTimeout - 2 && took < waitTimeout + 5000, `took ${took} ms`);
    }
    work.resolve(1);
    assert.equal(await first, 1);
  });

  test("with waitTimeout 0 a stored result is still returned", async () => {
    const [a, b] = two();
    await a.runOnce("k", () => 1);
    assert.equal(await b.runOnce("k", assert.fail, { waitTimeout: 0 }), 1);
  });

  test("a caller that gave up doesn't run its callback when the key becomes free; one that stayed does", async () => {
    const [a, b] = two();
    const work = deferred();
    const first = a.runOnce("k", () => work.promise);
    const gone = b.runOnce("k", assert.fail, { waitTimeout: 20 });
    const stays = b.runOnce("k", () => "stayed");
    await assert.rejects(gone, code("ERR_IN_PROGRESS"));
    work.reject(new Error("no"));
    await assert.rejects(first);
    assert.equal(await stays, "stayed");
  });
});

describe("leases", () => {
  test("are renewed while the callback runs, so that a slow one is not taken over", async () => {
    const store = watched(new MemoryStore());
    const [a, b] = [createRunOnce({ store, lease: 300 }), createRunOnce({ store, lease: 300 })];
    const first = a.runOnce("k", () => sleep(1000, "slow"));
    assert.equal(await b.runOnce("k", assert.fail, { waitTimeout: "5s" }), "slow");
    assert.equal(await first, "slow");
    const renewals = store.log.filter((operation) => operation === "renew").length;
    assert.ok(renewals >= 3 && renewals <= 10, `renewed ${renewals} times in 1000 ms`);
    const after = store.log.length;
    await sleep(250);
    assert.equal(store.log.length, after, "nothing is renewed afterwards");
  });

  test("of a dead holder are taken over, and the callback is told", async () => {
    const memory = new MemoryStore();
    const dead = watched(memory, (operation) => operation === "renew" && Promise.reject(new Error("cut off")));
    const { counts, onEvent } = counter();
    const held = deferred();
    const a = createRunOnce({ store: dead, lease: 60 });
    const b = createRunOnce({ store: memory, lease: 60, onEvent });
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
    const a = createRunOnce({ store, lease: 60, onEvent });
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
    const { runOnce } = createRunOnce({ store, lease: 90, onEvent: (event) => events.push(event) });
    assert.equal(await runOnce("k", () => sleep(200, 1)), 1);
    const errors = events.filter(({ type }) => type === "store-error");
    assert.deepEqual(errors.map(({ operation, error }) => [operation, error.message]), [["renew", "cut off"], ["renew", "cut off"]]);
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
    await assert.rejects(runOnce("k", () => ++runs), (error) => {
      code("ERR_PUBLISH")(error);
      assert.equal(error.cause, cause);
      assert.equal(error.result, 1);
      return true;
    });
    assert.equal(runs, 1);
    assert.ok(!store.log.includes("release"), "a success is not given back as a failure");
    await assert.rejects(runOnce("k", assert.fail, { waitTimeout: 0 }), code("ERR_IN_PROGRESS"));
  });

  test("when giving the key back: the callback's own error is what the caller gets", async () => {
    const error = new Error("mine");
    const events = [];
    const store = watched(new MemoryStore(), (operation) => operation === "release" && Promise.reject(new Error("cut off")));
    const { runOnce } = createRunOnce({ store, onEvent: (event) => events.push(event.type) });
    await assert.rejects(runOnce("k", () => Promise.reject(error)), (found) => found === error);
    assert.deepEqual(events, ["miss", "store-error", "fail"]);
  });
});

describe("payloads", () => {
  test("of the same value share a result, whatever the order of their members", async () => {
    const { runOnce } = createRunOnce();
    await runOnce("k", () => 1, { payload: { a: 1, b: 2 } });
    assert.equal(await runOnce("k", assert.fail, { payload: { b: 2, a: 1 } }), 1);
    assert.equal(await runOnce("k", assert.fail), 1, "a call without one isn't checked");
  });

  test("that differ under one key are refused: stored, in this process, in another", async () => {
    const store = new MemoryStore();
    const [a, b] = [createRunOnce({ store }), createRunOnce({ store })];
    const work = deferred();
    const first = a.runOnce("k", () => work.promise, { payload: { amount: 1 } });
    const refused = (instance) => assert.rejects(instance.runOnce("k", assert.fail, { payload: { amount: 2 } }), code("ERR_PAYLOAD_MISMATCH"));
    await refused(a);
    await refused(b);
    work.resolve(1);
    await first;
    await refused(a);
    await refused(b);
  });

  test("of a failed call bind nothing", async () => {
    const { runOnce } = createRunOnce();
    await assert.rejects(runOnce("k", () => Promise.reject(new Error("no")), { payload: 1 }), /no/);
    assert.equal(await runOnce("k", () => "other", { payload: 2 }), "other");
  });
});

describe("signals", () => {
  const reason = new Error("enough");
  const is = (error) => error === reason;

  test("aborted beforehand: nothing is asked or run", async () => {
    const store = watched(new MemoryStore());
    await assert.rejects(createRunOnce({ store }).runOnce("k", assert.fail, { signal: AbortSignal.abort(reason) }), is);
    assert.deepEqual(store.log, []);
  });

  test("end a wait at once, with the signal's reason", async () => {
    const store = watched(new MemoryStore());
    const [a, b] = [createRunOnce({ store }), createRunOnce({ store })];
    const work = deferred();
    const first = a.runOnce("k", () => work.promise);
    const controller = new AbortController();
    const second = b.runOnce("k", assert.fail, { signal: controller.signal });
    await sleep(50);
    controller.abort(reason);
    await assert.rejects(second, is);
    const polls = store.log.length;
    await sleep(100);
    assert.equal(store.log.length, polls, "no more polls");
    work.resolve(1);
    await first;
  });

  test("while the store is asked: the key is given back unused", async () => {
    const memory = new MemoryStore();
    const asked = deferred();
    const store = watched(memory, (operation) => (operation === "acquire" ? asked.promise : undefined));
    const controller = new AbortController();
    const call = createRunOnce({ store }).runOnce("k", assert.fail, { signal: controller.signal });
    controller.abort(reason);
    await assert.rejects(call, is);
    asked.resolve();
    await sleep(10);
    assert.deepEqual(store.log, ["acquire", "release"]);
    assert.equal(memory.size, 0);
  });

  test("of the last caller abort the callback's, and what it throws then leaves nothing stored", async () => {
    const store = new MemoryStore();
    const { runOnce } = createRunOnce({ store });
    const [one, two] = [new AbortController(), new AbortController()];
    const stopped = deferred();
    const first = runOnce("k", async (_, { signal }) => {
      signal.addEventListener("abort", () => stopped.reject(signal.reason));
      return stopped.promise;
    }, { signal: one.signal });
    const second = runOnce("k", assert.fail, { signal: two.signal });
    await sleep(5);
    one.abort(reason);
    await assert.rejects(first, is);
    assert.equal(store.size, 1, "the other still waits, so the callback goes on");
    two.abort(new Error("me too"));
    await assert.rejects(second, /me too/);
    await assert.rejects(stopped.promise, /me too/);
    await sleep(5);
    assert.equal(store.size, 0);
    assert.equal(await runOnce("k", () => "fresh"), "fresh");
  });

  test("don't stop a callback that ignores its own: its result is published", async () => {
    const { runOnce } = createRunOnce();
    const work = deferred();
    const controller = new AbortController();
    const call = runOnce("k", () => work.promise, { signal: controller.signal });
    await sleep(5);
    controller.abort(reason);
    await assert.rejects(call, is);
    const later = runOnce("k", assert.fail);
    work.resolve("kept");
    assert.equal(await later, "kept");
  });

  test("leave no listeners behind", async () => {
    const { runOnce } = createRunOnce();
    const { signal } = new AbortController();
    const added = [];
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args) => (added.push(args[1]), addEventListener.apply(signal, args));
    signal.removeEventListener = (...args) => (added.splice(added.indexOf(args[1]), 1), removeEventListener.apply(signal, args));
    await runOnce("k", () => 1, { signal });
    await runOnce("k", assert.fail, { signal });
    assert.equal(added.length, 0);
  });
});

describe("results", () => {
  class Money {
    amount = 1;
  }
  const cycle = { list: [] };
  cycle.list.push(cycle);
  let deep = [];
  for (let depth = 0; depth < 100_000; depth++) deep = [deep];
  const refused = [
    ["a function", { then_: { "on close": () => 1 } }, 'result.then_["on close"]', /is a function/],
    ["a function itself", () => 1, "result", /is a function/],
    ["a bigint", [{ n: 1n }], "result[0].n", /is a bigint, .* String\(value\)/],
    ["a symbol", { s: Symbol("x") }, "result.s", /is a symbol/],
    ["NaN", { a: [1, Number.NaN] }, "result.a[1]", /is NaN/],
    ["an infinity", -Infinity, "result", /is -Infinity/],
    ["undefined in a list", [undefined], "result[0]", /is undefined inside a list/],
    ["a hole in a list", [1, , 2], "result[1]", /is undefined inside a list/],
    ["a cycle", cycle, "result.list[0]", /contains itself/],
    ["a Date", { at: new Date(0) }, "result.at", /is a Date/],
    ["a Map", new Map(), "result", /is a Map/],
    ["a typed array", { b: new Uint8Array(1) }, "result.b", /is an Uint8Array/],
    ["an instance of a class", { m: new Money() }, "result.m", /is a Money/],
    ["an Error", new Error("x"), "result", /is an Error/],
    ["a boxed number", Object(1), "result", /is a Number/],
    ["a list with a name", Object.assign([1], { index: 0 }), "result.index", /a named property of a list/],
    ["a bottomless list", deep, "result", /nested too deeply/],
  ];
  for (const [name, value, path, message] of refused) {
    test(`that are or have ${name} are refused by path, and count as a failure`, async () => {
      const store = new MemoryStore();
      const { counts, onEvent } = counter();
      const { runOnce } = createRunOnce({ store, onEvent });
      await assert.rejects(runOnce("k", () => ({ promised: value })).then(({ promised }) => promised), (error) => {
        code("ERR_INVALID_RESULT")(error);
        assert.equal(error.path, path === "result" ? (name === "a bottomless list" ? "result" : "result.promised") : path.replace("result", "result.promised"));
        assert.match(error.message, message);
        return true;
      });
      assert.equal(store.size, 0);
      assert.deepEqual(counts, { miss: 1, fail: 1 });
      assert.equal(await runOnce("k", () => "fixed"), "fixed");
    });
  }

  const carried = [
    "", "text\u0000\ud800", 0, -1.5e300, true, null, [], {}, [[], {}, null], { __proto__: null, a: 1 },
    { a: { b: [{ c: "d" }] }, "": 0 }, JSON.parse('{"__proto__":{"x":1}}'),
  ];
  for (const value of carried) {
    test(`come back equal: ${JSON.stringify(value)}`, async () => {
      const { runOnce } = createRunOnce();
      assert.equal(await runOnce("k", () => value), value);
      const again = await runOnce("k", assert.fail);
      assert.equal(JSON.stringify(again), JSON.stringify(value));
      assert.deepEqual(again, value === null || typeof value !== "object" || Array.isArray(value) ? value : { ...value });
    });
  }

  test("may share parts, and may have members that are undefined, which read the same", async () => {
    const { runOnce } = createRunOnce();
    const part = { x: 1 };
    await runOnce("k", () => ({ a: part, b: part, c: undefined }));
    const again = await runOnce("k", assert.fail);
    assert.deepEqual(again, { a: { x: 1 }, b: { x: 1 } });
    assert.equal(again.c, undefined);
  });
});

describe("bad input", () => {
  const bad = [
    ["a callback that is none", () => createRunOnce().runOnce("k", 1), "ERR_INVALID_ARGUMENT", /the callback is number, expected a function/],
    ["a store that is none", () => createRunOnce({ store: {} }), "ERR_INVALID_ARGUMENT", /the store has no method "acquire"/],
    ["a store that is null", () => createRunOnce({ store: { acquire() {}, renew() {}, complete() {} } }), "ERR_INVALID_ARGUMENT", /no method "release"/],
    ["a key that is none", () => createRunOnce().runOnce(null, () => 1), "ERR_INVALID_KEY", /null/],
    ["a ttl of another form", () => createRunOnce({ ttl: "1h30m" }), "ERR_INVALID_TTL", /1h30m/],
    ["a ttl of 0", () => createRunOnce({ ttl: 0 }), "ERR_INVALID_TTL", /ttl is 0, expected whole milliseconds from 1 to 3153600000000 \(36500 days\), or a text such as "60s"/],
    ["a lease that is no number", () => createRunOnce({ lease: Number.NaN }), "ERR_INVALID_TTL", /lease is NaN/],
    ["a ttl of more than a century", () => createRunOnce({ ttl: "36501d" }), "ERR_INVALID_TTL", /ttl is 36501d, /],
    ["a ttl without end", () => createRunOnce({ ttl: Infinity }), "ERR_INVALID_TTL", /ttl is Infinity, /],
    ["a fraction", () => createRunOnce({ lease: 1.5 }), "ERR_INVALID_TTL", /lease is 1.5/],
    ["a negative wait", () => createRunOnce().runOnce("k", () => 1, { waitTimeout: -1 }), "ERR_INVALID_TTL", /waitTimeout is -1, expected whole milliseconds from 0 to/],
    ["a payload that has no canonical form", () => createRunOnce().runOnce("k", () => 1, { payload: { a: 1n } }), "ERR_INVALID_PAYLOAD", /a/],
    ["a Redis client of another kind", () => new entry.RedisStore({}), "ERR_INVALID_ARGUMENT", /neither evalsha nor evalSha/],
    ["a PostgreSQL client of another kind", () => new entry.PostgresStore({}), "ERR_INVALID_ARGUMENT", /no query function/],
    ["a table's name with a quote", () => entry.postgresMigration('a"b'), "ERR_INVALID_ARGUMENT", /the table's name is/],
    ["a table's name with a space", () => new entry.SqliteStore({ prepare() {} }, { table: "a b" }), "ERR_INVALID_ARGUMENT", /the table's name is "a b"/],
    ["an SQLite database of another kind", () => new entry.SqliteStore({}), "ERR_INVALID_ARGUMENT", /no prepare function/],
    ["a Durable Object's storage of another kind", () => new entry.DurableObjectStore({}), "ERR_INVALID_ARGUMENT", /no transaction function/],
  ];
  for (const [name, call, expected, message] of bad) {
    test(`${name}: ${expected}`, async () => {
      await assert.rejects(async () => call(), (error) => {
        code(expected)(error);
        assert.match(error.message, message);
        return true;
      });
    });
  }
});

describe("events", () => {
  test("carry the key, and a hook that throws changes nothing", async () => {
    const seen = [];
    const { runOnce } = createRunOnce({
      onEvent(event) {
        seen.push([event.type, event.key.key]);
        throw new Error("hook");
      },
    });
    assert.equal(await runOnce(["order", "1"], () => 1), 1);
    assert.deepEqual(seen, [["miss", "order-1"], ["publish", "order-1"]]);
  });

  test("may be told to an async hook, whose rejection is nobody's", async () => {
    const { runOnce } = createRunOnce({ onEvent: () => Promise.reject(new Error("hook")) });
    assert.equal(await runOnce("k", () => 1), 1);
    await sleep(5);
  });
});

describe("the process", () => {
  test("is not kept alive by a lease's renewal", async () => {
    const { execFileSync } = await import("node:child_process");
    const script = `import { runOnce as e } from ${JSON.stringify(new URL("package.mjs", import.meta.url).href)};
      void e.createRunOnce().runOnce("k", () => new Promise(() => {})); console.log("started");`;
    const started = performance.now();
    assert.equal(execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8", timeout: 15_000 }), "started\n");
    assert.ok(performance.now() - started < 10_000);
  });
});

describe("the memory store", () => {
  test("drops expired records as new ones come", async () => {
    let now = 0;
    const store = new MemoryStore({ now: () => now });
    const { runOnce } = createRunOnce({ store, ttl: "1s" });
    for (let index = 0; index < 10_000; index++) {
      now += 10;
      await runOnce(`k${index}`, () => index);
    }
    assert.ok(store.size < 2100, `${store.size} records, of which 100 are alive`);
    assert.equal(await runOnce("k9999", assert.fail), 9999);
  });
});
