/** What callers give and get: keys that are missing an id, results of any class, signals, reasons of errors. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { deferred, watched } from "./fake-stores.mjs";
import { code, createRunOnce, keys, MemoryStore, stayAlive } from "./setting.mjs";

stayAlive();

describe("keys", () => {
  for (const [name, key, message] of [
    ["NaN", Number.NaN, /^the key is NaN/],
    ["a part that is NaN", ["charge", Number(undefined)], /^part 1 of the key is NaN/],
  ]) {
    test(`${name} is refused, before anything is asked`, async () => {
      const store = watched(new MemoryStore());
      const { runOnce, runOnceLocalOnly } = createRunOnce({ store });
      for (const call of [runOnce, runOnceLocalOnly]) {
        await assert.rejects(call(key, assert.fail), (error) => code("ERR_INVALID_KEY")(error) && message.test(error.message));
      }
      assert.deepEqual(store.log, []);
    });
  }

  test("createSync keeps the SDK's bytes for NaN", () => {
    const { idempotencyKeys } = keys;
    assert.equal(
      idempotencyKeys.createSync(["charge", Number.NaN], { scope: "global" }).hash,
      idempotencyKeys.createSync("charge-NaN", { scope: "global" }).hash,
    );
  });
});

describe("results", () => {
  /** A small codec with dates, as superjson or devalue have. */
  const codec = {
    serialize: (value) =>
      JSON.stringify(value, function (key, inner) {
        return this[key] instanceof Date ? { date: this[key].getTime() } : inner;
      }),
    parse: (text) => JSON.parse(text, (_, inner) => (inner?.date === undefined ? inner : new Date(inner.date))),
  };

  test("of a class are carried by serialize and parse", async () => {
    const store = new MemoryStore();
    const at = new Date(5);
    assert.deepEqual(await createRunOnce({ store, ...codec }).runOnce("k", () => ({ at })), { at });
    assert.deepEqual(await createRunOnce({ store, ...codec }).runOnce("k", assert.fail), { at });
    assert.equal(await createRunOnce({ store, ...codec }).runOnce("u", () => undefined), undefined);
  });

  test("that can't be stored: the error says that the callback ran", async () => {
    await assert.rejects(
      createRunOnce().runOnce("k", () => new Date(0)),
      /result is a Date, .*\. The callback has run, and its result is not stored: the next call runs it again$/,
    );
    const cause = new Error("cyclic");
    const broken = createRunOnce({
      serialize() {
        throw cause;
      },
      parse: JSON.parse,
    });
    await assert.rejects(
      broken.runOnce("k", () => 1),
      (error) => code("ERR_INVALID_RESULT")(error) && error.cause === cause && /callback has run/.test(error.message),
    );
    await assert.rejects(
      createRunOnce({ serialize: () => 1, parse: JSON.parse }).runOnce("k", () => 1),
      /serialize made number of the result, expected a string/,
    );
  });

  test("that can't be parsed are a StoreError, and nothing is run", async () => {
    const store = new MemoryStore();
    await createRunOnce({ store, serialize: () => "{", parse: JSON.parse }).runOnce("k", () => 1);
    await assert.rejects(
      createRunOnce({ store }).runOnce("k", assert.fail),
      (error) => code("ERR_STORE")(error) && /the stored result of "k" can't be parsed/.test(error.message),
    );
  });

  test("serialize goes with parse", () => {
    assert.throws(() => createRunOnce({ serialize: JSON.stringify }), code("ERR_INVALID_ARGUMENT"));
    assert.throws(() => createRunOnce({ parse: JSON.parse }), code("ERR_INVALID_ARGUMENT"));
  });

  test("of joined callers, and of a shared hit, are each caller's own", async () => {
    const { runOnce } = createRunOnce();
    for (const round of ["first", "hit"]) {
      const [one, two] = await Promise.all([runOnce("k", async () => ({ n: [1] })), runOnce("k", assert.fail)]);
      one.n.push(round);
      assert.deepEqual(two, { n: [1] });
    }
  });
});

describe("durations", () => {
  test("that can't be read are about the setting, not about a server", () => {
    assert.throws(
      () => createRunOnce({ lease: "1w" }),
      (error) => code("ERR_INVALID_TTL")(error) && /^lease is "1w", expected/.test(error.message) && !/server/.test(error.message),
    );
  });
});

describe("signals", () => {
  /** As npm's abort-controller makes them: an EventTarget with `aborted`, and no more. */
  function oldSignal() {
    const signal = Object.assign(new EventTarget(), { aborted: false });
    return { signal, abort: () => ((signal.aborted = true), signal.dispatchEvent(new Event("abort"))) };
  }

  test("of polyfills end a wait with an AbortError, before and during", async () => {
    const { runOnce } = createRunOnce();
    const work = deferred();
    void runOnce("k", () => work.promise);
    const { signal, abort } = oldSignal();
    const waiting = runOnce("k", assert.fail, { signal });
    abort();
    await assert.rejects(waiting, { name: "AbortError" });
    await assert.rejects(runOnce("k", assert.fail, { signal }), { name: "AbortError" });
    work.resolve(1);
  });

  test("of many calls have one listener, which goes with the last of them", async () => {
    const { runOnce } = createRunOnce();
    const { signal } = new AbortController();
    let added = 0;
    const { addEventListener, removeEventListener } = signal;
    let most = 0;
    signal.addEventListener = (...args) => ((most = Math.max(most, ++added)), addEventListener.apply(signal, args));
    signal.removeEventListener = (...args) => (added--, removeEventListener.apply(signal, args));
    const calls = Array.from({ length: 40 }, (_, index) => runOnce(`k${index % 20}`, async () => index, { signal }));
    assert.equal(added, 1);
    await Promise.all(calls);
    assert.deepEqual([most, added], [1, 0]);
  });
});

describe("reasons", () => {
  class ClientTimeoutError extends Error {}
  const causes = [
    [Object.assign(new AggregateError([], ""), { code: "ECONNREFUSED" }), /not run: ECONNREFUSED$/],
    [new ClientTimeoutError(), /not run: ClientTimeoutError$/],
    ["", /not run: an empty string was thrown$/],
    [undefined, /not run: undefined$/],
    [Object.create(null), /not run: what was thrown can't be made a string$/],
    ["a string", /not run: a string$/],
  ];
  for (const [cause, message] of causes) {
    test(`never empty: ${message}`, async () => {
      const { runOnce } = createRunOnce({ store: watched(new MemoryStore(), () => Promise.reject(cause)) });
      await assert.rejects(runOnce("k", assert.fail), (error) => code("ERR_STORE")(error) && message.test(error.message));
    });
  }

  test("a lost lease doesn't blame another holder where the record vanished", async () => {
    const store = new MemoryStore();
    const { runOnce } = createRunOnce({ store: { ...watched(store), complete: async () => false } });
    await assert.rejects(
      runOnce("k", () => 1),
      (error) => code("ERR_LEASE_LOST")(error) && /or its record was deleted or has expired/.test(error.message),
    );
  });
});
