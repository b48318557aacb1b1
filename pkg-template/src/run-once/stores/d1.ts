/**
 * Records in Cloudflare D1, through a Worker's binding.
 *
 * The table and statements are those of `SqliteStore`. Each operation is one statement or one
 * `batch`, which D1 runs as a transaction: one round trip. The clock is the database's.
 *
 * @module
 */
import { column, readClaim, refuseAnswer } from "../answers.js";
import type { Acquired, Claim } from "../machine.js";
import { hasMethods, refuseNonClient, refuseOther } from "./client-kinds.js";
import { isTableOutdated, sqliteMigration, sqliteStatements } from "./sqlite-statements.js";
import type { Store } from "./store.js";
import { checkSqliteTable, tableOf } from "./table.js";

/** What is used of a `D1Database`. */
export interface D1DatabaseLike {
  prepare(sql: string): D1StatementLike;
  batch(statements: D1StatementLike[]): Promise<{ results?: unknown[] }[]>;
}

/** What is used of a `D1PreparedStatement`. */
export interface D1StatementLike {
  bind(...values: unknown[]): D1StatementLike;
}

/** Settings of {@link D1Store}. */
export interface D1StoreOptions {
  /** The table. Default: `"run_once"`. */
  readonly table?: string | undefined;
}

/**
 * What creates the table, for a migration of wrangler's or `env.DB.exec`. It may run again.
 *
 * @param table The table. Default: `"run_once"`.
 * @returns SQL, a statement on each line, as D1's `exec` wants it.
 * @throws InvalidArgumentError (`ERR_INVALID_ARGUMENT`) for a name that would need quoting.
 */
export function d1Migration(table = "run_once"): string {
  return sqliteMigration(table)
    .replace(/ -- .*$/gm, "")
    .replace(/\n(?!CREATE)\s*/g, " ");
}

type Values = Record<string, string | number | null>;
type Name = keyof ReturnType<typeof sqliteStatements>;

/** D1 knows parameters by number only. */
function numbered(sql: string): { sql: string; names: string[] } {
  const names: string[] = [];
  const replaced = sql.replace(/\$(\w+)/g, (_, name: string) => {
    if (!names.includes(name)) names.push(name);
    return `?${names.indexOf(name) + 1}`;
  });
  return { sql: replaced, names };
}

/**
 * Keeps records in a D1 database: for Workers that share it.
 *
 * @example
 * ```ts
 * export default {
 *   async fetch(request, env) {
 *     const { runOnce } = createRunOnce({ store: new D1Store(env.DB) });
 *     return Response.json(await runOnce("greet", () => "hello"));
 *   },
 * };
 * ```
 */
export class D1Store implements Store {
  readonly #database: D1DatabaseLike;
  readonly #table: string;
  readonly #statements: Record<Name, ReturnType<typeof numbered>>;

  /**
   * @param database The binding.
   * @param options The table's name.
   * @throws InvalidArgumentError (`ERR_INVALID_ARGUMENT`) for a database or a table's name that can't be used.
   */
  constructor(database: D1DatabaseLike, options: D1StoreOptions = {}) {
    const what = "the D1 database";
    const advice = "pass the binding of a D1 database, such as env.DB";
    refuseNonClient(what, database, advice);
    const isSqlite = hasMethods(database, "prepare", "exec") && !hasMethods(database, "batch");
    refuseOther(
      isSqlite,
      what,
      "one of node:sqlite or better-sqlite3",
      'use SqliteStore of "idempotency-keys/run-once/sqlite"',
    );
    refuseOther(!hasMethods(database, "prepare", "batch"), what, "without the functions prepare and batch", advice);
    this.#table = tableOf(options, checkSqliteTable);
    this.#database = database;
    const statements = Object.entries(sqliteStatements(this.#table)).map(([name, sql]) => [name, numbered(sql)]);
    this.#statements = Object.fromEntries(statements) as Record<Name, ReturnType<typeof numbered>>;
  }

  async acquire(hash: string, claim: Claim): Promise<Acquired> {
    const { holder, leaseMs, ttlMs, token, fingerprint = null } = claim;
    const [[found], [taken]] = await this.#batch(["read", "take"], {
      hash,
      holder,
      leaseMs,
      ttlMs,
      token,
      fingerprint,
    });
    if (taken !== undefined) return readClaim(column(taken, "status"), undefined, undefined, taken);
    // Within one transaction: what was not taken is in the way.
    if (found === undefined) return refuseAnswer([], "a row");
    return readClaim(column(found, "status"), column(found, "result"), column(found, "lease"), found);
  }

  async renew(hash: string, holder: string, leaseMs: number, ttlMs: number): Promise<boolean> {
    return this.#changes(["renew"], { hash, holder, leaseMs, ttlMs });
  }

  async complete(hash: string, holder: string, result: string | undefined, ttlMs: number): Promise<boolean> {
    return this.#changes(["complete"], { hash, holder, result: result ?? null, ttlMs });
  }

  async release(hash: string, holder: string): Promise<boolean> {
    return this.#changes(["remove", "giveBack"], { hash, holder });
  }

  /** Deletes the rows whose time is over, which count as absent already; returns how many. */
  async deleteExpired(): Promise<number> {
    const [rows] = await this.#batch(["deleteExpired"], {});
    return rows.length;
  }

  async #changes(names: Name[], values: Values): Promise<boolean> {
    return (await this.#batch(names, values)).some((rows) => rows.length > 0);
  }

  /** The rows of each statement, in one transaction. */
  async #batch<const Names extends readonly Name[]>(
    names: Names,
    values: Values,
  ): Promise<{ [I in keyof Names]: Record<string, unknown>[] }> {
    const statements = names.map((name) => {
      const { sql, names } = this.#statements[name];
      return this.#database.prepare(sql).bind(...names.map((parameter) => values[parameter]));
    });
    let answers: unknown;
    try {
      answers = await this.#database.batch(statements);
    } catch (error) {
      if (!isTableOutdated(error)) throw error;
      throw new Error(
        `${error.message}: the table is missing or from an earlier version, run the SQL of d1Migration(${JSON.stringify(this.#table)}) first`,
        { cause: error },
      );
    }
    const expected = `${names.length} arrays of rows`;
    if (!Array.isArray(answers) || answers.length !== names.length) refuseAnswer(answers, expected);
    const rows = (answers as { results?: unknown }[]).map((answer) =>
      Array.isArray(answer?.results) ? answer.results : refuseAnswer(answers, expected),
    );
    return rows as { [I in keyof Names]: Record<string, unknown>[] };
  }
}
