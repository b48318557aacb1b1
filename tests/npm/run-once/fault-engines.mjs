/** The servers that faults are injected into, with the stores on them and what can go wrong with each. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

import { Redis } from "ioredis";
import pg from "pg";
import { createClient } from "redis";

import { LEASE_MS, SETTINGS } from "./crowd.mjs";
import { watched } from "./fake-stores.mjs";
import { runOnce as entry } from "./package.mjs";
import { startProxy } from "./proxy.mjs";
import { startDisk, startPgbouncer, startPostgres, startRedis } from "./services.mjs";

const { MemoryStore, postgresMigration, PostgresStore, RedisStore } = entry;
const CLIENT_MS = 2 * SETTINGS.storeTimeout;
const quiet = () => {};

/** What all stores on a network meet. The first store has a proxy of its own, the rest have another. */
function networkFaults(proxies) {
  const mode =
    (name, ms, some = proxies) =>
    async () => {
      const met = () => some.reduce((sum, { hits }) => sum + hits, 0);
      const before = met();
      for (const proxy of some) proxy.mode = name;
      await sleep(ms);
      for (let tries = 0; met() === before && tries < 100; tries++) await sleep(50);
      for (const proxy of some) proxy.mode = "pass";
      assert.ok(met() > before, "the fault met nobody");
    };
  return {
    "the request is cut off": mode("cut the request", 300),
    "the answer is cut off, after the work": mode("cut the answer", 300),
    "cut off within an answer": mode("cut within the answer", 300),
    "nothing gets through, for half a lease": mode("stall", LEASE_MS / 2),
    "nothing gets through, for three leases": mode("stall", 3 * LEASE_MS),
    "a black hole: what is sent is gone, for three leases": mode("black hole", 3 * LEASE_MS),
    "a black hole for one process, while others get through": mode("black hole", 3 * LEASE_MS, proxies.slice(0, 1)),
  };
}

