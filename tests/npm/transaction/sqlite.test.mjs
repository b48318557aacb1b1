/** The transactional mode on SQLite, through `node:sqlite` and `better-sqlite3`, on a Node that has both. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";

import { hasSqlite, runWithSqlite } from "../run-once/sqlite-node.mjs";
import { lease, sqlite, transaction } from "./package.mjs";

const { createSqliteTransactionalRunOnce, sqliteMigration } = transaction;

async function openers() {
  const { DatabaseSync } = await import("node:sqlite");
  const { default: Database } = await import("better-sqlite3");
  return {
    "node:sqlite": (file, timeout) => new DatabaseSync(file, { timeout }),
    "better-sqlite3": (file, timeout) => new Database(file, { timeout }),
    "better-sqlite3 with BigInts": (file, timeout) => new Database(file, { timeout }).defaultSafeIntegers(true),
  };
}

function suite(name, open) {
  describe(name, () => {
    const folder = mkdtempSync(join(tmpdir(), "run-once-transaction-"));
    const opened = [];
    const database = (timeout = 2_000) => {
      const made = open(join(folder, "effects.db"), timeout);
      opened.push(made);
      return made;
    };
    after(() => {
      for (const one of opened) one.close();
      rmSync(folder, { recursive: true, force: true });
    });
    const db = database();
    db.exec(`PRAGMA journal_mode = WAL; ${sqliteMigration()} CREATE TABLE effects (name TEXT NOT NULL UNIQUE)`);
    const insert = (key) => db.prepare("INSERT INTO effects (name) VALUES (?)").run(key);
    const effects = (key) => Number(db.prepare("SELECT count(*) AS n FROM effects WHERE name = ?").get(key).n);
    const { runOnce } = createSqliteTransactionalRunOnce(db);

    test("effect and result commit together, and later calls get the result", () => {
      assert.deepEqual(
        runOnce(["order", 1], (given) => (assert.equal(given, db), insert("one"), { id: 1 })),
        { id: 1 },
      );
      assert.deepEqual(runOnce(["order", 1], assert.fail), { id: 1 });
      assert.equal(effects("one"), 1);
      assert.equal(
        runOnce("nothing", () => undefined),
        undefined,
      );
      assert.equal(runOnce("nothing", assert.fail), undefined);
    });

    test("a callback that throws leaves nothing, and the next call runs", () => {
      const error = new Error("no stock");
      assert.throws(
        () => runOnce("throws", () => (insert("two"), assert.fail(error))),
        (thrown) => thrown === error,
      );
      assert.equal(effects("two"), 0);
      assert.equal(
        runOnce("throws", () => (insert("two"), 2)),
        2,
      );
      assert.equal(effects("two"), 1);
    });

    test("a promise, and a result that JSON can't carry, roll the effects back", () => {
      assert.throws(
        () => runOnce("promise", async () => insert("three")),
        (error) => error.code === "ERR_TRANSACTION" && /without await/.test(error.message),
      );
      assert.throws(() => runOnce("date", () => (insert("three"), new Date(0))), { code: "ERR_INVALID_RESULT" });
      assert.equal(effects("three"), 0);
    });

    test("another payload under the key is refused", () => {
      runOnce("payload", () => 1, { payload: { a: 1 } });
      assert.throws(() => runOnce("payload", assert.fail, { payload: { a: 2 } }), { code: "ERR_PAYLOAD_MISMATCH" });
    });

    test("a callback that is none is refused", () => {
      assert.throws(() => runOnce("k", assert.fail, { paylod: 1 }), { code: "ERR_INVALID_ARGUMENT", message: /no "paylod".*write "payload"/ });
      assert.throws(() => runOnce("no callback", 1), { code: "ERR_INVALID_ARGUMENT", message: "the callback is number, expected a function" });
    });

    test("a refusal is kept as the result, without the callback's writes", () => {
      const refusing = createSqliteTransactionalRunOnce(db, { refusal: (error) => (/UNIQUE/.test(error.message) ? "twice" : undefined) }).runOnce;
      assert.equal(
        refusing("refused", () => (insert("four"), insert("four"))),
        "twice",
      );
      assert.equal(refusing("refused", assert.fail), "twice");
      assert.equal(effects("four"), 0);
      assert.throws(() => refusing("thrown", () => assert.fail(new Error("other"))), { message: "other" });
    });

    test("inside a transaction it is refused, and a transaction that the callback ends is seen", () => {
      db.exec("BEGIN");
      assert.throws(
        () => runOnce("inside", assert.fail),
        (error) => error.code === "ERR_TRANSACTION" && /inside a transaction/.test(error.message),
      );
      db.exec("ROLLBACK");
      assert.throws(
        () => runOnce("ends", () => db.exec("ROLLBACK")),
        (error) => error.code === "ERR_TRANSACTION" && /must not end the transaction/.test(error.message),
      );
      assert.equal(
        runOnce("ends", () => "anew"),
        "anew",
      );
    });

    test("a holder of the lease mode is seen, and its results, and the other way round", async () => {
      const store = new sqlite.SqliteStore(db);
      const leased = lease.createRunOnce({ store }).runOnce;
      assert.equal(await leased("payload", assert.fail), 1);
      await leased("leased", () => "leased");
      assert.equal(runOnce("leased", assert.fail), "leased");
      await leased("held", () =>
        assert.throws(
          () => runOnce("held", assert.fail),
          (error) => error.code === "ERR_IN_PROGRESS" && error.retryAfterMs > 0,
        ),
      );
    });

    test("while another connection writes, a call waits for its busy time-out, and then says so", () => {
      const other = database();
      const impatient = createSqliteTransactionalRunOnce(database(50)).runOnce;
      other.exec("BEGIN IMMEDIATE");
      assert.throws(() => impatient("busy", assert.fail), /database is locked/);
      other.exec("COMMIT");
      assert.equal(
        impatient("busy", () => "free"),
        "free",
      );
    });
  });
}

test("what is no database is refused", () => {
  for (const wrong of [undefined, {}, { prepare() {} }]) {
    assert.throws(() => createSqliteTransactionalRunOnce(wrong), { code: "ERR_INVALID_ARGUMENT" });
  }
});

if (hasSqlite) {
  for (const [name, open] of Object.entries(await openers())) suite(name, open);
} else {
  runWithSqlite("on a Node with node:sqlite", import.meta.url, 28);
}
