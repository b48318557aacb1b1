/** How each client library begins, commits and queries. No rule of run-once lives here. */
import { checkSettings } from "../../shared.js";
import { InvalidArgumentError, TransactionError } from "../errors.js";
import { hasMethods } from "../stores/client-kinds.js";
import type { Query, Row, Transactions } from "./types.js";

/** What is used of a connection of `pg`. */
export interface PgClient {
  query(text: string, values?: unknown[]): Promise<{ rows: Row[]; command?: string }>;
  release(destroy?: Error | boolean): void;
  on?(event: "error", listener: (error: Error) => void): unknown;
  off?(event: "error", listener: (error: Error) => void): unknown;
}

/** What is used of a `pg` pool. */
export interface PgPool<Client extends PgClient = PgClient> {
  connect(): Promise<Client>;
}

/** What is used of `sql` of `postgres` (postgres.js). */
export interface PostgresJsSql<Tx extends PostgresJsTransaction = PostgresJsTransaction> {
  begin<T>(body: (tx: Tx) => Promise<T>): Promise<unknown>;
}

interface PostgresJsTransaction {
  // Method syntax: the library's own parameter types are narrower.
  unsafe(text: string, values?: never[]): PromiseLike<unknown>;
}

/** What is used of a Drizzle database on PostgreSQL. */
export interface DrizzleDatabase<Tx extends DrizzleTransaction = DrizzleTransaction> {
  transaction<T>(body: (tx: Tx) => Promise<T>): Promise<T>;
}

interface DrizzleTransaction {
  execute(query: never): PromiseLike<unknown>;
}

/** What is used of a Prisma client on PostgreSQL. */
export interface PrismaDatabase<Tx extends PrismaTransaction = PrismaTransaction> {
  $transaction<T>(body: (tx: Tx) => Promise<T>, options?: { timeout?: number; maxWait?: number }): Promise<T>;
}

/** Settings of {@link prismaTransactions}. */
export interface PrismaOptions {
  /** How long a transaction may take, in milliseconds. Default: 60,000. */
  readonly timeout?: number | undefined;
}

interface PrismaTransaction {
  $queryRawUnsafe(text: string, ...values: unknown[]): PromiseLike<unknown>;
}

/** What is used of a Kysely database on PostgreSQL. */
export interface KyselyDatabase<Tx extends KyselyTransaction = KyselyTransaction> {
  transaction(): { execute<T>(body: (tx: Tx) => Promise<T>): Promise<T> };
}

interface KyselyTransaction {
  executeQuery(query: never): Promise<{ rows: unknown[] }>;
}

function checkMethod(owner: unknown, method: string, wanted: string): void {
  if (!hasMethods(owner, method)) {
    throw new InvalidArgumentError(`the client has no method "${method}": pass ${wanted}`);
  }
}

/** Rows of a reply that is an array, or has one. */
function rowsOf(reply: unknown): Row[] {
  return (Array.isArray(reply) ? reply : ((reply as { rows?: unknown }).rows ?? [])) as Row[];
}

/**
 * Transactions on a pool of `pg`.
 *
 * @param pool A `Pool`. A single `Client` can't be taken: other statements could get into its transactions.
 * @throws InvalidArgumentError (`ERR_INVALID_ARGUMENT`) for anything without `connect`.
 */
export function pgTransactions<Client extends PgClient>(pool: PgPool<Client>): Transactions<Client> {
  checkMethod(pool, "connect", "a Pool of pg");
  return {
    async run(body) {
      const client = await pool.connect();
      if (typeof client?.release !== "function") {
        throw new InvalidArgumentError("connect() returned no pooled client: pass a Pool of pg, not a Client");
      }
      // A checked-out client without a listener ends the process when its connection breaks.
      let broken: Error | undefined;
      const onError = (error: Error): void => {
        broken = error;
      };
      client.on?.("error", onError);
      try {
        await client.query("BEGIN");
        const value = await body(client, async (text, values) => (await client.query(text, values)).rows);
        const { command } = await client.query("COMMIT");
        if (command === "ROLLBACK") {
          throw new TransactionError("PostgreSQL answered COMMIT with ROLLBACK: nothing was committed");
        }
        return value;
      } catch (error) {
        await client.query("ROLLBACK").catch((cause: Error) => {
          broken ??= cause;
        });
        throw error;
      } finally {
        client.off?.("error", onError);
        client.release(broken);
      }
    },
  };
}

