/**
 * A process is killed between its effect and the result, in the transactional mode and in the lease mode.
 *
 *   DATABASE_URL=postgres://localhost/postgres node crash.mjs
 */
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";

import pg from "pg";
import { postgresMigration } from "idempotency-keys/run-once/postgres";

if (!process.env.DATABASE_URL) {
  console.error("set DATABASE_URL to a PostgreSQL that may have two more tables, run_once and orders");
  process.exit(1);
}

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
await pool.query(postgresMigration());
await pool.query("CREATE TABLE IF NOT EXISTS orders (id text NOT NULL)");
const run = Date.now(); // the database remembers the orders of an earlier run

/** Places the order in a process of its own; gives what that prints, and whether it was killed. */
async function place(mode, id, crash) {
  const child = fork(new URL("order.mjs", import.meta.url), [mode, id], {
    env: { ...process.env, CRASH: crash ? "1" : "" },
  });
  const [, signal] = await once(child, "exit");
  return signal ?? "done";
}

async function rows(id) {
  const { rows } = await pool.query("SELECT count(*)::int AS n FROM orders WHERE id = $1", [id]);
  return rows[0].n;
}

for (const [mode, left] of [
  ["transaction", 0],
  ["lease", 1],
]) {
  const id = `${mode}-${run}`;
  console.log(`\n${mode} mode: the process is killed after its effect, before the result is stored`);
  assert.equal(await place(mode, id, true), "SIGKILL");
  console.log(`  orders now: ${await rows(id)}`);
  assert.equal(await rows(id), left);
  assert.equal(await place(mode, id, false), "done");
  assert.equal(await place(mode, id, false), "done");
  console.log(`  orders after two more processes: ${await rows(id)}`);
  assert.equal(await rows(id), 1);
}
await pool.end();
