/** The D1 store, in workerd, on the D1 that miniflare has. */
import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { Miniflare } from "miniflare";

import { startWorker } from "../support/workerd.mjs";
import { folder, runOnce as entry } from "./package.mjs";
import { compareWithMachine, storeSuite } from "./suite.mjs";

const { createRunOnce, D1Store, d1Migration, sqliteMigration } = entry;

const worker = await startWorker(fileURLToPath(new URL("edge-worker.mjs", import.meta.url)), folder, {
  d1Databases: { DB: "run-once" },
  bindings: { UPSTASH: {} },
});
after(() => worker.dispose());

async function ask(path, params = {}) {
  const response = await worker.fetch(`/${path}?${new URLSearchParams(params)}`);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return text;
}
await ask("migrate");

describe("D1 in workerd", { concurrency: 8 }, () => {
  for (const { name } of entry.storeConformance(() => undefined)) {
    test(name, async () => assert.equal(await ask("case", { store: "d1", name }), "passed"));
  }

  test("answers random histories as the machine does", async (t) => {
    const call = async (...call) => {
      const text = await ask("call", { call: JSON.stringify(call) });
      const answer = JSON.parse(text);
      // JSON leaves out what is undefined.
      return answer.status === "done" ? { result: undefined, ...answer } : answer;
    };
    const store = Object.fromEntries(["acquire", "renew", "complete", "release"].map((name) => [name, (...args) => call(name, ...args)]));
    const seed = Number(process.env.RUN_ONCE_SEED ?? randomBytes(4).readUInt32LE());
    const compared = await compareWithMachine(store, 20, 40, seed);
    t.diagnostic(`${compared} answers compared, seed ${seed}`);
    assert.equal(compared, 800);
  });

  test("requests at once run the callback once, and all get its result", async () => {
    const key = randomUUID();
    const results = await Promise.all(Array.from({ length: 12 }, (_, by) => ask("charge", { key, by })));
    assert.equal(new Set(results).size, 1, String(results));
    assert.equal(await ask("charge", { key, by: "later" }), results[0]);
  });
});

// The binding as a process outside of workerd has it, such as wrangler's getPlatformProxy.
const miniflare = new Miniflare({ modules: true, script: "export default {}", d1Databases: { DB: "outside" } });
const database = await miniflare.getD1Database("DB");
after(() => miniflare.dispose());
await database.exec(d1Migration());
await database.exec(d1Migration("other"));
storeSuite("D1 through a proxy", () => new D1Store(database), { histories: 10 });

describe("D1", () => {
  test("the table is that of SqliteStore", async () => {
    const { results } = await database.prepare("SELECT name FROM pragma_table_info('run_once')").all();
    const columns = [...sqliteMigration().matchAll(/^ {2}(\w+)/gm)].map(([, name]) => name);
    assert.deepEqual(
      results.map(({ name }) => name),
      columns,
    );
    assert.equal(d1Migration().split("\n").length, 2);
  });

  test("a hit is one batch, a miss two", async () => {
    const sent = [];
    const watched = { prepare: (sql) => database.prepare(sql), batch: (statements) => (sent.push(statements.length), database.batch(statements)) };
    const { runOnce } = createRunOnce({ store: new D1Store(watched) });
    await runOnce("count", () => 1);
    assert.deepEqual(sent, [2, 1]);
    await runOnce("count", assert.fail);
    assert.deepEqual(sent, [2, 1, 2]);
  });

  test("a hit writes nothing", async () => {
    const written = [];
    const watched = {
      prepare: (sql) => database.prepare(sql),
      async batch(statements) {
        const answers = await database.batch(statements);
        written.push(answers.map(({ meta }) => meta.rows_written));
        return answers;
      },
    };
    const { runOnce } = createRunOnce({ store: new D1Store(watched) });
    await runOnce("written", () => 1);
    written.length = 0;
    await runOnce("written", assert.fail);
    assert.deepEqual(written, [[0, 0]]);
  });

  test("deleteExpired deletes what has expired, and nothing else", async () => {
    const store = new D1Store(database, { table: "other" });
    const brief = createRunOnce({ store, ttl: 1 });
    for (let index = 0; index < 5; index++) await brief.runOnce(`k${index}`, () => 1);
    await createRunOnce({ store }).runOnce("kept", () => 1);
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(await store.deleteExpired(), 5);
    assert.equal(await store.deleteExpired(), 0);
  });

  test("a missing table is a StoreError before the callback, and says what to run", async () => {
    const { runOnce } = createRunOnce({ store: new D1Store(database, { table: "missing" }) });
    await assert.rejects(
      runOnce("k", assert.fail),
      (error) => error.code === "ERR_STORE" && /run the SQL of d1Migration\("missing"\) first/.test(error.message),
    );
  });

  for (const [name, bad, message] of [
    ["undefined, as of a binding that is missing", undefined, /is undefined, expected a client: pass the binding/],
    ["a database of node:sqlite or better-sqlite3", { prepare() {}, exec() {} }, /use SqliteStore/],
    ["a Durable Object's storage", { sql: {} }, /without the functions prepare and batch/],
  ]) {
    test(`${name} is refused at construction`, () => {
      assert.throws(
        () => new D1Store(bad),
        (error) => error.code === "ERR_INVALID_ARGUMENT" && message.test(error.message),
      );
    });
  }

  test("a table's name that would need quoting is refused", () => {
    assert.throws(() => new D1Store(database, { table: "a b" }), { code: "ERR_INVALID_ARGUMENT" });
  });
});