/**
 * Transactions on `postgres` (postgres.js). Behind an old pgbouncer in transaction mode it needs
 * `prepare: false`.
 *
 * @param sql What `postgres(url)` returned.
 * @throws InvalidArgumentError (`ERR_INVALID_ARGUMENT`) for anything without `begin`.
 */
export function postgresJsTransactions<Tx extends PostgresJsTransaction>(sql: PostgresJsSql<Tx>): Transactions<Tx> {
  checkMethod(sql, "begin", "what postgres(url) returned");
  return {
    run: <T>(body: (tx: Tx, query: Query) => Promise<T>) =>
      sql.begin((tx) =>
        body(tx, async (text, values) => rowsOf(await tx.unsafe(text, values as never[]))),
      ) as Promise<T>,
  };
}

/**
 * Transactions on Drizzle, with any of its PostgreSQL drivers.
 *
 * @param db What `drizzle(…)` returned.
 * @throws InvalidArgumentError (`ERR_INVALID_ARGUMENT`) for anything without `transaction`.
 */
export function drizzleTransactions<Tx extends DrizzleTransaction>(db: DrizzleDatabase<Tx>): Transactions<Tx> {
  checkMethod(db, "transaction", "a Drizzle database on PostgreSQL");
  // Drizzle asks a query for its SQL, and that for its string and parameters.
  const statement = (sql: string, params: unknown[]): unknown => {
    const built = { getSQL: () => built, toQuery: () => ({ sql, params }) };
    return built;
  };
  return {
    run: (body) =>
      db.transaction((tx) =>
        body(tx, async (text, values) => rowsOf(await tx.execute(statement(text, values) as never))),
      ),
  };
}

/**
 * Transactions on Prisma. Its interactive transactions end after 5 seconds unless told otherwise,
 * the wait for another's transaction included.
 *
 * @param prisma A `PrismaClient` on PostgreSQL.
 * @param options How long a transaction may take.
 * @throws InvalidArgumentError (`ERR_INVALID_ARGUMENT`) for anything without `$transaction`.
 */
export function prismaTransactions<Tx extends PrismaTransaction>(
  prisma: PrismaDatabase<Tx>,
  options: PrismaOptions = {},
): Transactions<Tx> {
  checkMethod(prisma, "$transaction", "a PrismaClient");
  checkSettings(options, ["timeout"]);
  const { timeout = 60_000 } = options;
  return {
    run: (body) =>
      prisma.$transaction((tx) => body(tx, async (text, values) => rowsOf(await tx.$queryRawUnsafe(text, ...values))), {
        timeout,
        maxWait: timeout,
      }),
  };
}

/**
 * Transactions on Kysely with its PostgreSQL dialect.
 *
 * @param db A `Kysely` instance.
 * @throws InvalidArgumentError (`ERR_INVALID_ARGUMENT`) for anything without `transaction`.
 */
export function kyselyTransactions<Tx extends KyselyTransaction>(db: KyselyDatabase<Tx>): Transactions<Tx> {
  checkMethod(db, "transaction", "a Kysely database on PostgreSQL");
  // The shape of Kysely's CompiledQuery.raw.
  const statement = (sql: string, parameters: unknown[]): unknown => ({
    sql,
    parameters,
    query: { kind: "RawNode", sqlFragments: [sql], parameters: [] },
    queryId: { queryId: crypto.randomUUID() },
  });
  return {
    run: (body) =>
      db
        .transaction()
        .execute((tx) =>
          body(tx, async (text, values) => (await tx.executeQuery(statement(text, values) as never)).rows as Row[]),
        ),
  };
}
