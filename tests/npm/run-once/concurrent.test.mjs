/** Calls at once, in one process and in several; signals that end them. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { counter, deferred, watched } from "./fake-stores.mjs";
import { code, createRunOnce, MemoryStore, stayAlive } from "./setting.mjs";

stayAlive();

describe("calls at once in one process", () => {
  test("run the callback once and share its outcome, value or error", async () => {
    const store = watched(new MemoryStore());
    const { counts, onEvent } = counter();
    const { runOnce } = createRunOnce({ store, onEvent });
    let runs = 0;
    const value = { n: 1 };
    const results = await Promise.all(Array.from({ length: 100 }, () => runOnce("k", async () => (runs++, value))));
    assert.equal(runs, 1);
    assert.equal(results[0], value, "the one whose callback ran has what it returned");
    for (const result of results) assert.deepEqual(result, value);
    assert.equal(new Set(results).size, 100, "each other a value of its own");
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
    const first = runOnce(
      "k",
      async (_, { signal }) => {
        signal.addEventListener("abort", () => stopped.reject(signal.reason));
        return stopped.promise;
      },
      { signal: one.signal },
    );
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
