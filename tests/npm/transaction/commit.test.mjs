/** Connections that are lost, and servers that die, around the COMMIT. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import pg from "pg";

import { startPostgres } from "../run-once/services.mjs";
import { CLIENTS } from "./clients.mjs";
import { transaction } from "./package.mjs";
import { startProxy } from "./proxy.mjs";

const service = await startPostgres();
const pool = new pg.Pool({ connectionString: service.url });
pool.on("error", () => {});
const proxy = await startProxy(service.port);
after(async () => {
  proxy.close();
  await pool.end();
  await service.stop();
});
await pool.query(transaction.postgresMigration());
await pool.query("CREATE TABLE effects (id serial PRIMARY KEY, name text NOT NULL)");
const effects = async (name) => (await pool.query("SELECT count(*)::int AS n FROM effects WHERE name = $1", [name])).rows[0].n;

for (const client of ["pg", "postgres.js", "Kysely", "Prisma"]) {
  describe(client, async () => {
    const { transactions, insert, close } = await CLIENTS[client](service.url.replace(String(service.port), String(proxy.port)), { max: 4, prepare: false });
    after(close);
    const { runOnce } = transaction.createTransactionalRunOnce(transactions);

    test("a COMMIT whose answer is lost is found to have taken place", async () => {
      const key = randomUUID();
      const result = await runOnce(key, async (tx) => {
        await insert(tx, key);
        proxy.cut("after");
        return "committed";
      });
      assert.equal(proxy.isCut, true, "the connection was cut");
      assert.equal(result, "committed");
      assert.equal(await effects(key), 1);
      assert.equal(await runOnce(key, assert.fail), "committed");
    });

    test("a COMMIT that never arrived is an error, and the next call runs", async () => {
      const key = randomUUID();
      await assert.rejects(
        runOnce(key, async (tx) => {
          await insert(tx, key);
          proxy.cut("before");
          return "lost";
        }),
      );
      assert.equal(proxy.isCut, true, "the connection was cut");
      assert.equal(await effects(key), 0);
      assert.equal(await runOnce(key, async (tx) => (await insert(tx, key), "second")), "second");
      assert.equal(await effects(key), 1);
    });
  });
}

test("a server that dies under a callback rolls it back; nobody is left waiting", async () => {
  const { transactions, insert, close } = await CLIENTS.pg(service.url, { max: 4 });
  const { runOnce } = transaction.createTransactionalRunOnce(transactions);
  const key = randomUUID();
  const crashed = runOnce(key, async (tx) => {
    await insert(tx, key);
    await service.kill();
    await sleep(50);
    return "lost";
  });
  await assert.rejects(crashed);
  await service.start();
  assert.equal(await effects(key), 0);
  assert.equal(await runOnce(key, async (tx) => (await insert(tx, key), "again")), "again");
  await close();
});

test("a database that stays away after a COMMIT without an answer: the error says that nobody knows", async () => {
  const { transactions, insert, close } = await CLIENTS.pg(service.url.replace(String(service.port), String(proxy.port)), {
    max: 4,
    connectionTimeoutMillis: 500,
  });
  const { runOnce } = transaction.createTransactionalRunOnce(transactions);
  const key = randomUUID();
  const unknown = runOnce(key, async (tx) => {
    await insert(tx, key);
    proxy.cut("after");
    setTimeout(() => void service.kill(), 20);
    await sleep(0);
    return "unknown";
  });
  const outcome = await unknown.then(
    (value) => ({ value }),
    (error) => ({ error }),
  );
  await service.start();
  if (outcome.error !== undefined) {
    assert.equal(outcome.error.code, "ERR_TRANSACTION");
    assert.match(outcome.error.message, /nobody can tell whether .* call again with the same key/);
  }
  const again = await runOnce(key, async (tx) => (await insert(tx, key), "unknown"));
  assert.equal(again, "unknown");
  assert.equal(await effects(key), 1);
  await close();
});

test("a first run takes the database five questions, a hit three: BEGIN, lock and record, COMMIT", async () => {
  const client = await pool.connect();
  const asked = [];
  const counting = {
    query: (...args) => asked.push(args[0]) && client.query(...args),
    release: () => {},
  };
  const { runOnce } = transaction.createTransactionalRunOnce(transaction.pgTransactions({ connect: async () => counting }));
  const key = randomUUID();
  assert.equal(await runOnce(key, () => "made"), "made");
  assert.equal(asked.splice(0).length, 5);
  assert.equal(await runOnce(key, assert.fail), "made");
  assert.equal(asked.length, 3);
  client.release();
});
