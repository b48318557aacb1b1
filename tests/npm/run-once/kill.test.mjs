/**
 * Processes that are killed and stopped at random, with clocks that are off by up to a day, over
 * servers that are killed and come back: every key has exactly one result in the end.
 *
 * RUN_ONCE_LONG makes it a matter of minutes.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { Redis } from "ioredis";

import { bundleWorker, startModules } from "../support/workerd.mjs";
import { audit, balance, readLedger, runCrowd, startWorker } from "./kill.mjs";
import { folder as packages, runOnce as entry } from "./package.mjs";
import { freePort, startPostgres, startRedis } from "./services.mjs";
import { nodeWithSqlite } from "./sqlite-node.mjs";
import { startUpstash } from "./upstash-server.mjs";

const long = process.env.RUN_ONCE_LONG !== undefined;
const crowd = long ? { size: 6, kills: 400 } : { size: 4, kills: 14 };
const keysOf = { redis: long ? 8000 : 200, postgres: long ? 8000 : 200, sqlite: long ? 8000 : 200, upstash: long ? 4000 : 150, d1: long ? 800 : 50 };
const leaseMs = 400;

const folder = mkdtempSync(join(tmpdir(), "run-once-kill-"));
/** A run that failed keeps its ledgers. */
let failed = false;
after(() => {
  if (failed) console.error(`the ledgers are kept in ${folder}`);
  else rmSync(folder, { recursive: true, force: true });
});

const ENGINES = {
  async redis() {
    const service = await startRedis();
    return { service, target: service.url };
  },
  async postgres() {
    const { default: pg } = await import("pg");
    const service = await startPostgres();
    const client = new pg.Client(service.url);
    await client.connect();
    await client.query(entry.postgresMigration());
    await client.end();
    return { service, target: service.url };
  },
  async sqlite() {
    const target = join(folder, "kill.db");
    const node = nodeWithSqlite();
    const create = `const { DatabaseSync } = require("node:sqlite"); const d = new DatabaseSync(${JSON.stringify(target)});
      d.exec("PRAGMA journal_mode = WAL"); d.exec(${JSON.stringify(entry.sqliteMigration())}); d.close();`;
    execFileSync(node, ["-e", create]);
    return { target, node };
  },
  async upstash() {
    const service = await startRedis();
    const redis = new Redis(service.url).on("error", () => {});
    const server = await startUpstash(redis);
    const close = () => (server.close(), redis.disconnect());
    return { service, target: server.url, close };
  },
  async d1() {
    const port = await freePort();
    const modules = await bundleWorker(fileURLToPath(new URL("edge-worker.mjs", import.meta.url)), packages);
    const options = { port, d1Databases: { DB: "kill" }, d1Persist: join(folder, "d1"), bindings: { UPSTASH: {} } };
    const service = {
      async start() {
        this.worker = await startModules(modules, packages, options);
      },
      kill() {
        return this.worker.dispose();
      },
      stop() {
        return this.worker.dispose();
      },
    };
    await service.start();
    assert.equal(await (await service.worker.fetch("/migrate")).text(), "migrated");
    return { service, target: `http://127.0.0.1:${port}` };
  },
};

for (const [engine, open] of Object.entries(ENGINES)) {
  describe(`on ${engine}`, () => {
    let service, target, node, close;
    before(async () => {
      ({ service, target, node, close } = await open());
    });
    after(async () => {
      close?.();
      await service?.stop();
    });
    const setup = (name) => ({ engine, target, name, ledger: join(folder, `${engine}-${name}`), leaseMs });

    test("a holder that is stopped for longer than its lease can't publish when it wakes up", async () => {
      const stale = { ...setup("stale"), keys: 1, leaseMs: 1500 };
      const sleeper = startWorker(stale, 0, "slow", node);
      const holds = () => readLedger(stale.ledger).some(({ event }) => event === "start");
      for (let tries = 0; !holds() && tries < 3000; tries++) await sleep(20);
      assert.ok(holds(), "it never had the key");
      sleeper.child.kill("SIGSTOP");
      // The other has to wait for the lease's end, and then does the work itself.
      const other = startWorker(stale, 1, "steady", node);
      await other.exit;
      sleeper.child.kill("SIGCONT");
      await sleeper.exit;
      const lines = readLedger(stale.ledger);
      const stored = await audit(stale, node);
      const published = lines.find(({ event, worker }) => event === "got" && worker === 1);
      assert.equal(stored.get("stale-0"), published.execution);
      assert.equal(lines.filter(({ event }) => event === "takeover").length, 1);
      const refused = lines.filter(({ event, worker }) => event === "error" && worker === 0).pop();
      assert.equal(refused.code, "ERR_LEASE_LOST", refused.message);
      const finish = lines.find(({ event, worker }) => event === "finish" && worker === 0);
      assert.equal(finish.aborted, true, "its callback's signal had told it");
    });

    test("every key has one result, and the books balance", async (t) => {
      const keys = keysOf[engine];
      const all = { ...setup("crowd"), keys };
      const began = performance.now();
      const interrupt = async () => {
        await service?.kill();
        await sleep(200);
        await service?.start();
      };
      const { started, killed, pauses, complaints } = await runCrowd(all, { ...crowd, node, interrupt });
      const lines = readLedger(all.ledger);
      const { executions, table, wrong } = balance(lines, await audit(all, node), { ...all, killed });
      const took = Math.round((performance.now() - began) / 1000);
      const errors = {};
      for (const { event, code } of lines) if (event === "error") errors[code] = (errors[code] ?? 0) + 1;
      t.diagnostic(
        `${keys} keys, ${started} processes, ${killed.size} killed, ${pauses} stopped for a while, ${service === undefined ? 0 : 1} server restarts, ${took} s`,
      );
      t.diagnostic(
        `${executions} executions: ${JSON.stringify(table)}; takeovers: ${lines.filter(({ event }) => event === "takeover").length}; errors: ${JSON.stringify(errors)}`,
      );
      failed ||= wrong.length > 0 || complaints.length > 0;
      for (const message of [...wrong, ...complaints]) t.diagnostic(message);
      assert.deepEqual(wrong, []);
      assert.deepEqual(complaints, []);
      assert.ok(killed.size >= crowd.kills / 2, `only ${killed.size} processes were killed`);
      assert.ok(table["killed at work"] > 0 && table.threw > 0, "too little went wrong to tell anything");
    });
  });
}
