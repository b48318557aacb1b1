/** What the transactional mode promises, through each client library, on a PostgreSQL of the test's own. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import pg from "pg";

import { startPostgres } from "../run-once/services.mjs";
import { CLIENTS } from "./clients.mjs";
import { keys, lease, postgres, transaction } from "./package.mjs";

const { createTransactionalRunOnce, postgresMigration } = transaction;
const service = await startPostgres();
const pool = new pg.Pool({ connectionString: service.url });
pool.on("error", () => {});
after(async () => {
  await pool.end();
  await service.stop();
});
await pool.query(postgresMigration());
await pool.query(
  "CREATE TABLE effects (id serial PRIMARY KEY, name text NOT NULL); CREATE TABLE rows (id int PRIMARY KEY, n int NOT NULL); INSERT INTO rows VALUES (1, 0), (2, 0)",
);

const effects = async (name) => (await pool.query("SELECT count(*)::int AS n FROM effects WHERE name = $1", [name])).rows[0].n;
const hashOf = (key) => keys.idempotencyKeys.createSync(key, { scope: "global" }).hash;

for (const [client, open] of Object.entries(CLIENTS)) {
  describe(client, async () => {
    const { transactions, insert, execute, close } = await open(service.url);
    after(close);
    const once = (config) => createTransactionalRunOnce(transactions, config).runOnce;
    const runOnce = once();

    test("effect and result commit together, and later calls get the result", async () => {
      const key = randomUUID();
      const first = await runOnce(["order", key], async (tx, execution) => {
        await insert(tx, key);
        assert.deepEqual(execution, { attempt: 1, idempotencyKey: hashOf(["order", key]), takenOver: false });
        return { id: key, none: null };
      });
      assert.deepEqual(first, { id: key, none: null });
      assert.deepEqual(await runOnce(["order", key], assert.fail), { id: key, none: null });
      assert.equal(await effects(key), 1);
    });

    test("undefined and null are results of their own", async () => {
      const key = randomUUID();
      assert.equal(await runOnce([key, 1], () => undefined), undefined);
      assert.equal(await runOnce([key, 1], assert.fail), undefined);
      assert.equal(await runOnce([key, 2], () => null), null);
      assert.equal(await runOnce([key, 2], assert.fail), null);
    });

    test("a callback that throws leaves nothing, and the next call runs", async () => {
      const key = randomUUID();
      const error = new Error("no stock");
      await assert.rejects(
        runOnce(key, async (tx) => {
          await insert(tx, key);
          throw error;
        }),
        (thrown) => thrown === error,
      );
      assert.equal(await effects(key), 0);
      assert.equal(await runOnce(key, async (tx) => (await insert(tx, key), 2)), 2);
      assert.equal(await effects(key), 1);
    });

    test("a result that JSON can't carry rolls the effects back", async () => {
      const key = randomUUID();
      await assert.rejects(
        runOnce(key, async (tx) => (await insert(tx, key), { at: new Date(0) })),
        { code: "ERR_INVALID_RESULT", path: "result.at" },
      );
      assert.equal(await effects(key), 0);
    });

    test("another payload under the key is refused", async () => {
      const key = randomUUID();
      await runOnce(key, () => 1, { payload: { a: 1, b: 2 } });
      assert.equal(await runOnce(key, assert.fail, { payload: { b: 2, a: 1 } }), 1);
      await assert.rejects(runOnce(key, assert.fail, { payload: { a: 2 } }), { code: "ERR_PAYLOAD_MISMATCH" });
      assert.equal(await runOnce(key, assert.fail), 1);
    });

    test("of many callers at once one runs, and all get its result", async () => {
      const key = randomUUID();
      const calls = Array.from({ length: 12 }, (_, index) =>
        runOnce(key, async (tx) => {
          await insert(tx, key);
          await sleep(50);
          return index;
        }),
      );
      const results = new Set(await Promise.all(calls));
      assert.equal(results.size, 1);
      assert.equal(await effects(key), 1);
    });

    test("who doesn't wait, or not long enough, hears that it is in progress", async () => {
      const key = randomUUID();
      let go;
      let started;
      const running = new Promise((resolve) => (started = resolve));
      const first = runOnce(key, async (tx) => {
        await insert(tx, key);
        started();
        await new Promise((resolve) => (go = resolve));
        return "first";
      });
      await running;
      let since = performance.now();
      await assert.rejects(runOnce(key, assert.fail, { waitTimeout: 0 }), { code: "ERR_IN_PROGRESS" });
      assert.ok(performance.now() - since < 3_000);
      since = performance.now();
      await assert.rejects(runOnce(key, assert.fail, { waitTimeout: 400 }), { code: "ERR_IN_PROGRESS" });
      const took = performance.now() - since;
      assert.ok(took >= 380 && took < 5_000, `${took} ms`);
      const controller = new AbortController();
      const left = runOnce(key, assert.fail, { signal: controller.signal });
      await sleep(50);
      controller.abort(new Error("bye"));
      await assert.rejects(left, { message: "bye" });
      go();
      assert.equal(await first, "first");
      assert.equal(await runOnce(key, assert.fail), "first");
    });

    test("a refusal is kept as the result, without the callback's writes", async () => {
      const key = randomUUID();
      const refusing = once({ refusal: (error) => (error.message === "declined" ? { declined: true } : undefined) });
      const decline = async (tx) => {
        await insert(tx, key);
        throw new Error("declined");
      };
      assert.deepEqual(await refusing(key, decline), { declined: true });
      assert.deepEqual(await refusing(key, assert.fail), { declined: true });
      assert.equal(await effects(key), 0);
      const fails = async (tx) => execute(tx, "SELECT 1/0");
      await assert.rejects(refusing([key, "other"], fails));
      const everything = once({ refusal: () => "kept" });
      assert.equal(await everything([key, "aborted"], fails), "kept", "also where PostgreSQL had aborted the transaction");
    });

    test("a swallowed database error is reported, never taken for a success", async () => {
      const key = randomUUID();
      const swallow = async (tx) => {
        await insert(tx, key);
        await Promise.resolve(execute(tx, "SELECT 1/0")).catch(() => undefined);
        return "fine";
      };
      await assert.rejects(runOnce(key, swallow));
      assert.equal(await effects(key), 0);
      assert.equal(await runOnce(key, () => "again"), "again");
    });

    test("a deadlock runs the whole transaction again", async () => {
      const key = randomUUID();
      const attempts = [];
      const both = [];
      const meet = (name) => (both.push(name), undefined);
      const crossing = (name, [one, two]) =>
        runOnce([key, name], async (tx, { attempt }) => {
          attempts.push(attempt);
          await execute(tx, `UPDATE rows SET n = n + 1 WHERE id = ${one}`);
          meet(name);
          for (let turns = 0; attempt === 1 && new Set(both).size < 2 && turns < 100; turns++) await sleep(20);
          await execute(tx, `UPDATE rows SET n = n + 1 WHERE id = ${two}`);
          return name;
        });
      const before = (await pool.query("SELECT sum(n)::int AS n FROM rows")).rows[0].n;
      assert.deepEqual(await Promise.all([crossing("a", [1, 2]), crossing("b", [2, 1])]), ["a", "b"]);
      assert.deepEqual(attempts.sort(), [1, 1, 2]);
      assert.equal((await pool.query("SELECT sum(n)::int AS n FROM rows")).rows[0].n, before + 4);
    });

    test("the lease mode and this one see each other's results, holders and take-overs", async () => {
      const key = randomUUID();
      const store = new postgres.PostgresStore(pool);
      const { runOnce: leased } = lease.createRunOnce({ store });
      await runOnce([key, 1], () => "transactional");
      assert.equal(await leased([key, 1], assert.fail), "transactional");
      await leased([key, 2], () => "leased");
      assert.equal(await runOnce([key, 2], assert.fail), "leased");
      const claim = {
        holder: "dead",
        token: keys.idempotencyKeys.createSync([key, 3], { scope: "run" }).toToken(),
        fingerprint: undefined,
        leaseMs: 1500,
        ttlMs: 60_000,
      };
      assert.equal((await store.acquire(hashOf([key, 3]), claim)).status, "acquired");
      await assert.rejects(runOnce([key, 3], assert.fail, { waitTimeout: 0 }), (error) => error.code === "ERR_IN_PROGRESS" && error.retryAfterMs > 0);
      assert.equal(await runOnce([key, 3], (_, { takenOver }) => takenOver), true);
      assert.equal(await store.complete(hashOf([key, 3]), "dead", '"late"', 1000), false);
    });

    test("after its time to live a key runs anew, also with another payload", async () => {
      const key = randomUUID();
      const brief = once({ ttl: 150 });
      await brief(key, () => 1, { payload: "a" });
      await sleep(200);
      assert.equal(await brief(key, () => 2, { payload: "b" }), 2);
    });
  });
}

for (const isolation of ["repeatable read", "serializable"]) {
  for (const client of ["pg", "postgres.js", "Kysely", "Prisma"]) {
    test(`${client}, ${isolation}: of many callers at once one runs`, async () => {
      const key = randomUUID();
      const { transactions, insert, close } = await CLIENTS[client](service.url, {
        options: `-c default_transaction_isolation=${isolation.replace(" ", "\\ ")}`,
      });
      try {
        const { runOnce } = createTransactionalRunOnce(transactions, { attempts: 20 });
        const calls = Array.from({ length: 8 }, (_, index) => runOnce(key, async (tx) => (await insert(tx, key), sleep(20, index))));
        assert.equal(new Set(await Promise.all(calls)).size, 1);
        assert.equal(await effects(key), 1);
      } finally {
        await close();
      }
    });
  }
}

test("what can't be used is refused at once, and the message says what to pass", () => {
  for (const [make, wanted] of [
    [() => transaction.pgTransactions({}), /pass a Pool of pg/],
    [() => transaction.pgTransactions(undefined), /pass a Pool of pg/],
    [() => transaction.postgresJsTransactions(pool), /postgres\(url\)/],
    [() => transaction.drizzleTransactions(pool), /Drizzle/],
    [() => transaction.prismaTransactions(pool), /PrismaClient/],
    [() => transaction.kyselyTransactions(pool), /Kysely/],
    [() => createTransactionalRunOnce(pool), /pgTransactions\(pool\)/],
    [() => createTransactionalRunOnce(transaction.pgTransactions(pool), { table: "Robert'); --" }), /expected lower-case letters/],
    [() => createTransactionalRunOnce(transaction.pgTransactions(pool), { attempts: 0 }), /expected a whole number from 1/],
  ]) {
    assert.throws(make, (error) => error.code === "ERR_INVALID_ARGUMENT" && wanted.test(error.message));
  }
  assert.throws(() => createTransactionalRunOnce(transaction.pgTransactions(pool), { ttl: "1w" }), { code: "ERR_INVALID_TTL" });
});

test("a callback that is none is refused", async () => {
  const { runOnce } = createTransactionalRunOnce(transaction.pgTransactions(pool));
  await assert.rejects(runOnce("k", assert.fail, { paylod: 1 }), { code: "ERR_INVALID_ARGUMENT", message: /no "paylod".*write "payload"/ });
  await assert.rejects(runOnce("no callback", 1), { code: "ERR_INVALID_ARGUMENT", message: "the callback is number, expected a function" });
});

test("a Client of pg, whose connect() gives no pooled client, is refused by the first call", async () => {
  const client = new pg.Client({ connectionString: service.url });
  const { runOnce } = createTransactionalRunOnce(transaction.pgTransactions(client));
  await assert.rejects(runOnce("client", assert.fail), { code: "ERR_INVALID_ARGUMENT" });
  await client.end();
});

test("settings that are null, and names that no setting has, are refused", () => {
  const makers = {
    createTransactionalRunOnce: (settings) => createTransactionalRunOnce({ run() {} }, settings),
    createSqliteTransactionalRunOnce: (settings) => transaction.createSqliteTransactionalRunOnce({ prepare() {}, exec() {} }, settings),
    prismaTransactions: (settings) => transaction.prismaTransactions({ $transaction() {} }, settings),
  };
  for (const [name, make] of Object.entries(makers)) {
    assert.throws(() => make(null), { code: "ERR_INVALID_ARGUMENT", message: /^the settings are null/ }, name);
    assert.throws(() => make({ tabel: "orders" }), { code: "ERR_INVALID_ARGUMENT", message: /^the settings have no "tabel"/ }, name);
  }
  assert.throws(() => createTransactionalRunOnce({ run() {} }, { table: null }), { code: "ERR_INVALID_ARGUMENT", message: /the table's name is null/ });
});
