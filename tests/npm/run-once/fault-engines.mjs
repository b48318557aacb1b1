/** The servers that faults are injected into, with the stores on them and what can go wrong with each. */
import { setTimeout as sleep } from "node:timers/promises";

import { Redis } from "ioredis";
import pg from "pg";
import { createClient } from "redis";

import { LEASE_MS, SETTINGS } from "./crowd.mjs";
import { watched } from "./doubles.mjs";
import { runOnce as entry } from "./package.mjs";
import { startProxy } from "./proxy.mjs";
import { startPgbouncer, startPostgres, startRedis } from "./services.mjs";

const { MemoryStore, postgresMigration, PostgresStore, RedisStore } = entry;
const CLIENT_MS = 2 * SETTINGS.storeTimeout;
const quiet = () => {};

/** What all stores on a network meet. The first store has a proxy of its own, the rest have another. */
function networkFaults(proxies) {
  const mode =
    (name, ms, some = proxies) =>
    async () => {
      for (const proxy of some) proxy.mode = name;
      await sleep(ms);
      for (const proxy of some) proxy.mode = "pass";
    };
  return {
    "request cut": mode("cut the request", 300),
    "answer cut": mode("cut the answer", 300),
    "cut within an answer": mode("cut within the answer", 300),
    "stall shorter than the lease": mode("stall", LEASE_MS / 2),
    "stall longer than the lease": mode("stall", 3 * LEASE_MS),
    "black hole longer than the lease": mode("black hole", 3 * LEASE_MS),
    "one instance in a black hole, the others not": mode("black hole", 3 * LEASE_MS, proxies.slice(0, 1)),
  };
}

/** What a server on its own goes through. */
function serverFaults(service) {
  return {
    "server killed and restarted": async () => (await service.kill(), service.start()),
    "server away for longer than the lease": async () => (await service.kill(), await sleep(3 * LEASE_MS), service.start()),
  };
}

/** A store in the process, whose first client is cut off, or told late or nonsense. */
export function memoryEngine(broken = (store) => store) {
  const memory = broken(new MemoryStore());
  let gate = quiet;
  let late = quiet;
  let answer = (value) => value;
  const first = watched(
    memory,
    () => gate(),
    () => late(),
  );
  const acquire = first.acquire;
  first.acquire = async (...args) => answer(await acquire(...args));
  const faults = {
    "one instance cut off for longer than the lease": async () => {
      let open;
      const opened = new Promise((resolve) => (open = resolve));
      gate = () => opened;
      await sleep(3 * LEASE_MS);
      gate = quiet;
      open();
    },
    "one instance is answered late": async () => ((late = () => sleep(1.5 * LEASE_MS)), await sleep(3 * LEASE_MS), (late = quiet)),
    "one instance is answered nonsense": async () => ((answer = () => ({ status: "fine" })), await sleep(2 * LEASE_MS), (answer = (value) => value)),
  };
  return { stores: [first, memory], faults, close: quiet };
}

export async function redisEngine() {
  const service = await startRedis({ "enable-debug-command": "local" });
  const proxies = [await startProxy(service.port), await startProxy(service.port)];
  const admin = new Redis(service.url).on("error", quiet);
  const [one, other] = proxies.map(({ port }) => port);
  const ioredis = new Redis({ port: one, commandTimeout: CLIENT_MS, retryStrategy: () => 50, maxRetriesPerRequest: 5 }).on("error", quiet);
  const nodeRedis = createClient({ url: `redis://127.0.0.1:${other}`, socket: { reconnectStrategy: 50 } }).on("error", quiet);
  await nodeRedis.connect();
  const cutClients = () => admin.client("KILL", "TYPE", "normal", "SKIPME", "yes");
  const setFor = async (name, value, ms, back) => (await admin.config("SET", name, value), await sleep(ms), admin.config("SET", name, back));
  const faults = {
    ...networkFaults(proxies),
    ...serverFaults(service),
    "scripts flushed": () => admin.script("FLUSH"),
    "out of memory": () => setFor("maxmemory", "1", 700, "0"),
    "takes no writes": async () => (await admin.replicaof("127.0.0.1", "1"), await sleep(300), admin.replicaof("NO", "ONE")),
    "connections ended": cutClients,
    "connections exhausted": async () => {
      await admin.config("SET", "maxclients", "1");
      await cutClients();
      await sleep(2 * LEASE_MS);
      await admin.config("SET", "maxclients", "10000");
    },
    // Reads its own data again, slowly: what it holds back here are keys of nobody.
    loading: async () => {
      await admin.eval("for i = 1, 1000 do redis.call('SET', 'filler' .. i, i, 'PX', 60000) end", 0);
      await admin.config("SET", "loading-process-events-interval-bytes", "1024");
      await admin.config("SET", "key-load-delay", "1000");
      await admin.debug("RELOAD");
      await admin.config("SET", "key-load-delay", "0");
    },
  };
  const close = async () => {
    admin.disconnect();
    ioredis.disconnect();
    nodeRedis.destroy();
    for (const proxy of proxies) proxy.close();
    await service.stop();
  };
  return { stores: [ioredis, nodeRedis].map((client) => new RedisStore(client)), faults, close };
}