/** What a server on its own goes through. */
function serverFaults(service) {
  return {
    "the server is killed and started again": async () => (await service.kill(), service.start()),
    "the server is away for three leases": async () => (await service.kill(), await sleep(3 * LEASE_MS), service.start()),
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

/** A disk for some of a server's files; where none can be mounted, why. */
function mountDisk(megabytes) {
  try {
    return { disk: startDisk(megabytes) };
  } catch (error) {
    return { skip: error.message };
  }
}

/** Fills a disk up for longer than a lease; `end` is awaited once there is room again. */
async function whileFull(disk, ms, end = quiet) {
  try {
    disk.fill();
    await sleep(ms);
  } finally {
    disk.empty();
    await end();
  }
}

export async function redisEngine() {
  const { disk, skip } = mountDisk(64);
  const service = await startRedis({ "enable-debug-command": "local", "auto-aof-rewrite-min-size": "8mb", ...(disk && { dir: disk.folder }) });
  const proxies = [await startProxy(service.port), await startProxy(service.port)];
  const admin = new Redis(service.url).on("error", quiet);
  const [one, other] = proxies.map(({ port }) => port);
  const ioredis = new Redis({ port: one, commandTimeout: CLIENT_MS, retryStrategy: () => 50, maxRetriesPerRequest: 5 }).on("error", quiet);
  const nodeRedis = createClient({ url: `redis://127.0.0.1:${other}`, socket: { reconnectStrategy: 50 } }).on("error", quiet);
  await nodeRedis.connect();
  const cutClients = () => admin.client("KILL", "TYPE", "normal", "SKIPME", "yes");
  const setFor = async (name, value, ms, back) => (await admin.config("SET", name, value), await sleep(ms), admin.config("SET", name, back));
  /** Reads its own data again, for two leases: what it holds back here are keys of nobody. */
  const reload = async () => {
    await admin.eval("for i = 1, 1000 do redis.call('SET', 'filler' .. i, i, 'PX', 60000) end", 0);
    await admin.config("SET", "loading-process-events-interval-bytes", "1024");
    await admin.config("SET", "key-load-delay", String(Math.ceil((2000 * LEASE_MS) / (await admin.dbsize()))));
    await admin.debug("RELOAD");
    await admin.config("SET", "key-load-delay", "0");
  };
  /** With `everysec` Redis refuses writes; with `always` it ends. */
  const diskFull = async () => {
    await admin.config("SET", "appendfsync", "everysec");
    await whileFull(disk, 2 * LEASE_MS, () => admin.config("SET", "appendfsync", "always"));
    await sleep(LEASE_MS);
    await whileFull(disk, LEASE_MS, async () => (await service.kill(), service.start()));
  };
  const faults = {
    ...networkFaults(proxies),
    ...serverFaults(service),
    "its scripts are gone": () => admin.script("FLUSH"),
    "its memory is full": { inject: () => setFor("maxmemory", "1", 700, "0"), felt: /OOM command not allowed/ },
    "its disk is full": { inject: diskFull, felt: /MISCONF.*No space left on device/, skip },
    "it takes no writes": {
      inject: async () => (await admin.replicaof("127.0.0.1", "1"), await sleep(300), admin.replicaof("NO", "ONE")),
      felt: /READONLY/,
    },
    "its connections are ended": cutClients,
    "it takes no more connections": async () => {
      await admin.config("SET", "maxclients", "1");
      await cutClients();
      await sleep(2 * LEASE_MS);
      await admin.config("SET", "maxclients", "10000");
    },
    "it is loading its data": { inject: reload, felt: /LOADING/ },
  };
  const close = async () => {
    admin.disconnect();
    ioredis.disconnect();
    nodeRedis.destroy();
    for (const proxy of proxies) proxy.close();
    await service.stop();
    disk?.stop();
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
  const { disk, skip } = mountDisk(64);
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
  /**
   * Only the table is on the full disk: without room for its log the server ends, as it does when it is killed.
   * Of each page little is used, or new rows would fit into old ones.
   */
  const diskFull = async () => {
    await admin.query("ALTER TABLE run_once SET (fillfactor = 10), SET TABLESPACE small");
    await admin.query("VACUUM FULL run_once");
    await whileFull(disk, 2 * LEASE_MS, () => admin.query("ALTER TABLE run_once RESET (fillfactor), SET TABLESPACE pg_default"));
  };
  /** They wait for somebody who has locked the table. */
  const statementsTimeOut = async () => {
    await admin.query("ALTER ROLE app SET statement_timeout = '100ms'");
    await terminate();
    await admin.query("BEGIN; LOCK TABLE run_once IN ACCESS EXCLUSIVE MODE");
    await sleep(LEASE_MS);
    await admin.query("COMMIT; ALTER ROLE app RESET statement_timeout");
    await terminate();
  };
  if (disk !== undefined) await admin.query(`CREATE TABLESPACE small LOCATION '${disk.folder}'`);
  const faults = {
    ...networkFaults(proxies),
    ...serverFaults(service),
    "its disk is full": { inject: diskFull, felt: /No space left on device/, skip },
    "it takes no writes": {
      inject: () => roleFor("SET default_transaction_read_only = on", 400, "RESET default_transaction_read_only"),
      felt: /in a read-only transaction/,
    },
    "its connections are ended": terminate,
    "it takes no more connections": {
      inject: () => roleFor("CONNECTION LIMIT 0", 2 * LEASE_MS, "CONNECTION LIMIT -1"),
      felt: /too many connections/,
    },
    "its statements time out": { inject: statementsTimeOut, felt: /statement timeout/ },
  };
  const close = async () => {
    await Promise.all([admin, ...pools].map((pool) => pool.end().catch(quiet)));
    for (const proxy of proxies) proxy.close();
    await service.stop();
    disk?.stop();
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
    "PgBouncer is killed and started again": async () => (await bouncer.kill(), bouncer.start()),
    "its connections are ended": () => admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'"),
    "it takes no more connections": () => Promise.allSettled([1, 2].map(() => hogs.query(`SELECT pg_sleep(${(2 * LEASE_MS) / 1000})`))),
  };
  const close = async () => {
    await Promise.all([admin, hogs, ...pools].map((pool) => pool.end().catch(quiet)));
    await bouncer.stop();
    await service.stop();
  };
  return { stores: pools.map((pool) => new PostgresStore(pool)), faults, close };
}
