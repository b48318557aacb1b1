/**
 * Faults of servers and networks, one after the other, while two instances want the results of many
 * keys. A ledger settles the books: one result a key, every further execution explained, no error that
 * isn't documented, no call that doesn't end, nobody who isn't told.
 *
 * RUN_ONCE_LONG makes it a matter of minutes.
 */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { Redis } from "ioredis";
import pg from "pg";

import { runOnce as entry } from "./package.mjs";
import { startProxy } from "./proxy.mjs";
import { startPostgres, startRedis } from "./services.mjs";

const { createRunOnce, postgresMigration, PostgresStore, RedisStore } = entry;
const rounds = process.env.RUN_ONCE_LONG ? 30 : 1;
const leaseMs = 500;
const waitMs = 3000;
const storeTimeoutMs = 400;
/** Of a call that runs its callback: waiting, working, ten seconds of publishing with its last request; and a crowded machine. */
const LONGEST_MS = waitMs + 10_000 + 4 * storeTimeoutMs + 5000;
const DOCUMENTED = new Set(["ERR_IN_PROGRESS", "ERR_STORE", "ERR_PUBLISH", "ERR_LEASE_LOST"]);

const unhandled = [];
process.on("unhandledRejection", (error) => unhandled.push(String(error)));

const quiet = () => {};
const ENGINES = {
  async redis() {
    const service = await startRedis();
    const proxy = await startProxy(service.port);
    const admin = new Redis(service.url).on("error", quiet);
    const clients = [0, 1].map(() => new Redis({ port: proxy.port, commandTimeout: 2 * storeTimeoutMs, retryStrategy: () => 50, maxRetriesPerRequest: 5 }).on("error", quiet));
    const faults = {
      "scripts flushed": () => admin.script("FLUSH"),
      "out of memory": async () => (await admin.config("SET", "maxmemory", "1"), await sleep(700), admin.config("SET", "maxmemory", "0")),
      "takes no writes": async () => (await admin.replicaof("127.0.0.1", "1"), await sleep(300), admin.replicaof("NO", "ONE")),
      "connections killed": () => admin.client("KILL", "TYPE", "normal", "SKIPME", "yes"),
    };
    return { service, proxy, faults, stores: clients.map((client) => new RedisStore(client)), close: () => [admin, ...clients].forEach((client) => client.disconnect()) };
  },
  async postgres() {
    const service = await startPostgres();
    const proxy = await startProxy(service.port);
    const admin = new pg.Pool({ connectionString: service.url, max: 1 }).on("error", quiet);
    await admin.query(postgresMigration());
    const isolation = ["read committed", "serializable", "repeatable read"];
    const pools = isolation.map((level) =>
      new pg.Pool({ host: "127.0.0.1", port: proxy.port, user: "postgres", database: "postgres", max: 4, query_timeout: 2 * storeTimeoutMs, connectionTimeoutMillis: 2 * storeTimeoutMs, options: `-c default_transaction_isolation=${level.replace(" ", "\\ ")}` }).on("error", quiet),
    );
    const faults = {
      "connections terminated": () => admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"),
      "statements time out": async () => (await admin.query("ALTER ROLE postgres SET statement_timeout = '1ms'"), await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"), await sleep(400), admin.query("SET statement_timeout = 0; ALTER ROLE postgres RESET statement_timeout; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()")),
      "takes no writes": async () => (await admin.query("ALTER SYSTEM SET default_transaction_read_only = on; "), await admin.query("SELECT pg_reload_conf()"), await sleep(400), await admin.query("SET default_transaction_read_only = off"), await admin.query("ALTER SYSTEM RESET default_transaction_read_only"), admin.query("SELECT pg_reload_conf()")),
    };
    return { service, proxy, faults, stores: pools.map((pool) => new PostgresStore(pool)), close: () => [admin, ...pools].map((pool) => pool.end().catch(quiet)) };
  },
};

/** What all stores on a network meet. */
function commonFaults({ service, proxy }) {
  const mode = (name, ms) => async () => {
    proxy.mode = name;
    await sleep(ms);
    proxy.mode = "pass";
  };
  return {
    "request cut": mode("cut the request", 300),
    "answer cut": mode("cut the answer", 300),
    "cut within an answer": mode("cut within the answer", 300),
    "stall shorter than the lease": mode("stall", 250),
    "stall longer than the lease": mode("stall", 3 * leaseMs),
    "server killed and restarted": async () => (await service.kill(), service.start()),
    "server away for longer than the lease": async () => (await service.kill(), await sleep(3 * leaseMs), service.start()),
  };
}

/** Wants the results of keys, one after the other and several at once, until told to stop. */
function startCrowd(stores, name) {
  const ledger = { executions: [], ends: [], errors: {}, results: new Map(), wrong: [], longest: 0 };
  let stopped = false;
  let next = 0;
  const instances = stores.map((store) => createRunOnce({ store, lease: leaseMs, waitTimeout: waitMs, storeTimeout: storeTimeoutMs }));
  const work = (key) => async (_, execution) => {
    const open = ledger.executions.filter((one) => one.key === key && !one.threw && !one.published);
    const mine = { key, id: ledger.executions.length, takenOver: execution.takenOver };
    // Read before the signal's first look: whoever ran into its lease's end has to know by now.
    if (open.length > 0 && !execution.takenOver) ledger.wrong.push(`${key}: execution ${mine.id} isn't told of ${open.map(({ id }) => id)}`);
    for (const other of open) if (!other.over && !other.execution.signal.aborted) ledger.wrong.push(`${key}: execution ${other.id} still runs, and isn't told`);
    ledger.executions.push(Object.assign(mine, { execution }));
    await sleep(mine.id % 7 === 0 ? 1.2 * leaseMs : 30);
    mine.over = true;
    if (mine.id % 5 === 4) {
      mine.threw = true;
      throw Object.assign(new Error("the work failed"), { code: "threw" });
    }
    return { key, id: mine.id };
  };
  const call = async (instance, key) => {
    const began = performance.now();
    try {
      const result = await instance.runOnce(key, work(key));
      const first = ledger.results.get(key) ?? result;
      ledger.results.set(key, first);
      if (result.key !== key || result.id !== first.id) ledger.wrong.push(`${key} has two results, ${first.id} and ${result.id}`);
      ledger.executions[result.id].published = true;
      return true;
    } catch (error) {
      ledger.errors[error.code] = (ledger.errors[error.code] ?? 0) + 1;
      if (error.code !== "threw" && !DOCUMENTED.has(error.code)) ledger.wrong.push(`${key}: ${error.code} ${error.stack}`);
      await sleep(20);
      return false;
    } finally {
      ledger.longest = Math.max(ledger.longest, performance.now() - began);
    }
  };
  const lane = async (instance) => {
    while (!stopped) {
      const key = `${name}-${Math.floor(next++ / instances.length)}`;
      while (!(await call(instance, key)));
    }
  };
  const lanes = instances.flatMap((instance) => [lane(instance), lane(instance), lane(instance)]);
  return { ledger, instances, stop: () => ((stopped = true), Promise.all(lanes)) };
}

for (const [engine, open] of Object.entries(ENGINES)) {
  const opened = await open();
  const { service, proxy, stores } = opened;
  after(async () => {
    opened.close();
    proxy.close();
    await service.stop();
  });
  describe(`faults on ${engine}`, () => {
    for (const [fault, inject] of Object.entries({ ...opened.faults, ...commonFaults(opened) })) {
      test(`${fault}: the books balance`, async (t) => {
        const { ledger, instances, stop } = startCrowd(stores, `${engine} ${fault}`);
        await sleep(200);
        for (let round = 0; round < rounds; round++) {
          await inject();
          await sleep(700);
        }
        await stop();
        const { executions, results, errors, wrong, longest } = ledger;
        for (const [key, { id }] of results) {
          const again = await instances[0].runOnce(key, () => assert.fail(`${key} is lost`));
          if (again.id !== id) wrong.push(`${key} had the result of ${id}, and has that of ${again.id}`);
          const unexplained = executions.filter((one) => one.key === key && !one.threw && !one.published && one.id !== id && executions.every((later) => later.key !== key || !later.takenOver));
          if (unexplained.length > 0) wrong.push(`${key}: nothing explains ${unexplained.length} executions more`);
        }
        if (longest > LONGEST_MS) wrong.push(`a call took ${longest} ms`);
        t.diagnostic(`${results.size} keys, ${executions.length} executions, ${executions.filter(({ takenOver }) => takenOver).length} told of a takeover, longest call ${Math.round(longest)} ms, errors: ${JSON.stringify(errors)}`);
        for (const message of wrong) t.diagnostic(message);
        if (wrong.length > 0) t.diagnostic(`ledger: ${JSON.stringify(executions.map(({ execution, ...rest }) => rest))}`);
        assert.deepEqual(wrong, []);
        assert.deepEqual(unhandled, []);
        assert.ok(results.size > 5, `${results.size} keys`);
      });
    }
  });
}
