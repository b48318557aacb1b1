/**
 * Records in a table of SQLite 3.35 or later, on `node:sqlite` or `better-sqlite3`.
 *
 * One row per key; each change is one statement. The clock is the machine's, as SQLite reads it:
 * all processes of a database file share it.
 *
 * @module
 */
import { readClaim } from "../answers.js";
import { InvalidArgumentError } from "../errors.js";
import type { Acquired, Claim } from "../machine.js";
import { hasMethods, refuseNonClient, refuseOther } from "./client-kinds.js";
import { isTableOutdated, sqliteMigration, sqliteStatements } from "./sqlite-statements.js";
import type { Store } from "./store.js";
import { checkSqliteTable, tableOf } from "./table.js";

export { sqliteMigration };

/** What is used of `DatabaseSync` (`node:sqlite`) or `Database` (`better-sqlite3`). */
export interface SqliteDatabase {
  prepare(sql: string): { all(values: Record<string, string | number | null>): unknown[] };
}

type Statement = ReturnType<SqliteDatabase["prepare"]>;

type Statements = Record<keyof ReturnType<typeof sqliteStatements>, Statement>;

/** Settings of {@link SqliteStore}. */
export interface SqliteStoreOptions {
  /** The table. Default: `"run_once"`. */
  readonly table?: string | undefined;
}

/** Far more than can be lost in a row: each time, a record has come and gone within microseconds. */
const MOST_RACES = 100;

/**
 * Keeps records in an SQLite file: for the processes of one machine.
 *
 * Open the database with a busy timeout and in WAL mode, or a call fails with "database is locked"
 * while another process writes.
 *
 * @example
 * ```ts
 * import { DatabaseSync } from "node:sqlite";
 *
 * const database = new DatabaseSync("run-once.db", { timeout: 5000 });
 * database.exec("PRAGMA journal_mode = WAL");
 * database.exec(sqliteMigration());
 * const { runOnce } = createRunOnce({ store: new SqliteStore(database) });
 * ```
 */
export class SqliteStore implements Store {
  readonly #database: SqliteDatabase;
  readonly #table: string;
  #prepared: Statements | undefined;

  /**
   * @param database Where the table is.
   * @param options The table's name.
   * @throws InvalidArgumentError (`ERR_INVALID_ARGUMENT`) for a database or a table's name that can't be
   * used, and where the table is missing or from an earlier version.
   */
  constructor(database: SqliteDatabase, options: SqliteStoreOptions = {}) {
    const what = "the SQLite database";
    const advice = "pass a DatabaseSync of node:sqlite, or a Database of better-sqlite3";
    refuseNonClient(what, database, advice);
    refuseOther(
      hasMethods(database, "batch", "withSession"),
      what,
      "a D1 database",
      'use D1Store of "idempotency-keys/run-once/d1"',
    );
    refuseOther(
      hasMethods(database, "each", "parallelize") || hasMethods(database, "getDatabaseInstance"),
      what,
      "one of npm's sqlite3 or sqlite, which answer asynchronously",
      advice,
    );
    refuseOther(!hasMethods(database, "prepare"), what, "without a prepare function", advice);
    this.#table = tableOf(options, checkSqliteTable);
    this.#database = database;
    try {
      this.#prepared = this.#prepare();
    } catch (cause) {
      // One that is locked, for one, may not be when it is needed.
      if (!isTableOutdated(cause)) return;
      throw new InvalidArgumentError(
        `${cause.message}: the table is missing or from an earlier version, run sqliteMigration(${JSON.stringify(this.#table)}) first, ` +
          `or for a table of 0.1.0 "ALTER TABLE ${this.#table} ADD COLUMN taken_over INTEGER NOT NULL DEFAULT 0"`,
        { cause },
      );
    }
  }

  #prepare(): Statements {
    const prepare = (sql: string): Statement => this.#database.prepare(sql);
    const { read, take, renew, complete, remove, giveBack, deleteExpired } = sqliteStatements(this.#table);
    return {
      read: prepare(read),
      take: prepare(take),
      renew: prepare(renew),
      complete: prepare(complete),
      remove: prepare(remove),
      giveBack: prepare(giveBack),
      deleteExpired: prepare(deleteExpired),
    };
  }

  get #statements(): Statements {
    const { inTransaction, isTransaction } = this.#database as { inTransaction?: unknown; isTransaction?: unknown };
    if (inTransaction === true || isTransaction === true) {
      throw new Error(
        "the database's connection is inside a transaction, which may be rolled back: give the store a connection of its own, or use idempotency-keys/run-once/transaction",
      );
    }
    return (this.#prepared ??= this.#prepare());
  }

  async acquire(hash: string, claim: Claim): Promise<Acquired> {
    const { holder, leaseMs, ttlMs, token, fingerprint = null } = claim;
    for (let races = 0; races < MOST_RACES; races++) {
      const row = this.#statements.read.all({ hash, holder, fingerprint })[0] as Found | undefined;
      switch (row?.status) {
        case "held":
        case "done":
        case "mismatch":
          return readClaim(row.status, row.result, row.lease, row);
      }
      const taken = this.#statements.take.all({ hash, holder, leaseMs, ttlMs, token, fingerprint })[0] as
        | Taken
        | undefined;
      if (taken !== undefined) return { status: taken.status };
    }
    throw new Error(`lost the race for a record ${MOST_RACES} times`);
  }

  async renew(hash: string, holder: string, leaseMs: number, ttlMs: number): Promise<boolean> {
    return this.#statements.renew.all({ hash, holder, leaseMs, ttlMs }).length > 0;
  }

  async complete(hash: string, holder: string, result: string | undefined, ttlMs: number): Promise<boolean> {
    return this.#statements.complete.all({ hash, holder, result: result ?? null, ttlMs }).length > 0;
  }

  async release(hash: string, holder: string): Promise<boolean> {
    return [this.#statements.remove, this.#statements.giveBack].some(
      (statement) => statement.all({ hash, holder }).length > 0,
    );
  }

  /** Deletes the rows whose time is over, which count as absent already; returns how many. */
  async deleteExpired(): Promise<number> {
    return this.#statements.deleteExpired.all({}).length;
  }
}

/** What `read` finds. */
interface Found {
  readonly status: "mismatch" | "done" | "held" | "free";
  readonly result: string | null;
  readonly lease: number | bigint | null;
}

/** What `take` answers. */
interface Taken {
  readonly status: "acquired" | "takenOver";
}
