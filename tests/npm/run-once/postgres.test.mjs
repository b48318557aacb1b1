/** The PostgreSQL store, on a PostgreSQL of the test's own. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import pg from "pg";

import { runOnce as entry } from "./package.mjs";
import { startPostgres } from "./services.mjs";
import { storeSuite } from "./suite.mjs";

const { createRunOnce, postgresMigration, PostgresStore } = entry;

/** A server, and pools on it. */
async function start() {
  const service = await startPostgres();
  const pools = [];
  after(async () => {
    for (const pool of pools) await pool.end();
    await service.stop();
  });
  const pool = (options) => {
    const made = new pg.Pool({ connectionString: service.url, max: 16, ...options });
    made.on("error", () => {});
    pools.push(made);
    return made;
  };
  return { service, pool };
}

const shared = await start();
const plain = shared.pool();
await plain.query(postgresMigration());
await plain.query(postgresMigration());
await plain.query(`CREATE SCHEMA app; ${postgresMigration("app.once")}`);
const serializable = shared.pool({ options: "-c default_transaction_isolation=serializable" });
storeSuite("PostgreSQL", () => new PostgresStore(plain));
storeSuite("PostgreSQL, in a schema", () => new PostgresStore(plain, { table: "app.once" }));
storeSuite("PostgreSQL, serializable", () => new PostgresStore(serializable));

/** One that nothing else uses, and that may be killed. */
const own = await start();
const { service } = own;
const pool = own.pool();
await pool.query(`${postgresMigration()} CREATE SCHEMA app; ${postgresMigration("app.once")}`);

