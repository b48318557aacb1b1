/**
 * Processes killed at random points, over a server that is killed, too, and connections that are lost
 * around their COMMIT: every key has exactly one effect. RUN_ONCE_LONG=1 takes 2,000 keys and more kills; beside it the lease mode's count.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import pg from "pg";

import { startPostgres } from "../run-once/services.mjs";
import { nodeWithSqlite } from "../run-once/sqlite-node.mjs";
import { transaction } from "./package.mjs";
import { startProxy } from "./proxy.mjs";

const LONG = process.env.RUN_ONCE_LONG === "1";
const KEYS = LONG ? 2_000 : 400;
const KILLS = LONG ? 60 : 12;
const WORKERS = 3;

/** Keeps workers running, kills one again and again, and waits until one of them has come to the end. */
async function crowd(node, args, kills, between) {
  const workers = new Set();
  let finished = 0;
  let fault;
  const start = () => {
    const child = spawn(node, [join(import.meta.dirname, "worker.mjs"), ...args], { stdio: ["ignore", "ignore", "pipe"] });
    let log = "";
    child.stderr.on("data", (data) => (log += data));
    child.on("exit", (code, signal) => {
      workers.delete(child);
      if (code === 0) finished++;
      else if (signal !== "SIGKILL") fault ??= new Error(`a worker ended with ${code ?? signal}:\n${log}`);
    });
    workers.add(child);
  };
  for (let killed = 0; killed < kills && fault === undefined; killed++) {
    while (workers.size < WORKERS) start();
    await sleep(250 + Math.random() * 500);
    [...workers][Math.floor(Math.random() * workers.size)]?.kill("SIGKILL");
    await between?.(killed);
  }
  if (workers.size === 0) start();
  while (finished === 0 || workers.size > 0) {
    if (fault !== undefined) break;
    if (workers.size === 0) start();
    await sleep(50);
  }
  for (const worker of workers) worker.kill("SIGKILL");
  if (fault !== undefined) throw fault;
}

/** How many keys have no effect, and how many have more than one. */
function books(names) {
  const counts = new Map(Array.from({ length: KEYS }, (_, index) => [`key-${index}`, 0]));
  for (const name of names) counts.set(name, counts.get(name) + 1);
  const all = [...counts.values()];
  return { lost: all.filter((count) => count === 0).length, doubled: all.filter((count) => count > 1).length };
}

/** The effects' names, and how many connections were cut around a COMMIT, before and after the server had it. */
async function onPostgres(client, between) {
  const service = await startPostgres();
  const proxy = await startProxy(service.port);
  let turn = 0;
  const cutting = setInterval(() => proxy.cut(turn++ % 2 === 0 ? "before" : "after"), 120);
  try {
    const pool = new pg.Pool({ connectionString: service.url });
    pool.on("error", () => {});
    await pool.query(transaction.postgresMigration());
    await pool.query("CREATE TABLE effects (id serial PRIMARY KEY, name text NOT NULL)");
    await crowd(process.execPath, [client, service.url.replace(String(service.port), String(proxy.port)), String(KEYS)], KILLS, (killed) =>
      between(service, killed),
    );
    const { rows } = await pool.query("SELECT name FROM effects");
    await pool.end();
    return { names: rows.map(({ name }) => name), cuts: proxy.cuts };
  } finally {
    clearInterval(cutting);
    proxy.close();
    await service.stop();
  }
}

async function restarting(service, killed) {
  if (killed % 4 !== 3) return;
  await service.kill();
  await service.start();
}

for (const client of LONG ? ["pg", "postgres.js", "Drizzle on pg", "Drizzle on postgres.js", "Kysely", "Prisma"] : ["pg"]) {
  test(`${client}: processes are killed, and the server, too: one effect a key`, async (t) => {
    const { names, cuts } = await onPostgres(client, restarting);
    t.diagnostic(`${KEYS} keys, ${KILLS} processes killed, ${Math.floor(KILLS / 4)} times the server, ${cuts} connections cut around a COMMIT`);
    assert.ok(cuts > 5, `${cuts} cuts`);
    assert.deepEqual(books(names), { lost: 0, doubled: 0 });
  });
}

for (const client of ["node:sqlite", "better-sqlite3"]) {
  test(`${client}: processes are killed: one effect a key`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "run-once-transaction-"));
    try {
      const file = join(folder, "effects.db");
      const node = nodeWithSqlite();
      const script = `import { DatabaseSync } from "node:sqlite"; const db = new DatabaseSync(process.argv[1]); db.exec("PRAGMA journal_mode = WAL;" + process.argv[2] + "CREATE TABLE effects (name TEXT NOT NULL)");`;
      await output(node, ["--input-type=module", "-e", script, file, transaction.sqliteMigration()]);
      await crowd(node, [client, file, String(KEYS)], KILLS);
      const read = `import { DatabaseSync } from "node:sqlite"; console.log(JSON.stringify(new DatabaseSync(process.argv[1]).prepare("SELECT name FROM effects").all().map((row) => row.name)));`;
      const names = JSON.parse(await output(node, ["--input-type=module", "-e", read, file]));
      t.diagnostic(`${KEYS} keys, ${KILLS} processes killed`);
      assert.deepEqual(books(names), { lost: 0, doubled: 0 });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

async function beside(t) {
  const { names } = await onPostgres("lease", restarting);
  const told = names.filter((name) => name.endsWith("(told)")).length;
  const { lost, doubled } = books(names.map((name) => name.replace(" (told)", "")));
  t.diagnostic(`lease mode: ${KEYS} keys, ${lost} without effect, ${doubled} with more than one, ${told} executions told that they take over`);
  assert.equal(lost, 0);
  assert.equal(books(names.filter((name) => !name.endsWith("(told)"))).doubled, 0);
}
if (LONG) test("beside it, the lease mode: what runs again has been told so", beside);

function output(file, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    let log = "";
    child.stdout.on("data", (data) => (out += data));
    child.stderr.on("data", (data) => (log += data));
    child.on("close", (code) => (code === 0 ? resolve(out) : reject(new Error(log))));
  });
}
