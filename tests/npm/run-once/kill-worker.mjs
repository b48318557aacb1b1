/**
 * A process that wants the results of many keys, in random order, and gets killed. What it does it
 * writes to the ledger, a file that all processes append to: whole lines, which outlive them.
 */
import { randomInt, randomUUID } from "node:crypto";
import { openSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { runOnce as entry } from "./package.mjs";
import { TOKEN } from "./upstash-server.mjs";

const { engine, client, target, ledger, worker, name, keys, mode, leaseMs } = JSON.parse(process.env.RUN_ONCE_WORKER);
const { createRunOnce, RedisStore, PostgresStore, SqliteStore, UpstashStore } = entry;
const quiet = () => {};

const STORES = {
  async redis() {
    if (client === 0) {
      const { Redis } = await import("ioredis");
      return new RedisStore(new Redis(target).on("error", quiet));
    }
    const { createClient } = await import("redis");
    return new RedisStore(
      await createClient({ url: target, socket: { reconnectStrategy: 50 } })
        .on("error", quiet)
        .connect(),
    );
  },
  async postgres() {
    const { default: pg } = await import("pg");
    const pool = new pg.Pool({ connectionString: target, max: 3 }).on("error", quiet);
    return new PostgresStore(pool);
  },
  async sqlite() {
    if (client === 0) {
      const { DatabaseSync } = await import("node:sqlite");
      return new SqliteStore(new DatabaseSync(target, { timeout: 5000 }));
    }
    const { default: Database } = await import("better-sqlite3");
    return new SqliteStore(new Database(target));
  },
  async upstash() {
    if (client === 0) return new UpstashStore({ url: target, token: TOKEN });
    const { Redis } = await import("@upstash/redis");
    return new UpstashStore(new Redis({ url: target, token: TOKEN, enableTelemetry: false }));
  },
  /** The store itself is in a Worker, beside its database. */
  async d1() {
    const call = async (...call) => {
      const response = await fetch(`${target}/call?${new URLSearchParams({ call: JSON.stringify(call) })}`);
      const text = await response.text();
      if (!response.ok) throw new Error(text);
      return JSON.parse(text);
    };
    return Object.fromEntries(["acquire", "renew", "complete", "release"].map((name) => [name, (...args) => call(name, ...args)]));
  },
};

const file = openSync(ledger, "a");
/** One line, with the time on a clock that all processes of this machine share. */
const note = (event, details) => writeSync(file, `${JSON.stringify({ event, worker, at: Number(process.hrtime.bigint() / 1000n), ...details })}\n`);

async function connect() {
  for (;;) {
    try {
      return await STORES[engine]();
    } catch (error) {
      if (error.code === undefined || error.code === "ERR_MODULE_NOT_FOUND" || error.code === "ERR_INVALID_ARGUMENT") throw error;
      note("error", { code: "connect", message: String(error) });
      await sleep(50);
    }
  }
}

const { runOnce } = createRunOnce({
  store: await connect(),
  lease: leaseMs,
  waitTimeout: "20s",
  onEvent: ({ type }) => type === "takeover" && note("takeover", {}),
});

/** Slow work lasts until it is told to stop. */
function pretend(signal) {
  if (mode === "slow") return sleep(60_000, undefined, { signal }).catch(quiet);
  return sleep(randomInt(50) === 0 ? 1.5 * leaseMs : randomInt(20, 100));
}

let begun = 0;

/** Does the key's work, for longer than a lease now and then; in a crowd it fails now and then, and in every second process at first. */
async function work(key, hash, signal) {
  const execution = randomUUID();
  const isFirst = begun++ === 0;
  note("start", { key, hash, execution });
  await pretend(signal);
  if (mode === "crowd" && (isFirst ? worker % 2 === 1 : randomInt(12) === 0)) {
    note("throw", { key, execution });
    throw new Error("the work failed");
  }
  note("finish", { key, execution, aborted: signal.aborted });
  return { execution, worker };
}

/** Calls until there is a result; an audit only reads. */
async function want(key) {
  for (;;) {
    try {
      const audit = () => {
        throw Object.assign(new Error("nothing is stored"), { code: "missing" });
      };
      const result = await runOnce(key, mode === "audit" ? audit : (hash, { signal }) => work(key, hash, signal));
      return note("got", { key, execution: result.execution });
    } catch (error) {
      note("error", { key, code: error.code ?? "threw", execution: error.result?.execution, message: error.message });
      if (error.code === "missing") return undefined;
      if (mode === "slow" && begun > 0) return undefined;
      await sleep(randomInt(10, 60));
    }
  }
}

const order = Array.from({ length: keys }, (_, index) => index);
for (let index = order.length - 1; index > 0 && mode === "crowd"; index--) {
  const other = randomInt(index + 1);
  [order[index], order[other]] = [order[other], order[index]];
}
const lanes = mode === "crowd" ? 3 : 1;
await Promise.all(
  Array.from({ length: lanes }, async () => {
    for (let key = order.pop(); key !== undefined; key = order.pop()) await want(`${name}-${key}`);
  }),
);
note("done", {});
process.exit(0);
