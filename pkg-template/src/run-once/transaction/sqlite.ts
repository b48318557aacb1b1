/** The transactional mode on SQLite: synchronous, as `node:sqlite` and `better-sqlite3` are. */
import { checkOptions, checkSettings, createInstance, hashPayload, type IdempotencyKey } from "../../shared.js";
import type { KeyMaterial } from "../../types.js";
import { type Duration, milliseconds } from "../duration.js";
import { InProgressError, InvalidArgumentError, PayloadMismatchError, TransactionError } from "../errors.js";
import { checkCallback, keyOfCall } from "../key.js";
import { JSON_CODEC } from "../result.js";
import type { SqliteDatabase } from "../stores/sqlite.js";
import { SQLITE_NOW as NOW, sqliteStatements } from "../stores/sqlite-statements.js";
import { checkSqliteTable } from "../stores/table.js";

/** What is used of `DatabaseSync` (`node:sqlite`) or `Database` (`better-sqlite3`). */
export interface TransactionalDatabase extends SqliteDatabase {
  /**
   * Runs what needs no answer: the beginning and the end of a transaction.
   *
   * @param sql The statement.
   */
  exec(sql: string): unknown;
  /** better-sqlite3's. */
  readonly inTransaction?: boolean;
  /** node:sqlite's. */
  readonly isTransaction?: boolean;
}

/** Settings of {@link createSqliteTransactionalRunOnce}. */
export interface SqliteConfig {
  /** The table. Default: `"run_once"`. */
  readonly table?: string | undefined;
  /** For how long a result is kept. Default: `"30d"`. */
  readonly ttl?: Duration | undefined;
  /**
   * Turns an error of the callback into a result: for anything but `undefined` the callback's writes
   * are rolled back, and what it returns is kept as the result. Default: no error is a result.
   */
  readonly refusal?: ((error: unknown) => unknown) | undefined;
}

const CONFIG = ["table", "ttl", "refusal"] as const satisfies readonly (keyof SqliteConfig)[];

/** The function; it needs no `this`. */
export interface SqliteTransactionalRunOnce<Database> {
  /**
   * Runs `callback` inside BEGIN IMMEDIATE … COMMIT, unless a result is stored under `key`.
   *
   * @param key What a `run`-scoped key is made from; an `IdempotencyKey` is taken as it is.
   * @param callback The work, synchronous: a promise would outlive the transaction.
   * @param options `payload`: what the call is about; another one under the same key is refused.
   * @returns What the callback returned, to every caller; from the table as JSON carries it.
   * @throws What the callback throws, unchanged; everything is rolled back then.
   * @throws InProgressError (`ERR_IN_PROGRESS`) where a holder of the lease mode has the key.
   * @throws PayloadMismatchError (`ERR_PAYLOAD_MISMATCH`), InvalidResultError (`ERR_INVALID_RESULT`).
   * @throws TransactionError (`ERR_TRANSACTION`) for a database that is inside a transaction already, and
   * where the callback ended the transaction; SQLite's own error where the database is locked.
   */
  runOnce<T>(key: KeyMaterial, callback: (database: Database) => T, options?: { readonly payload?: unknown }): T;
}

const SAVEPOINT = "run_once_callback";

interface Found {
  readonly status: "mismatch" | "done" | "free" | "held";
  readonly result: string | null;
  readonly lease: number | bigint | null;
}

function statements(table: string) {
  return {
    read: sqliteStatements(table).read,
    claim: `
INSERT INTO ${table} (hash, token, holder, fingerprint, lease_end, result, expires)
VALUES ($hash, $token, $holder, $fingerprint, NULL, NULL, ${NOW} + $ttlMs)
ON CONFLICT (hash) DO UPDATE SET
  token = excluded.token, holder = excluded.holder, lease_end = NULL, result = NULL, expires = excluded.expires,
  fingerprint = coalesce(excluded.fingerprint, CASE WHEN expires > ${NOW} THEN fingerprint END)
RETURNING hash`,
    publish: `
UPDATE ${table} SET result = $result, expires = ${NOW} + $ttlMs
WHERE hash = $hash AND holder = $holder RETURNING hash`,
  };
}

