/** The store that both processes share: Redis where REDIS_URL is set, or else an SQLite file. */
import { RedisStore } from "idempotency-keys/run-once/redis";
import { SqliteStore, sqliteMigration } from "idempotency-keys/run-once/sqlite";

export async function openStore(file) {
  if (process.env.REDIS_URL) {
    const { Redis } = await import("ioredis");
    return new RedisStore(new Redis(process.env.REDIS_URL));
  }
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(file, { timeout: 5000 });
  database.exec("PRAGMA journal_mode = WAL");
  database.exec(sqliteMigration());
  return new SqliteStore(database);
}
