/**
 * `runOnce` whose result and effects commit in one database transaction: what the callback writes
 * in that database happens exactly once.
 *
 * @example
 * ```ts
 * import pg from "pg";
 * import { createTransactionalRunOnce, pgTransactions } from "idempotency-keys/run-once/transaction";
 *
 * const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
 * const { runOnce } = createTransactionalRunOnce(pgTransactions(pool), { ttl: "30d" });
 * const order = await runOnce(["order", id], async (tx) => {
 *   await tx.query("INSERT INTO orders (id) VALUES ($1)", [id]);
 *   return { id };
 * });
 * ```
 *
 * @module
 */

export { createTransactionalRunOnce } from "./run-once.js";
export { createSqliteTransactionalRunOnce } from "./sqlite.js";
export {
  drizzleTransactions,
  kyselyTransactions,
  pgTransactions,
  postgresJsTransactions,
  prismaTransactions,
} from "./adapters.js";
export type {
  DrizzleDatabase,
  KyselyDatabase,
  PgClient,
  PgPool,
  PostgresJsSql,
  PrismaDatabase,
  PrismaOptions,
} from "./adapters.js";
export type { SqliteConfig, SqliteTransactionalRunOnce, TransactionalDatabase } from "./sqlite.js";
export type {
  Query,
  Row,
  TransactionalConfig,
  TransactionalExecution,
  TransactionalOptions,
  TransactionalRunOnce,
  Transactions,
} from "./types.js";
export { postgresMigration } from "../stores/postgres.js";
export { sqliteMigration } from "../stores/sqlite.js";
export {
  InProgressError,
  InvalidArgumentError,
  InvalidResultError,
  PayloadMismatchError,
  TransactionError,
} from "../errors.js";
