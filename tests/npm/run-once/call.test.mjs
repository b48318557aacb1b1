/** What a call of `runOnce` does: its key, its result, what it refuses, what it tells. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { counter, deferred, watched } from "./fake-stores.mjs";
import { required, runOnce as entry } from "./package.mjs";
import { code, createRunOnce, ctx, idempotencyKeys, keys, MemoryStore, stayAlive } from "./setting.mjs";

stayAlive();

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

  test("options that are no object, and names that no option has, are refused before the callback runs: a misspelt payload would go unchecked", async () => {
    const { runOnce, runOnceLocalOnly } = createRunOnce();
    for (const call of [runOnce, runOnceLocalOnly]) {
      for (const [options, message] of [
        [{ paylod: 1 }, /no "paylod".*write "payload"/],
        [{ scope: "global" }, /no "scope"/],
        ["x", /are a string/],
        [Promise.resolve({}), /are a promise/],
        [idempotencyKeys.createSync("a"), /are a key/],
      ]) {
        await assert.rejects(call("k", assert.fail, options), { code: "ERR_INVALID_ARGUMENT", message });
      }
      assert.equal(await call("k", () => 1, undefined), 1);
      assert.equal(await call("k", () => 1, null), 1);
    }
    assert.throws(() => createRunOnce({ leese: "5s" }), { code: "ERR_INVALID_ARGUMENT", message: /settings have no "leese".*write "lease"/ });
    assert.throws(() => createRunOnce(Promise.resolve({})), { code: "ERR_INVALID_ARGUMENT", message: /settings are a promise/ });
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
    await assert.rejects(
      runOnce("k", () => Promise.reject(thrown)),
      (error) => error === thrown,
    );
    assert.equal(store.size, 0);
    const sync = new Error("thrown at once");
    await assert.rejects(
      runOnce("k", () => {
        throw sync;
      }),
      (error) => error === sync,
    );
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
    await assert.rejects(
      runOnce("l", () => 1n),
      (error) => error instanceof IdempotencyKeyError,
    );
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
    await assert.rejects(
      runOnceLocalOnly("k", () => {
        throw error;
      }),
      (found) => found === error,
    );
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
    await assert.rejects(
      runOnce("k", () => Promise.reject(new Error("no")), { payload: 1 }),
      /no/,
    );
    assert.equal(await runOnce("k", () => "other", { payload: 2 }), "other");
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
    ["undefined in a list", [undefined], "result[0]", /is undefined inside an array/],
    ["a hole in a list", [1, , 2], "result[1]", /is undefined inside an array/],
    ["a cycle", cycle, "result.list[0]", /contains itself/],
    ["a Date", { at: new Date(0) }, "result.at", /is a Date/],
    ["a Map", new Map(), "result", /is a Map/],
    ["a typed array", { b: new Uint8Array(1) }, "result.b", /is an Uint8Array/],
    ["an instance of a class", { m: new Money() }, "result.m", /is a Money/],
    ["an Error", new Error("x"), "result", /is an Error/],
    ["a boxed number", Object(1), "result", /is a Number/],
    ["a list with a name", Object.assign([1], { index: 0 }), "result.index", /a named property of an array/],
    ["a bottomless list", deep, "result", /nested too deeply/],
  ];
  for (const [name, value, path, message] of refused) {
    test(`that are or have ${name} are refused by path, and count as a failure`, async () => {
      const store = new MemoryStore();
      const { counts, onEvent } = counter();
      const { runOnce } = createRunOnce({ store, onEvent });
      await assert.rejects(
        runOnce("k", () => ({ promised: value })).then(({ promised }) => promised),
        (error) => {
          code("ERR_INVALID_RESULT")(error);
          assert.equal(
            error.path,
            path === "result" ? (name === "a bottomless list" ? "result" : "result.promised") : path.replace("result", "result.promised"),
          );
          assert.match(error.message, message);
          return true;
        },
      );
      assert.equal(store.size, 0);
      assert.deepEqual(counts, { miss: 1, fail: 1 });
      assert.equal(await runOnce("k", () => "fixed"), "fixed");
    });
  }

  const carried = [
    "",
    "text\u0000\ud800",
    0,
    -1.5e300,
    true,
    null,
    [],
    {},
    [[], {}, null],
    { __proto__: null, a: 1 },
    { a: { b: [{ c: "d" }] }, "": 0 },
    JSON.parse('{"__proto__":{"x":1}}'),
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
  const redis = { set() {}, eval() {}, evalsha() {} };
  const upstash = { url: "https://redis.example", token: "t" };
  const bad = [
    ["a callback that is none", () => createRunOnce().runOnce("k", 1), "ERR_INVALID_ARGUMENT", /the callback is number, expected a function/],
    ["a store that is none", () => createRunOnce({ store: {} }), "ERR_INVALID_ARGUMENT", /the store has no method "acquire"/],
    [
      "a store without an operation",
      () => createRunOnce({ store: { acquire() {}, renew() {}, complete() {} } }),
      "ERR_INVALID_ARGUMENT",
      /no method "release"/,
    ],
    ["a store that is null", () => createRunOnce({ store: null }), "ERR_INVALID_ARGUMENT", /the store has no method "acquire"/],
    ["a store as the settings", () => createRunOnce(new MemoryStore()), "ERR_INVALID_ARGUMENT", /the settings are a store: pass \{ store \}/],
    ["settings that are null", () => createRunOnce(null), "ERR_INVALID_ARGUMENT", /the settings are null, expected an object/],
    [
      "settings that are a URL",
      () => createRunOnce("redis://:secret@host"),
      "ERR_INVALID_ARGUMENT",
      /^the settings are string, expected an object, such as \{ store \}$/,
    ],
    ["a key that is none", () => createRunOnce().runOnce(null, () => 1), "ERR_INVALID_KEY", /null/],
    ["a ttl of another form", () => createRunOnce({ ttl: "1h30m" }), "ERR_INVALID_TTL", /1h30m/],
    [
      "a ttl of 0",
      () => createRunOnce({ ttl: 0 }),
      "ERR_INVALID_TTL",
      /ttl is 0, expected whole milliseconds from 1 to 3153600000000 \(36500 days\), or a string of digits and one of s, m, h, d, such as "60s"/,
    ],
    ["a lease that is no number", () => createRunOnce({ lease: Number.NaN }), "ERR_INVALID_TTL", /lease is NaN/],
    ["a ttl of more than a century", () => createRunOnce({ ttl: "36501d" }), "ERR_INVALID_TTL", /ttl is "36501d", /],
    ["a ttl without end", () => createRunOnce({ ttl: Infinity }), "ERR_INVALID_TTL", /ttl is Infinity, /],
    ["a fraction", () => createRunOnce({ lease: 1.5 }), "ERR_INVALID_TTL", /lease is 1.5/],
    [
      "a negative wait",
      () => createRunOnce().runOnce("k", () => 1, { waitTimeout: -1 }),
      "ERR_INVALID_TTL",
      /waitTimeout is -1, expected whole milliseconds from 0 to/,
    ],
    ["a payload that has no canonical form", () => createRunOnce().runOnce("k", () => 1, { payload: { a: 1n } }), "ERR_INVALID_PAYLOAD", /a/],
    ["a Redis client of another kind", () => new entry.RedisStore({}), "ERR_INVALID_ARGUMENT", /neither evalsha nor evalSha/],
    [
      "a Redis URL",
      () => new entry.RedisStore("redis://:secret@host"),
      "ERR_INVALID_ARGUMENT",
      /^the Redis client is a string or URL, expected a client: pass a client of ioredis/,
    ],
    ["a Redis client that is missing", () => new entry.RedisStore(undefined), "ERR_INVALID_ARGUMENT", /the Redis client is undefined/],
    [
      "a client of @upstash/redis",
      () => new entry.RedisStore({ set() {}, eval() {}, evalsha() {}, scriptLoad() {}, createScript() {} }),
      "ERR_INVALID_ARGUMENT",
      /one of @upstash\/redis: use UpstashStore/,
    ],
    [
      "a pipeline of @upstash/redis",
      () => new entry.RedisStore({ set() {}, eval() {}, evalsha() {}, exec() {}, length() {} }),
      "ERR_INVALID_ARGUMENT",
      /a MULTI or a pipeline/,
    ],
    ["a PostgreSQL client of another kind", () => new entry.PostgresStore({}), "ERR_INVALID_ARGUMENT", /without a query function/],
    [
      "a PostgreSQL URL",
      () => new entry.PostgresStore(new URL("postgres://u:secret@host/db")),
      "ERR_INVALID_ARGUMENT",
      /^the PostgreSQL client is a string or URL, expected a client: pass a pool of pg/,
    ],
    ["a PostgreSQL client that is null", () => new entry.PostgresStore(null), "ERR_INVALID_ARGUMENT", /the PostgreSQL client is null/],
    [
      "a client of postgres.js",
      () => new entry.PostgresStore(Object.assign(() => {}, { unsafe() {}, begin() {} })),
      "ERR_INVALID_ARGUMENT",
      /one of postgres.js: pass \{ query:/,
    ],
    ["a pool of mysql2", () => new entry.PostgresStore({ query() {}, execute() {} }), "ERR_INVALID_ARGUMENT", /one of MySQL/],
    [
      "a database of npm's sqlite3",
      () => new entry.SqliteStore({ prepare() {}, each() {}, all() {}, parallelize() {}, serialize() {} }),
      "ERR_INVALID_ARGUMENT",
      /npm's sqlite3 or sqlite/,
    ],
    [
      "a D1 database",
      () => new entry.SqliteStore({ prepare() {}, batch() {}, exec() {}, withSession() {} }),
      "ERR_INVALID_ARGUMENT",
      /a D1 database: use D1Store/,
    ],
    ["a path to an SQLite file", () => new entry.SqliteStore("run-once.db"), "ERR_INVALID_ARGUMENT", /is a string or URL/],
    ["a table's name with a quote", () => entry.postgresMigration('a"b'), "ERR_INVALID_ARGUMENT", /the table's name is/],
    ["a table's name with a space", () => new entry.SqliteStore({ prepare() {} }, { table: "a b" }), "ERR_INVALID_ARGUMENT", /the table's name is "a b"/],
    ["an SQLite database of another kind", () => new entry.SqliteStore({}), "ERR_INVALID_ARGUMENT", /without a prepare function/],
    ["a table's name that is null", () => entry.sqliteMigration(null), "ERR_INVALID_ARGUMENT", /the table's name is null/],
    ["a prefix that is no string", () => new entry.RedisStore(redis, { prefix: 5 }), "ERR_INVALID_ARGUMENT", /prefix is number, expected a string/],
    ["a Durable Object's storage of another kind", () => new entry.DurableObjectStore({}), "ERR_INVALID_ARGUMENT", /no transaction function/],
    [
      "a misspelt setting beside an Upstash URL",
      () => new entry.UpstashStore({ ...upstash, prefx: "a:" }),
      "ERR_INVALID_ARGUMENT",
      /the settings have no "prefx".*write "prefix"/,
    ],
    // A store that took them would keep its records elsewhere than meant.
    ...Object.entries({
      createRunOnce,
      MemoryStore: (settings) => new entry.MemoryStore(settings),
      RedisStore: (settings) => new entry.RedisStore(redis, settings),
      UpstashStore: (settings) => new entry.UpstashStore(upstash, settings),
      PostgresStore: (settings) => new entry.PostgresStore({ query() {} }, settings),
      SqliteStore: (settings) => new entry.SqliteStore({ prepare() {} }, settings),
      D1Store: (settings) => new entry.D1Store({ prepare() {}, batch() {} }, settings),
      storeConformance: (settings) => entry.storeConformance(() => new entry.MemoryStore(), settings),
    }).flatMap(([name, make]) => [
      [`settings of ${name} that are null`, () => make(null), "ERR_INVALID_ARGUMENT", /the settings are null, expected an object/],
      [`a setting that ${name} has not`, () => make({ tabel: "orders" }), "ERR_INVALID_ARGUMENT", /the settings have no "tabel", expected /],
    ]),
  ];
  for (const [name, call, expected, message] of bad) {
    test(`${name}: ${expected}`, async () => {
      await assert.rejects(
        async () => call(),
        (error) => {
          code(expected)(error);
          assert.match(error.message, message);
          assert.doesNotMatch(error.message, /secret/);
          return true;
        },
      );
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
    assert.deepEqual(seen, [
      ["miss", "order-1"],
      ["publish", "order-1"],
    ]);
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
