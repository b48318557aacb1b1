/** A process that wants the effects of many keys, in random order, until it is killed. Arguments: client, URL or file, keys. */
import { setTimeout as sleep } from "node:timers/promises";

import { keys as main, lease, postgres, transaction } from "./package.mjs";

const [client, url, count] = process.argv.slice(2);
const order = Array.from({ length: Number(count) }, (_, index) => index).sort(() => Math.random() - 0.5);
const keyOf = (index) => main.idempotencyKeys.createSync(["key", index], { scope: "global" });

/** postgres.js throws this, where nobody can catch it, if a connection is lost before a write that it put off (its issue 1066). */
process.on("uncaughtException", (error) => {
  if (!/nextWrite/.test(error.stack)) throw error;
  process.kill(process.pid, "SIGKILL");
});

async function postgresLoop() {
  const { CLIENTS } = await import("./clients.mjs");
  const { transactions, insert } = await CLIENTS[client](url, { max: 8 });
  const { runOnce } = transaction.createTransactionalRunOnce(transactions, { waitTimeout: "20s" });
  const next = async () => {
    for (let index = order.pop(); index !== undefined; index = order.pop()) {
      const name = `key-${index}`;
      for (;;) {
        try {
          const result = await runOnce(keyOf(index), async (tx) => {
            await insert(tx, name);
            await sleep(Math.random() * 4);
            return { name };
          });
          if (result.name !== name) throw new Error(`${name} has the result of ${result.name}`);
          break;
        } catch (error) {
          if (/has the result of/.test(error.message)) throw error;
          await sleep(100);
        }
      }
    }
  };
  await Promise.all(Array.from({ length: 6 }, next));
}

const SQLITE = {
  "node:sqlite": async () => new (await import("node:sqlite")).DatabaseSync(url, { timeout: 10_000 }),
  "better-sqlite3": async () => new (await import("better-sqlite3")).default(url, { timeout: 10_000 }),
};

async function sqliteLoop() {
  const database = await SQLITE[client]();
  const { runOnce } = transaction.createSqliteTransactionalRunOnce(database);
  const insert = database.prepare("INSERT INTO effects (name) VALUES (?)");
  for (const index of order) {
    const name = `key-${index}`;
    for (;;) {
      try {
        const result = runOnce(keyOf(index), () => (insert.run(name), { name }));
        if (result.name !== name) throw new Error(`${name} has the result of ${result.name}`);
        break;
      } catch (error) {
        if (!/locked|busy/i.test(error.message)) throw error;
      }
    }
    await sleep(Math.random() < 0.1 ? 1 : 0);
  }
}

/** The lease mode with the same work, whose effects commit apart from the result: what is doubled is told. */
async function leaseLoop() {
  const { default: pg } = await import("pg");
  const pool = new pg.Pool({ connectionString: url, max: 8 });
  pool.on("error", () => {});
  const { runOnce } = lease.createRunOnce({ store: new postgres.PostgresStore(pool), lease: 600, waitTimeout: "20s" });
  const next = async () => {
    for (let index = order.pop(); index !== undefined; index = order.pop()) {
      for (;;) {
        try {
          await runOnce(keyOf(index), async (_, { takenOver }) => {
            await pool.query("INSERT INTO effects (name) VALUES ($1)", [`key-${index}${takenOver ? " (told)" : ""}`]);
            await sleep(Math.random() * 4);
            return 1;
          });
          break;
        } catch {
          await sleep(100);
        }
      }
    }
  };
  await Promise.all(Array.from({ length: 6 }, next));
}

await (client === "lease" ? leaseLoop : client in SQLITE ? sqliteLoop : postgresLoop)();
process.exit(0);
