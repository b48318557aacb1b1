/**
 * What the transactional mode costs on PostgreSQL: a first run beside a bare transaction with the same effect and a
 * row for its key; a hit beside a bare SELECT.
 *
 *   node benches/js/transaction.mjs [seconds per line]
 */
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";

import { startPostgres } from "../../tests/npm/run-once/services.mjs";
import { transaction } from "../../tests/npm/transaction/package.mjs";
import { compare, heading } from "./paired.mjs";

const pg = createRequire(new URL("../../tests/npm/run-once/package.json", import.meta.url))("pg");
const { createTransactionalRunOnce, pgTransactions, postgresMigration } = transaction;
const seconds = Number(process.argv[2] ?? 4);
const EFFECT = "INSERT INTO effects (name) VALUES ($1)";
const VALUE = { id: "ch_3NqXyz", amount: 1999, currency: "eur", status: "succeeded" };
const TEXT = JSON.stringify(VALUE);

const service = await startPostgres();
const pool = new pg.Pool({ connectionString: service.url, max: 32 });
await pool.query(`${postgresMigration()} CREATE TABLE effects (name text); CREATE TABLE bare (key text PRIMARY KEY, value text)`);
const { runOnce } = createTransactionalRunOnce(pgTransactions(pool));

async function bareRun(key) {
  const client = await pool.connect();
  await client.query("BEGIN");
  await client.query("INSERT INTO bare VALUES ($1, $2)", [key, TEXT]);
  await client.query(EFFECT, [key]);
  await client.query("COMMIT");
  client.release();
}
const bareHit = async (key) => JSON.parse((await pool.query("SELECT value FROM bare WHERE key = $1", [key])).rows[0].value);
const run = (key) =>
  runOnce(key, async (tx) => {
    await tx.query(EFFECT, [key]);
    return VALUE;
  });

let next = 0;
const newKey = () => `${randomUUID()}-${next++}`;
await Promise.all([bareRun("known"), run("known")]);

heading(seconds);
for (const lanes of [1, 32]) {
  await compare(
    "first run",
    seconds,
    lanes,
    () => bareRun(newKey()),
    () => run(newKey()),
  );
  await compare(
    "hit",
    seconds,
    lanes,
    () => bareHit("known"),
    () => run("known"),
  );
}
await pool.end();
await service.stop();
