/** Stores that processes share, on servers of the tests' own. */
import { createRequire } from "node:module";

import { startPostgres, startRedis } from "../run-once/services.mjs";
import { postgres, redis } from "./package.mjs";

const require = createRequire(new URL("../run-once/package.json", import.meta.url));
const { Redis } = require("ioredis");
const { Pool } = require("pg");

/** Stores on servers that run already. */
export function connect({ redisUrl, postgresUrl }) {
  const client = new Redis(redisUrl);
  const pool = new Pool({ connectionString: postgresUrl, max: 20 });
  let stores = 0;
  return {
    redis: new redis.RedisStore(client),
    postgres: new postgres.PostgresStore(pool),
    pool,
    /** Stores that share no key with any other. */
    newRedis: () => new redis.RedisStore(client, { prefix: `case-${++stores}:` }),
    async newPostgres() {
      const table = `run_once_${++stores}`;
      await pool.query(postgres.postgresMigration(table));
      return new postgres.PostgresStore(pool, { table });
    },
    async end() {
      client.disconnect();
      await pool.end();
    },
  };
}

export async function startStores() {
  const [redisServer, postgresServer] = await Promise.all([startRedis(), startPostgres()]);
  const urls = { redisUrl: redisServer.url, postgresUrl: postgresServer.url };
  const stores = connect(urls);
  await stores.pool.query(postgres.postgresMigration());
  return {
    ...stores,
    urls,
    async stop() {
      await stores.end();
      await Promise.all([redisServer.stop(), postgresServer.stop()]);
    },
  };
}
