/** The SQLite store, on files, through `node:sqlite` and `better-sqlite3`. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";

import { runOnce as entry } from "./package.mjs";
import { hasSqlite, nodeWithSqlite } from "./sqlite-node.mjs";
import { storeSuite } from "./suite.mjs";

const { createRunOnce, SqliteStore, sqliteMigration } = entry;

async function openers() {
  const { DatabaseSync } = await import("node:sqlite");
  const { default: Database } = await import("better-sqlite3");
  return {
    "node:sqlite": (file) => new DatabaseSync(file, { timeout: 5000 }),
    "better-sqlite3": (file) => new Database(file),
    "better-sqlite3 with BigInts": (file) => new Database(file).defaultSafeIntegers(true),
  };
}

function here(clients) {
  const folder = mkdtempSync(join(tmpdir(), "run-once-sqlite-"));
  const opened = [];
  after(() => {
    for (const database of opened) database.close();
    rmSync(folder, { recursive: true, force: true });
  });
  for (const [name, open] of Object.entries(clients)) {
    const file = join(folder, `${name.replaceAll(/\W/g, "-")}.db`);
    const database = () => {
      const made = open(file);
      opened.push(made);
      made.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
      return made;
    };
    const shared = database();
    shared.exec(sqliteMigration());
    shared.exec(sqliteMigration());
    shared.exec(sqliteMigration("other"));
    storeSuite(`SQLite through ${name}`, () => new SqliteStore(shared));

    describe(`SQLite through ${name}`, () => {
      test("connections to one file share its records", async () => {
        const [a, b] = [createRunOnce({ store: new SqliteStore(database()) }), createRunOnce({ store: new SqliteStore(database()) })];
        await a.runOnce("shared", () => ({ n: 1 }));
        assert.deepEqual(await b.runOnce("shared", assert.fail), { n: 1 });
      });

      test("a hit takes no write lock", async () => {
        const { runOnce } = createRunOnce({ store: new SqliteStore(shared) });
        await runOnce("locked", () => 1);
        const writer = database();
        writer.exec("BEGIN IMMEDIATE");
        assert.equal(await runOnce("locked", assert.fail), 1);
        writer.exec("ROLLBACK");
      });

      test("an operator can read what a row is", async () => {
        const { runOnce } = createRunOnce({ store: new SqliteStore(shared, { table: "other" }), ttl: "1h", lease: "10s" });
        const read = shared.prepare("SELECT * FROM other");
        await runOnce("charge", () => {
          const [held] = read.all();
          assert.deepEqual(entry.keys.IdempotencyKey.fromToken(held.token).options, { key: "charge", scope: "run" });
          assert.ok(Math.abs(Number(held.lease_end) - Date.now() - 10_000) < 1000);
          assert.equal(Number(held.expires) - Number(held.lease_end), 3_600_000);
          return { id: "ch_1" };
        });
        const [{ lease_end, result, expires }] = read.all();
        assert.deepEqual([lease_end, result], [null, '{"id":"ch_1"}']);
        assert.ok(Math.abs(Number(expires) - Date.now() - 3_600_000) < 1000);
      });

      test("deleteExpired deletes what has expired, and nothing else", async () => {
        shared.exec(sqliteMigration("short"));
        const store = new SqliteStore(shared, { table: "short" });
        const brief = createRunOnce({ store, ttl: 1 });
        for (let index = 0; index < 5; index++) await brief.runOnce(`k${index}`, () => 1);
        await createRunOnce({ store }).runOnce("kept", () => 1);
        await sleep(10);
        assert.equal(await store.deleteExpired(), 5);
        assert.equal(await store.deleteExpired(), 0);
        assert.equal(shared.prepare("SELECT * FROM short").all().length, 1);
      });

      test("a connection that is inside a transaction is refused, and nothing is run", async () => {
        const own = database();
        const { runOnce } = createRunOnce({ store: new SqliteStore(own) });
        own.exec("BEGIN");
        await assert.rejects(runOnce("inside", assert.fail), (error) => error.code === "ERR_STORE" && /inside a transaction/.test(error.message));
        own.exec("ROLLBACK");
        assert.equal(await runOnce("inside", () => 1), 1);
      });

      test("a missing table, and one of 0.1.0, are refused at construction with what to run", async () => {
        assert.throws(
          () => new SqliteStore(shared, { table: "missing" }),
          (error) => error.code === "ERR_INVALID_ARGUMENT" && /run sqliteMigration\("missing"\) first/.test(error.message),
        );
        shared.exec(
          "CREATE TABLE former (hash TEXT PRIMARY KEY, token TEXT NOT NULL, holder TEXT NOT NULL, fingerprint TEXT, lease_end INTEGER, result TEXT, expires INTEGER NOT NULL)",
        );
        let statement;
        assert.throws(
          () => new SqliteStore(shared, { table: "former" }),
          (error) => (statement = /"(ALTER TABLE .*)"/.exec(error.message)[1]) !== undefined,
        );
        shared.exec(statement);
        assert.equal(await createRunOnce({ store: new SqliteStore(shared, { table: "former" }) }).runOnce("k", () => 1), 1);
      });

      test("a database that is locked when the store is made works later", async () => {
        const locked = join(folder, `${name.replaceAll(/\W/g, "-")}-locked.db`);
        const [writer, reader] = [open(locked), open(locked)];
        opened.push(writer, reader);
        writer.exec(sqliteMigration());
        reader.exec("PRAGMA busy_timeout = 0");
        writer.exec("BEGIN EXCLUSIVE");
        const { runOnce } = createRunOnce({ store: new SqliteStore(reader) });
        await assert.rejects(runOnce("k", assert.fail), (error) => error.code === "ERR_STORE" && /locked/.test(error.message));
        writer.exec("ROLLBACK");
        assert.equal(await runOnce("k", () => 1), 1);
      });

      test("a locked database is a StoreError before the callback", async () => {
        const impatient = database();
        impatient.exec("PRAGMA busy_timeout = 0");
        const { runOnce } = createRunOnce({ store: new SqliteStore(impatient) });
        const writer = database();
        writer.exec("BEGIN IMMEDIATE");
        await assert.rejects(runOnce("busy", assert.fail), (error) => error.code === "ERR_STORE" && /locked/.test(error.message));
        writer.exec("ROLLBACK");
        assert.equal(await runOnce("busy", () => 1), 1);
      });
    });
  }
}

if (hasSqlite) {
  here(await openers());
} else {
  test("SQLite, in a Node that has it", (t) => {
    const node = nodeWithSqlite();
    const { status, stdout, stderr } = spawnSync(node, ["--test", "--test-reporter=tap", fileURLToPath(import.meta.url)], {
      encoding: "utf8",
      env: { ...process.env, NODE_TEST_CONTEXT: undefined },
      maxBuffer: 1e8,
    });
    assert.equal(status, 0, `${stdout}\n${stderr}`);
    const count = (name) => Number(new RegExp(`^# ${name} (\\d+)$`, "m").exec(stdout)?.[1]);
    t.diagnostic(`${count("pass")} tests passed in ${spawnSync(node, ["--version"], { encoding: "utf8" }).stdout.trim()}`);
    assert.ok(count("pass") > 60 && count("skipped") === 0, stdout);
  });
}
