/** The SQLite store, on files, through `node:sqlite` and `better-sqlite3`. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { runOnce as entry } from "./package.mjs";
import { hasSqlite, runWithSqlite } from "./sqlite-node.mjs";
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

      test("a connection that can only read returns what is stored, and is a StoreError for anything else", async () => {
        await createRunOnce({ store: new SqliteStore(shared) }).runOnce("readable", () => 1);
        const reader = database();
        reader.exec("PRAGMA query_only = 1");
        const { runOnce } = createRunOnce({ store: new SqliteStore(reader) });
        assert.equal(await runOnce("readable", assert.fail), 1);
        await assert.rejects(runOnce("unwritable", assert.fail), (error) => error.code === "ERR_STORE" && /readonly database/.test(error.message));
      });

      test("a connection that is closed is a StoreError, whatever the operation", async () => {
        const closing = open(file);
        const { runOnce } = createRunOnce({ store: new SqliteStore(closing) });
        const failing = runOnce("closed-1", async () => {
          closing.close();
          throw new Error("the work failed");
        });
        await assert.rejects(failing, /the work failed/);
        await assert.rejects(runOnce("closed-2", assert.fail), (error) => error.code === "ERR_STORE" && /not open|finalized/.test(error.message));
      });

      test("a file that is deleted in WAL mode: who has it open goes on, and who comes later starts from nothing", async () => {
        const gone = join(folder, `${name.replaceAll(/\W/g, "-")}-gone.db`);
        const opens = () => {
          const made = open(gone);
          opened.push(made);
          made.exec(`PRAGMA journal_mode = WAL; ${sqliteMigration()}`);
          return createRunOnce({ store: new SqliteStore(made) });
        };
        const [a, b] = [opens(), opens()];
        assert.equal(await a.runOnce("k", () => "before"), "before");
        for (const suffix of ["", "-wal", "-shm"]) rmSync(gone + suffix);
        assert.equal(await b.runOnce("k", assert.fail), "before");
        assert.equal(await a.runOnce("k2", () => "after"), "after");
        assert.equal(await b.runOnce("k2", assert.fail), "after");
        assert.equal(await opens().runOnce("k", () => "again"), "again");
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
  runWithSqlite("SQLite, in a Node that has it", import.meta.url, 111);
}