/** A PostgreSQL with the table and a user `app`, who is no superuser, so that limits hold for it. */
async function postgresWithTable() {
  const service = await startPostgres();
  const admin = new pg.Pool({ connectionString: service.url, max: 1 }).on("error", quiet);
  await admin.query(`${postgresMigration()} CREATE ROLE app LOGIN; GRANT SELECT, INSERT, UPDATE, DELETE ON run_once TO app`);
  return { service, admin };
}

const poolOf = (port, more) =>
  new pg.Pool({ host: "127.0.0.1", port, user: "app", database: "postgres", max: 4, query_timeout: CLIENT_MS, connectionTimeoutMillis: CLIENT_MS, ...more }).on(
    "error",
    quiet,
  );

export async function postgresEngine() {
  const { service, admin } = await postgresWithTable();
  const proxies = [await startProxy(service.port), await startProxy(service.port)];
  const isolation = ["read committed", "serializable", "repeatable read"];
  const pools = isolation.map((level, index) =>
    poolOf(proxies[Math.min(index, 1)].port, { options: `-c default_transaction_isolation=${level.replace(" ", "\\ ")}` }),
  );
  const terminate = () => admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'");
  /** Sets something for everybody who connects, for a while. */
  const roleFor = async (set, ms, back) => {
    await admin.query(`ALTER ROLE app ${set}`);
    await terminate();
    await sleep(ms);
    await admin.query(`ALTER ROLE app ${back}`);
    await terminate();
  };
  const faults = {
    ...networkFaults(proxies),
    ...serverFaults(service),
    "takes no writes": () => roleFor("SET default_transaction_read_only = on", 400, "RESET default_transaction_read_only"),
    "connections ended": terminate,
    "connections exhausted": () => roleFor("CONNECTION LIMIT 0", 2 * LEASE_MS, "CONNECTION LIMIT -1"),
    "statements time out": () => roleFor("SET statement_timeout = '1ms'", 400, "RESET statement_timeout"),
  };
  const close = async () => {
    await Promise.all([admin, ...pools].map((pool) => pool.end().catch(quiet)));
    for (const proxy of proxies) proxy.close();
    await service.stop();
  };
  return { stores: pools.map((pool) => new PostgresStore(pool)), faults, close };
}

/** The same behind a PgBouncer that has two connections for everybody, given out for a transaction each. */
export async function pgbouncerEngine() {
  const { service, admin } = await postgresWithTable();
  const bouncer = await startPgbouncer(service.port, "app", { default_pool_size: 2, query_wait_timeout: 1, server_login_retry: 1 });
  const pools = [0, 1].map(() => poolOf(bouncer.port));
  const hogs = poolOf(bouncer.port, { query_timeout: 0 });
  const faults = {
    ...serverFaults(service),
    "pgbouncer killed and restarted": async () => (await bouncer.kill(), bouncer.start()),
    "connections ended": () => admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'"),
    "connections exhausted": () => Promise.allSettled([1, 2].map(() => hogs.query(`SELECT pg_sleep(${(2 * LEASE_MS) / 1000})`))),
  };
  const close = async () => {
    await Promise.all([admin, hogs, ...pools].map((pool) => pool.end().catch(quiet)));
    await bouncer.stop();
    await service.stop();
  };
  return { stores: pools.map((pool) => new PostgresStore(pool)), faults, close };
}
