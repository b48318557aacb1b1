/** What can go wrong with an SQLite file: other processes that lock it or die, a full disk, damage, a file that is moved. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { LEASE_MS } from "./crowd.mjs";
import { runOnce as entry } from "./package.mjs";

const { sqliteMigration, SqliteStore } = entry;
/** Much less than the lease: SQLite waits within a call, and nothing else runs in the process meanwhile. */
const BUSY_MS = 20;
const HEADER_BYTES = 100;

/** Begins a transaction, however long the others are in the way. */
const begin = (how) => `for (;;) try { db.exec("BEGIN ${how}"); break; } catch (error) { if (!/locked/.test(error.message)) throw error; }`;

/** Another process with the file open. It says so when `script` is done, and stays until it is killed. */
async function startOther(file, script) {
  const code = `const { DatabaseSync } = require("node:sqlite"); const db = new DatabaseSync(${JSON.stringify(file)}, { timeout: 5000 });
    ${script}
    console.log("done"); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  if ((await Promise.race([once(child.stdout, "data"), exited])).length !== 1) throw new Error("the other process ended");
  return async () => (child.kill("SIGKILL"), await exited);
}

/**
 * Overwrites the file's header, without which it is no database; returns what puts it back. In a process of its own:
 * opening the file here, and closing it, would give up the locks that SQLite has on it.
 */
function damageHeader(file) {
  const header = execFileSync("head", ["-c", String(HEADER_BYTES), file]);
  const write = (bytes) => execFileSync("dd", [`of=${file}`, "conv=notrunc"], { input: bytes, stdio: ["pipe", "ignore", "ignore"] });
  write(Buffer.alloc(HEADER_BYTES));
  return () => write(header);
}

/** Both clients on one file. `journal` is SQLite's journal_mode: WAL, or DELETE for the rollback journal. */
export async function sqliteEngine(journal) {
  const { DatabaseSync } = await import("node:sqlite");
  const { default: Database } = await import("better-sqlite3");
  const folder = mkdtempSync(join(tmpdir(), "run-once-sqlite-faults-"));
  const file = join(folder, "run-once.db");
  const isWal = journal === "WAL";
  const databases = [new DatabaseSync(file, { timeout: BUSY_MS }), new Database(file, { timeout: BUSY_MS })];
  databases[0].exec(`PRAGMA journal_mode = ${journal}; ${sqliteMigration()}; CREATE TABLE other (data BLOB)`);
  /** Sets something of each connection, for a while. */
  const setFor = async (set, ms, back) => {
    for (const database of databases) database.exec(`PRAGMA ${set}`);
    await sleep(ms);
    for (const database of databases) database.exec(`PRAGMA ${back}`);
  };
  const lockFor = async (ms) => {
    const end = await startOther(file, begin("EXCLUSIVE"));
    await sleep(ms);
    await end();
  };
  /** Its cache is full long before its transaction is over: it has written to the file, or to the log, by then. */
  const killWriter = async () => {
    const end = await startOther(
      file,
      `db.exec("PRAGMA cache_size = 5"); ${begin("IMMEDIATE")}
      db.exec("UPDATE run_once SET token = token || ''");
      const insert = db.prepare("INSERT INTO other VALUES (zeroblob(10000))");
      for (let index = 0; index < 100; index++) insert.run();`,
    );
    const hasBegun = isWal || existsSync(`${file}-journal`);
    await sleep(LEASE_MS / 4);
    await end();
    if (!hasBegun) throw new Error("nothing was left half written");
  };
  /** In WAL mode a connection reads the header from its cache, good or bad, so that is emptied. */
  const damage = async () => {
    const forget = () => databases.forEach((database) => database.exec("PRAGMA shrink_memory"));
    databases[0].exec("PRAGMA wal_checkpoint(TRUNCATE)");
    const repair = damageHeader(file);
    forget();
    await sleep(LEASE_MS);
    repair();
    forget();
  };
  const moveAway = async () => {
    renameSync(file, `${file}.moved`);
    await sleep(LEASE_MS);
    renameSync(`${file}.moved`, file);
  };
  const faults = {
    "another process locks it, for half a lease": { inject: () => lockFor(LEASE_MS / 2), felt: /database is locked/ },
    "another process locks it, for three leases": { inject: () => lockFor(3 * LEASE_MS), felt: /database is locked/ },
    "a process is killed while it writes": { inject: killWriter, felt: /database is locked/ },
    "its disk is full": { inject: () => setFor("max_page_count = 1", 2 * LEASE_MS, "max_page_count = 1000000"), felt: /database or disk is full/ },
    "it takes no writes": { inject: () => setFor("query_only = 1", LEASE_MS, "query_only = 0"), felt: /attempt to write a readonly database/ },
    "its header is damaged": { inject: damage, felt: /file is not a database/ },
    // In WAL mode nobody looks whether the file is still there.
    "the file is moved away, and back": { inject: moveAway, ...(!isWal && { felt: /attempt to write a readonly database/ }) },
  };
  const close = () => {
    for (const database of databases) database.close();
    rmSync(folder, { recursive: true, force: true });
  };
  /** Timers that were due while the process was blocked. */
  const settle = () => sleep(0);
  return { stores: databases.map((database) => new SqliteStore(database)), faults, close, settle };
}
