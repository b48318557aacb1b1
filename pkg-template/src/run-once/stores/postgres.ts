/**
 * Records in a table of PostgreSQL 12 or later, on `pg` or any client with its `query`.
 *
 * One row per key, one statement per operation, and the server's own clock.
 *
 * @module
 */
import { column, readClaim, readNumber, readRows, refuseAnswer } from "../answers.js";
import { sleep } from "../duration.js";
import type { Acquired, Claim } from "../machine.js";
import { hasMethods, refuseNonClient, refuseOther } from "./client-kinds.js";
import { postgresMigration, postgresStatements } from "./postgres-statements.js";
import type { Store } from "./store.js";
import { checkPostgresTable, tableOf } from "./table.js";

export { postgresMigration };

/** What is used of a `pg` pool; PGlite and others have it, too. */
export interface PostgresClient {
  query(text: string, values: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
}

/** Settings of {@link PostgresStore}. */
export interface PostgresStoreOptions {
  /** The table, with its schema or without. Default: `"run_once"`. */
  readonly table?: string | undefined;
}

/** More than even a crowd loses in a row. */
const MOST_RACES = 100;
const LONGEST_PAUSE_MS = 100;
/** Only where the database's default isolation is stricter than READ COMMITTED; nothing was changed. */
const SERIALIZATION_FAILURE = "40001";
const UNDEFINED_FUNCTION = "42883";
const UNDEFINED_TABLE = "42P01";
const UNDEFINED_COLUMN = "42703";

/**
 * Keeps records in PostgreSQL, for as long as PostgreSQL keeps anything.
 *
 * Give it a pool, not a connection within a transaction: others would see a claim only after the
 * commit, and wait for it without end.
 *
 * @example
 * ```ts
 * import pg from "pg";
 *
 * const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
 * await pool.query(postgresMigration());
 * const { runOnce } = createRunOnce({ store: new PostgresStore(pool) });
 * ```
 */
export class PostgresStore implements Store {
  readonly #client: PostgresClient;
  readonly #table: string;
  readonly #statements: ReturnType<typeof postgresStatements>;

  /**
   * @param client A pool, or anything with its `query`.
   * @param options The table's name.
   * @throws InvalidArgumentError (`ERR_INVALID_ARGUMENT`) for a client or a table's name that can't be used.
   */
  constructor(client: PostgresClient, options: PostgresStoreOptions = {}) {
    const what = "the PostgreSQL client";
    const advice = "pass a pool of pg, as in new pg.Pool({ connectionString: url }), or its like";
    refuseNonClient(what, client, advice);
    refuseOther(
      hasMethods(client, "unsafe", "begin"),
      what,
      "one of postgres.js",
      "pass { query: async (text, values) => ({ rows: await sql.unsafe(text, values) }) }",
    );
    refuseOther(hasMethods(client, "query", "execute"), what, "one of MySQL", advice);
    refuseOther(!hasMethods(client, "query"), what, "without a query function", advice);
    this.#client = client;
    this.#table = tableOf(options, checkPostgresTable);
    this.#statements = postgresStatements(this.#table);
  }

  async acquire(hash: string, claim: Claim): Promise<Acquired> {
    const { holder, leaseMs, ttlMs, token, fingerprint = null } = claim;
    const values = [hash, holder, leaseMs, ttlMs, fingerprint, token];
    const rows = await this.#query("acquire", values);
    const row = rows[0] ?? refuseAnswer(rows, "a row");
    return readClaim(column(row, "status"), column(row, "result"), column(row, "lease"), row);
  }

  async renew(hash: string, holder: string, leaseMs: number, ttlMs: number): Promise<boolean> {
    return (await this.#query("renew", [hash, holder, leaseMs, ttlMs])).length > 0;
  }

  async complete(hash: string, holder: string, result: string | undefined, ttlMs: number): Promise<boolean> {
    return (await this.#query("complete", [hash, holder, result ?? null, ttlMs])).length > 0;
  }

  async release(hash: string, holder: string): Promise<boolean> {
    return (await this.#query("release", [hash, holder])).length > 0;
  }

  /** Deletes the rows whose time is over, which count as absent already; returns how many. */
  async deleteExpired(): Promise<number> {
    const [row] = await this.#query("deleteExpired", []);
    return row === undefined ? 0 : readNumber(column(row, "count"), "a number of rows");
  }

  /** Of a single connection `pg` knows whether it is inside a transaction. */
  #refuseTransaction(): void {
    const client = this.#client as PostgresClient & { getTransactionStatus?: () => unknown };
    const status = typeof client.getTransactionStatus === "function" ? client.getTransactionStatus() : undefined;
    if (status === "T" || status === "E") {
      throw new Error(
        "the connection is inside a transaction, which others don't see and which may be rolled back: give the store a pool, or use idempotency-keys/run-once/transaction",
      );
    }
  }

  async #query(
    operation: keyof ReturnType<typeof postgresStatements>,
    values: unknown[],
  ): Promise<Record<string, unknown>[]> {
    this.#refuseTransaction();
    for (let races = 1; ; races++) {
      try {
        return readRows(await this.#client.query(this.#statements[operation], values));
      } catch (error) {
        const { code } = error as { code?: unknown };
        if (code === UNDEFINED_FUNCTION || code === UNDEFINED_TABLE || code === UNDEFINED_COLUMN) {
          const sql = `postgresMigration(${JSON.stringify(this.#table)})`;
          throw new Error(
            `${(error as Error).message}: the table is missing or from an earlier version, run the SQL of ${sql} first`,
            { cause: error },
          );
        }
        if (code !== SERIALIZATION_FAILURE || races === MOST_RACES) throw error;
        // Out of step with the others, or all of a crowd would lose together, again and again.
        await sleep(Math.random() * Math.min(2 ** races, LONGEST_PAUSE_MS));
      }
    }
  }
}
