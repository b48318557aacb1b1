/**
 * Records in a table of PostgreSQL 12 or later, on `pg` or any client with its `query`.
 *
 * One row per key, one statement per operation, and the server's own clock.
 *
 * @module
 */
import { column, readClaim, readNumber, readRows, refuseAnswer } from "../answers.js";
import { timer } from "../duration.js";
import type { Acquired, Claim } from "../machine.js";
import { hasMethods, refuseNonClient, refuseOther } from "./client-kinds.js";
import type { Store } from "./store.js";
import { checkTable } from "./table.js";

/** What is used of a `pg` pool; PGlite and others have it, too. */
export interface PostgresClient {
  query(text: string, values: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
}

/** Settings of {@link PostgresStore}. */
export interface PostgresStoreOptions {
  /** The table, with its schema or without. Default: `"run_once"`. */
  readonly table?: string | undefined;
}

/**
 * What creates the table and the function that claims a key, or brings those of an earlier version up
 * to date: for a migration. It may run again, and in many processes at once.
 *
 * @param table The table, with its schema or without. Default: `"run_once"`.
 * @returns SQL, one statement.
 * @throws InvalidArgumentError (`ERR_INVALID_ARGUMENT`) for a name that would need quoting.
 */
export function postgresMigration(table = "run_once"): string {
  checkTable(table);
  return `DO $migration$ BEGIN
-- Until the commit: CREATE ... IF NOT EXISTS fails where another process creates the same.
PERFORM pg_advisory_xact_lock(hashtextextended('idempotency-keys/run-once', 0));

CREATE TABLE IF NOT EXISTS ${table} (
  hash text PRIMARY KEY,
  token text NOT NULL,
  holder text NOT NULL, -- empty: given back after a takeover
  fingerprint text,
  lease_end timestamptz, -- null: done
  result text, -- JSON; null: undefined
  expires timestamptz NOT NULL,
  taken_over boolean NOT NULL DEFAULT false -- a former holder's lease ran out
);
CREATE INDEX IF NOT EXISTS ${table.replace(".", "_")}_expires ON ${table} (expires);
-- A table from before takeovers were remembered. Asked first, for ALTER TABLE waits for every reader.
IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = '${table}'::regclass AND attname = 'taken_over') THEN
  ALTER TABLE ${table} ADD COLUMN taken_over boolean NOT NULL DEFAULT false;
END IF;

-- Changes the row only as ON CONFLICT finds it, so that of many callers one gets the key. A function,
-- so that PostgreSQL keeps its plans: planning took longer than all the rest.
CREATE OR REPLACE FUNCTION ${table}_claim(
  p_hash text, p_holder text, p_lease_ms float8, p_ttl_ms float8, p_fingerprint text, p_token text,
  OUT status text, OUT result text, OUT lease float8
) LANGUAGE plpgsql AS $$
DECLARE
  now timestamptz;
  found_row ${table}%ROWTYPE;
  is_live boolean;
  is_taken boolean;
BEGIN
  LOOP
    SELECT * INTO found_row FROM ${table} t WHERE t.hash = p_hash;
    now := clock_timestamp();
    is_live := coalesce(found_row.expires > now, false);
    IF is_live THEN
      IF found_row.fingerprint <> p_fingerprint THEN
        status := 'mismatch';
        RETURN;
      ELSIF found_row.lease_end IS NULL THEN
        status := 'done';
        result := found_row.result;
        RETURN;
      ELSIF found_row.holder <> p_holder AND found_row.lease_end > now THEN
        status := 'held';
        lease := extract(epoch FROM found_row.lease_end - now) * 1000;
        RETURN;
      END IF;
    END IF;
    is_taken := is_live AND (found_row.holder <> p_holder OR found_row.taken_over);
    INSERT INTO ${table} AS t (hash, holder, token, fingerprint, lease_end, expires, taken_over)
    VALUES (p_hash, p_holder, p_token, coalesce(p_fingerprint, CASE WHEN is_live THEN found_row.fingerprint END),
      now + p_lease_ms * interval '1 ms', now + (p_lease_ms + p_ttl_ms) * interval '1 ms', is_taken)
    ON CONFLICT (hash) DO UPDATE SET
      holder = excluded.holder, token = excluded.token, fingerprint = excluded.fingerprint,
      lease_end = excluded.lease_end, expires = excluded.expires, taken_over = excluded.taken_over, result = NULL
    WHERE (t.holder, t.lease_end, t.expires) IS NOT DISTINCT FROM (found_row.holder, found_row.lease_end, found_row.expires);
    IF FOUND THEN
      status := CASE WHEN is_taken THEN 'takenOver' ELSE 'acquired' END;
      RETURN;
    END IF;
  END LOOP;
END
$$;
END $migration$;`;
}

/** So many milliseconds, given as a parameter, from now on. */
const after = (parameter: string): string => `clock_timestamp() + ${parameter}::float8 * interval '1 ms'`;

/** The functions of `machine.ts` in SQL. */
function statements(table: string) {
  return {
    acquire: `SELECT status, result, lease FROM ${table}_claim($1, $2, $3, $4, $5, $6)`,
    renew: `
UPDATE ${table} SET lease_end = ${after("$3")}, expires = ${after("($3 + $4)")}
WHERE hash = $1 AND holder = $2 AND lease_end IS NOT NULL AND expires > clock_timestamp()
RETURNING hash`,
    complete: `
UPDATE ${table} SET lease_end = NULL,
  result = CASE WHEN lease_end IS NULL THEN result ELSE $3::text END,
  expires = CASE WHEN lease_end IS NULL THEN expires ELSE ${after("$4")} END
WHERE hash = $1 AND holder = $2 AND expires > clock_timestamp()
RETURNING hash`,
    // Two statements in one, of which one finds something to do: a takeover is not forgotten.
    release: `
WITH given_back AS (
  UPDATE ${table} SET holder = '', lease_end = least(lease_end, clock_timestamp())
  WHERE hash = $1 AND holder = $2 AND lease_end IS NOT NULL AND expires > clock_timestamp() AND taken_over
  RETURNING hash
), removed AS (
  DELETE FROM ${table}
  WHERE hash = $1 AND holder = $2 AND lease_end IS NOT NULL AND expires > clock_timestamp() AND NOT taken_over
  RETURNING hash
)
SELECT hash FROM given_back UNION ALL SELECT hash FROM removed`,
    deleteExpired: `
WITH gone AS (DELETE FROM ${table} WHERE expires <= clock_timestamp() RETURNING hash)
SELECT count(*)::int4 AS count FROM gone`,
  };
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
  readonly #statements: ReturnType<typeof statements>;

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
    const table = options.table ?? "run_once";
    checkTable(table);
    this.#client = client;
    this.#table = table;
    this.#statements = statements(table);
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

  async #query(operation: keyof ReturnType<typeof statements>, values: unknown[]): Promise<Record<string, unknown>[]> {
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
        const pause = Math.random() * Math.min(2 ** races, LONGEST_PAUSE_MS);
        await new Promise<void>((resolve) => timer(resolve, pause));
      }
    }
  }
}