describe("PostgreSQL", () => {
  test("one statement for a hit, two for a miss", async () => {
    const sent = [];
    const store = new PostgresStore({ query: (text, values) => (sent.push(text), pool.query(text, values)) });
    const { runOnce } = createRunOnce({ store });
    await runOnce("count", () => 1);
    assert.equal(sent.length, 2);
    await runOnce("count", assert.fail);
    assert.equal(sent.length, 3);
  });

  test("a hit writes nothing", async () => {
    const { runOnce } = createRunOnce({ store: new PostgresStore(pool) });
    await runOnce("read-only", () => 1);
    const version = async () => (await pool.query("SELECT xmin, xmax, ctid FROM run_once WHERE result = '1'")).rows;
    const before = await version();
    for (let again = 0; again < 3; again++) await runOnce("read-only", assert.fail);
    assert.deepEqual(await version(), before);
  });

  test("an operator can read what a row is", async () => {
    const { runOnce } = createRunOnce({ store: new PostgresStore(pool, { table: "app.once" }), ttl: "1h", lease: "10s" });
    const row = async (hash) =>
      (await pool.query("SELECT *, extract(epoch FROM expires - now())::int AS ends_in FROM app.once WHERE hash = $1", [hash])).rows[0];
    let hash;
    await runOnce("charge", async (key) => {
      hash = key;
      const held = await row(hash);
      assert.deepEqual(entry.keys.IdempotencyKey.fromToken(held.token).options, { key: "charge", scope: "run" });
      assert.ok(Math.abs(held.lease_end - Date.now() - 10_000) < 2000);
      assert.ok(held.ends_in > 3590 && held.ends_in <= 3610, String(held.ends_in));
      return { id: "ch_1" };
    });
    const { lease_end, result, ends_in } = await row(hash);
    assert.deepEqual([lease_end, result], [null, '{"id":"ch_1"}']);
    assert.ok(ends_in > 3590 && ends_in <= 3600, String(ends_in));
  });

  test("deleteExpired deletes what has expired, and nothing else", async () => {
    await pool.query(postgresMigration("short"));
    const store = new PostgresStore(pool, { table: "short" });
    const brief = createRunOnce({ store, ttl: 1 });
    for (let index = 0; index < 5; index++) await brief.runOnce(`k${index}`, () => 1);
    await createRunOnce({ store }).runOnce("kept", () => 1);
    await sleep(10);
    assert.equal(await store.deleteExpired(), 5);
    assert.equal(await store.deleteExpired(), 0);
    assert.equal((await pool.query("SELECT count(*)::int AS n FROM short")).rows[0].n, 1);
  });

  test("a missing migration is a StoreError before the callback, with the server's error as cause", async () => {
    const { runOnce } = createRunOnce({ store: new PostgresStore(pool, { table: "missing" }) });
    await assert.rejects(runOnce("k", assert.fail), (error) => {
      assert.equal(error.code, "ERR_STORE");
      assert.equal(error.cause.cause.code, "42883");
      assert.match(error.message, /run the SQL of postgresMigration\("missing"\) first/);
      assert.match(error.message, /function missing_claim\(.*\) does not exist/);
      return true;
    });
  });

  test("a connection that is inside a transaction is refused, and nothing is run", async () => {
    const client = new pg.Client(service.url);
    await client.connect();
    after(() => client.end());
    const { runOnce } = createRunOnce({ store: new PostgresStore(client) });
    await client.query("BEGIN");
    await assert.rejects(runOnce("inside", assert.fail), (error) => error.code === "ERR_STORE" && /inside a transaction/.test(error.message));
    await client.query("ROLLBACK");
    assert.equal(await runOnce("inside", () => 1), 1);
  });

  test("migrations at once from many instances succeed, on an empty database and on a migrated one", async () => {
    const pools = Array.from({ length: 8 }, () => own.pool({ max: 1 }));
    for (const round of ["first", "again"]) {
      for (let boot = 0; boot < 10; boot++) {
        await Promise.all(pools.map((one) => one.query(postgresMigration(`boot_${boot}`))));
      }
      const { rows } = await pool.query("SELECT count(*)::int AS n FROM pg_proc WHERE proname ~ '^boot_[0-9]_claim$'");
      assert.equal(rows[0].n, 10, round);
    }
  });

  test("a table of 0.1.0 is brought up to date with its records, while processes of 0.1.0 go on", async () => {
    const migration = readFileSync(new URL("migration-0.1.0.sql", import.meta.url), "utf8");
    await pool.query(migration);
    const old = (hash, holder) =>
      pool.query("SELECT * FROM former_acquire($1, $2, 60000, 60000, NULL, 't')", [hash, holder]).then(({ rows }) => rows[0].status);
    const [done, held] = ["a".repeat(64), "b".repeat(64)];
    await old(done, "h");
    await pool.query("UPDATE former SET lease_end = NULL, result = '1' WHERE hash = $1", [done]);
    await old(held, "h");
    await pool.query(postgresMigration("former"));
    const store = new PostgresStore(pool, { table: "former" });
    const claim = { holder: "new", token: "t", fingerprint: undefined, leaseMs: 60_000, ttlMs: 60_000 };
    assert.deepEqual(await store.acquire(done, claim), { status: "done", result: "1" });
    assert.equal((await store.acquire(held, claim)).status, "held");
    assert.equal(await store.complete(held, "h", "2", 60_000), true);
    assert.equal(await old(held, "old"), "done");
    assert.equal(await old("c".repeat(64), "old"), "acquired");
    assert.equal((await store.acquire("c".repeat(64), claim)).status, "held");
  });

  test("a published result outlives a server that is killed, and a claim, too", async () => {
    const store = new PostgresStore(pool);
    const { runOnce } = createRunOnce({ store });
    await runOnce("outlives", () => "kept");
    const running = runOnce("interrupted", async () => {
      await service.kill();
      await service.start();
      return "finished";
    });
    assert.equal(await running, "finished");
    assert.equal(await createRunOnce({ store }).runOnce("outlives", assert.fail), "kept");
    assert.equal(await createRunOnce({ store }).runOnce("interrupted", assert.fail), "finished");
  });
});