/**
 * Makes `runOnce` for one SQLite database. The table is that of {@link sqliteMigration}, which
 * `SqliteStore` uses, too.
 *
 * @example
 * ```ts
 * import { DatabaseSync } from "node:sqlite";
 *
 * const database = new DatabaseSync("orders.db", { timeout: 5000 });
 * database.exec(sqliteMigration());
 * const { runOnce } = createSqliteTransactionalRunOnce(database);
 * runOnce(["order", id], (db) => {
 *   db.prepare("INSERT INTO orders (id) VALUES (?)").run(id);
 *   return { id };
 * });
 * ```
 *
 * @param database Opened with a busy timeout, or a call fails while another process writes.
 * @param config Table, time to live, refusals; all of them have defaults.
 * @throws InvalidArgumentError (`ERR_INVALID_ARGUMENT`) for a database that can't be used.
 */
export function createSqliteTransactionalRunOnce<Database extends TransactionalDatabase>(
  database: Database,
  config: SqliteConfig = {},
): SqliteTransactionalRunOnce<Database> {
  if (typeof database?.prepare !== "function" || typeof database.exec !== "function") {
    throw new InvalidArgumentError(
      "the SQLite database lacks prepare or exec: pass a DatabaseSync of node:sqlite, or a Database of better-sqlite3",
    );
  }
  checkSettings(config, CONFIG);
  const { table = "run_once", refusal } = config;
  checkSqliteTable(table);
  const ttlMs = milliseconds("ttl", config.ttl ?? "30d", 1);
  const sql = statements(table);
  const prepared = {
    read: database.prepare(sql.read),
    claim: database.prepare(sql.claim),
    publish: database.prepare(sql.publish),
  };
  const keys = createInstance({});
  const inTransaction = (): boolean => database.inTransaction === true || database.isTransaction === true;

  /** Claims the key, or returns what is stored under it. */
  function claim(
    key: IdempotencyKey,
    holder: string,
    fingerprint: string | null,
  ): { result: string | undefined } | undefined {
    const { hash } = key;
    const found = prepared.read.all({ hash, holder, fingerprint })[0] as Found | undefined;
    switch (found?.status) {
      case "mismatch":
        throw new PayloadMismatchError(key.key);
      case "done":
        return { result: found.result ?? undefined };
      case "held":
        throw new InProgressError(key.key, 0, Number(found.lease));
    }
    prepared.claim.all({ hash, token: key.toToken(), holder, fingerprint, ttlMs });
    return undefined;
  }

  function work(callback: (database: Database) => unknown): unknown {
    if (refusal === undefined) {
      return callback(database);
    }
    database.exec(`SAVEPOINT ${SAVEPOINT}`);
    try {
      return callback(database);
    } catch (error) {
      const kept = refusal(error);
      // Some errors of SQLite end the transaction by themselves.
      if (kept === undefined || !inTransaction()) {
        throw error;
      }
      database.exec(`ROLLBACK TO ${SAVEPOINT}`);
      return kept;
    }
  }

  return {
    runOnce<T>(...[material, callback, options]: Parameters<SqliteTransactionalRunOnce<Database>["runOnce"]>): T {
      checkCallback(callback);
      checkOptions(options, ["payload"]);
      if (inTransaction()) {
        throw new TransactionError(
          "the SQLite database is inside a transaction already: call runOnce outside of it, on a connection of its own",
        );
      }
      const key = keyOfCall(keys, material, undefined);
      const fingerprint = options?.payload === undefined ? null : hashPayload(options.payload);
      const holder = crypto.randomUUID();
      database.exec("BEGIN IMMEDIATE");
      try {
        const stored = claim(key, holder, fingerprint);
        const value = stored === undefined ? work(callback) : JSON_CODEC.decode(stored.result);
        if (stored === undefined) {
          if (typeof (value as { then?: unknown } | null | undefined)?.then === "function") {
            throw new TransactionError(
              "the callback returned a promise, but SQLite's transactions are synchronous: do the work without await",
            );
          }
          const published =
            inTransaction() &&
            prepared.publish.all({ hash: key.hash, holder, result: JSON_CODEC.encode(value) ?? null, ttlMs });
          if (published === false || published.length === 0) {
            throw new TransactionError(
              `the record of ${JSON.stringify(key.key)} is gone from its own transaction: the callback must not end the transaction itself, nor change the table`,
            );
          }
        }
        database.exec("COMMIT");
        return value as T;
      } catch (error) {
        if (inTransaction()) {
          database.exec("ROLLBACK");
        }
        throw error;
      }
    },
  };
}
