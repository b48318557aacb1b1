/**
 * What run-once costs on each store, beside the bare calls that it stands on, on the same client:
 * GET and SELECT for a hit; SET NX and SET, INSERT and UPDATE for a first run, that of 50 callers included.
 *
 *   node benches/js/run-once.mjs [seconds per line] [store]
 */
import { randomUUID } from "node:crypto";
import { rmSync, mkdtempSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { runOnce as entry } from "../../tests/npm/run-once/package.mjs";
import { startPostgres, startRedis } from "../../tests/npm/run-once/services.mjs";
import { hasSqlite } from "../../tests/npm/run-once/sqlite-node.mjs";
import { compare, heading } from "./paired.mjs";

const require = createRequire(new URL("../../tests/npm/run-once/package.json", import.meta.url));
const { createRunOnce, MemoryStore, PostgresStore, postgresMigration, RedisStore, SqliteStore, sqliteMigration } = entry;

const seconds = Number(process.argv[2] ?? 4);
const only = process.argv[3];
/** Hits go round among so many. */
const KEYS = 10_000;
const VALUE = { id: "ch_3NqXyz", amount: 1999, currency: "eur", status: "succeeded" };
const TEXT = JSON.stringify(VALUE);

const stores = {
  async memory() {
    const map = new Map();
    return {
      store: new MemoryStore(),
      hit: async (key) => JSON.parse(map.get(key) ?? TEXT),
      miss: async (key) => void map.set(key, "held") ?? map.set(key, TEXT),
    };
  },

  async "redis, ioredis"() {
    const { Redis } = require("ioredis");
    const service = await startRedis();
    const client = new Redis(service.url);
    return {
      store: new RedisStore(client),
      hit: async (key) => JSON.parse(await client.get(key)),
      async miss(key) {
        await client.set(key, "holder", "PX", 60_000, "NX");
        await client.set(key, TEXT, "PX", 86_400_000);
      },
      async stop() {
        client.disconnect();
        await service.stop();
      },
    };
  },

  async "redis, redis"() {
    const { createClient } = require("redis");
    const service = await startRedis();
    const client = await createClient({ url: service.url })
      .on("error", () => {})
      .connect();
    return {
      store: new RedisStore(client),
      hit: async (key) => JSON.parse(await client.get(key)),
      async miss(key) {
        await client.set(key, "holder", { expiration: { type: "PX", value: 60_000 }, condition: "NX" });
        await client.set(key, TEXT, { expiration: { type: "PX", value: 86_400_000 } });
      },
      async stop() {
        client.destroy();
        await service.stop();
      },
    };
  },

  postgres: () => postgres(false),
  "postgres, prepared": () => postgres(true),

  async sqlite() {
    if (!hasSqlite) return undefined;
    const { DatabaseSync } = await import("node:sqlite");
    const folder = mkdtempSync(join(tmpdir(), "run-once-bench-"));
    const database = new DatabaseSync(join(folder, "bench.db"), { timeout: 5000 });
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; ${sqliteMigration()} CREATE TABLE bare (key TEXT PRIMARY KEY, value TEXT)`);
    const get = database.prepare("SELECT value FROM bare WHERE key = ?");
    const insert = database.prepare("INSERT INTO bare VALUES (?, ?) ON CONFLICT DO NOTHING");
    const update = database.prepare("UPDATE bare SET value = ? WHERE key = ?");
    return {
      store: new SqliteStore(database),
      hit: async (key) => JSON.parse(get.get(key).value),
      async miss(key) {
        insert.run(key, "holder");
        update.run(TEXT, key);
      },
      stop() {
        database.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
};

async function postgres(prepare) {
  const pg = require("pg");
  const service = await startPostgres();
  const pool = new pg.Pool({ connectionString: service.url, max: 16 });
  await pool.query(`${postgresMigration()} CREATE TABLE bare (key text PRIMARY KEY, value text)`);
  const query = (name, text, values) => (prepare ? pool.query({ name, text, values }) : pool.query(text, values));
  return {
    store: new PostgresStore(prepare ? prepared(pool) : pool),
    hit: async (key) => JSON.parse((await query("get", "SELECT value FROM bare WHERE key = $1", [key])).rows[0].value),
    async miss(key) {
      await query("insert", "INSERT INTO bare VALUES ($1, $2) ON CONFLICT DO NOTHING", [key, "holder"]);
      await query("update", "UPDATE bare SET value = $1 WHERE key = $2", [TEXT, key]);
    },
    async stop() {
      await pool.end();
      await service.stop();
    },
  };
}

/** The same pool with statements that the server keeps, by a name of their own. */
function prepared(pool) {
  const names = new Map();
  return {
    query(text, values) {
      if (!names.has(text)) names.set(text, `s${names.size}`);
      return pool.query({ name: names.get(text), text, values });
    },
  };
}

heading(seconds);
for (const [name, open] of Object.entries(stores)) {
  if (only !== undefined && !name.includes(only)) continue;
  const opened = await open();
  if (opened === undefined) {
    console.log(`| ${name} | needs Node 22.13 or later | | | | | |`);
    continue;
  }
  const { store, hit, miss, stop } = opened;
  const { runOnce } = createRunOnce({ store });
  const prefix = randomUUID();
  const known = Array.from({ length: KEYS }, (_, index) => `${prefix}-${index}`);
  for (let index = 0; index < KEYS; index += 32) {
    await Promise.all(known.slice(index, index + 32).map(async (key) => [await miss(key), await runOnce(key, () => VALUE)]));
  }
  let next = 0;
  const fail = () => {
    throw new Error("not a hit");
  };
  const bareHit = () => hit(known[next++ % KEYS]);
  const bareMiss = () => miss(`${prefix}-new-${next++}`);
  for (const lanes of [1, 32]) {
    await compare(`${name}, hit`, seconds, lanes, bareHit, () => runOnce(known[next++ % KEYS], fail));
    await compare(`${name}, first run`, seconds, lanes, bareMiss, () => runOnce(`${prefix}-new-${next++}`, () => VALUE));
  }
  await compare(`${name}, first run with 50 callers`, seconds, 1, bareMiss, () => {
    const key = `${prefix}-new-${next++}`;
    return Promise.all(Array.from({ length: 50 }, () => runOnce(key, () => VALUE)));
  });
  await stop?.();
}
