/** Every block of docs/run-once.md, docs/stores.md and docs/run-once-operations.md is run as it stands, and what docs/api shows of the stores. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { Redis } from "ioredis";

import { apiExamples } from "../support/snippets.mjs";
import { startWorker } from "../support/workerd.mjs";
import { folder, runOnce as entry } from "./package.mjs";
import { startPostgres, startRedis } from "./services.mjs";
import { nodeWithSqlite } from "./sqlite-node.mjs";
import { startUpstash, TOKEN } from "./upstash-server.mjs";

const blocks = ["run-once", "stores", "run-once-operations"].flatMap((page) => {
  const text = readFileSync(new URL(`../../../docs/${page}.md`, import.meta.url), "utf8");
  return [...text.matchAll(/^(?:<!-- file: (\S+) -->\n)?```(\w+)(?: (\w+))?\n([^]*?)^```$/gm)].map(([, file, language, engine, text]) => ({
    file,
    language,
    engine,
    text,
  }));
});

const scratch = join(folder, "run-once-docs");
rmSync(scratch, { recursive: true, force: true });
mkdirSync(join(scratch, "node_modules"), { recursive: true });
for (const client of ["ioredis", "pg"]) {
  symlinkSync(fileURLToPath(new URL(`node_modules/${client}`, import.meta.url)), join(scratch, "node_modules", client));
}

/** What a block needs around it. */
const ENGINES = {
  none: (script) => run(process.execPath, script, { NODE_OPTIONS: "--test-reporter=tap" }),
  async redis(script) {
    const service = await startRedis();
    after(() => service.stop());
    return run(process.execPath, script, { REDIS_URL: service.url });
  },
  async postgres(script) {
    const service = await startPostgres();
    after(() => service.stop());
    return run(process.execPath, script, { DATABASE_URL: service.url });
  },
  sqlite: (script) => run(nodeWithSqlite(), script),
  async upstash(script) {
    const service = await startRedis();
    const redis = new Redis(service.url);
    const server = await startUpstash(redis);
    after(() => (server.close(), redis.disconnect(), service.stop()));
    return run(process.execPath, script, { UPSTASH_REDIS_REST_URL: server.url, UPSTASH_REDIS_REST_TOKEN: TOKEN });
  },
};

/** Not synchronously: the server of a block may be in this process. */
async function run(node, script, environment = {}) {
  const env = { ...process.env, ...environment, NODE_TEST_CONTEXT: undefined };
  return (await promisify(execFile)(node, [script], { cwd: scratch, env, timeout: 60_000 })).stdout;
}

/** What each script has to print. */
const PRINTS = [
  /^charging order-1\n$/,
  /^process (\d+) charges, idempotency-key: [0-9a-f]{8}…\n\{ id: 'ch_1', by: \1 \}\n$/,
  /^ERR_PAYLOAD_MISMATCH\n\{ miss: 1, publish: 1, hit: 1 \}\n$/,
  /^hello\n$/, // in memory
  /^hello\n$/, // postgres
  /^hello\n$/, // redis
  /^hello\n$/, // sqlite
  /^hello\n$/, // upstash
  /^$/, // seal.mjs, which the next one imports
  /^\{ card: '4242' \}\n$/,
  /^0 expired rows deleted\n$/,
  /\n# pass 2\d\n# fail 0\n/,
];
const scripts = blocks.filter(({ language, engine }) => language === "js" && engine !== "worker" && engine !== "d1");

test("there is one expectation for each script", () => assert.equal(scripts.length, PRINTS.length));

scripts.forEach(({ file, engine, text }, index) => {
  test(`script ${index + 1}${engine === undefined ? "" : `, ${engine}`}`, async () => {
    const script = join(scratch, file ?? `${index}.mjs`);
    writeFileSync(script, text);
    assert.match(await ENGINES[engine ?? "none"](script), PRINTS[index]);
  });
});

/** What ends the process, once an example of docs/api has its store. */
const ENDS = { redis: "redis.disconnect();", postgres: "await pool.end();", sqlite: "", upstash: "" };

/** An example finds the exports of its entry by name. */
const exportsOf = (engine) => `
  import { createRunOnce } from "idempotency-keys/run-once";
  import * as entry from "idempotency-keys/run-once/${engine}";
  const { D1Store, durableObjectStore, DurableObjectStore, PostgresStore, postgresMigration, RedisStore, SqliteStore, sqliteMigration, UpstashStore } = entry;
`;
const examplesOf = (engine) => apiExamples().filter(({ entry }) => entry === `idempotency-keys/run-once/${engine}`);

for (const [engine, end] of Object.entries(ENDS)) {
  test(`docs/api, ${engine}`, async () => {
    const [example, ...others] = examplesOf(engine);
    assert.deepEqual(others, []);
    const script = join(scratch, `api-${engine}.mjs`);
    writeFileSync(script, `${exportsOf(engine)}${example.code}\nconsole.log(await runOnce("api", () => "hello"));\n${end}`);
    assert.equal(await ENGINES[engine](script), "hello\n");
  });
}

const WORKERS = {
  "the Worker": blocks.find(({ engine }) => engine === "worker").text,
  "the Worker with D1": blocks.find(({ language, engine }) => language === "js" && engine === "d1").text,
  "docs/api, d1":
    exportsOf("d1") +
    examplesOf("d1")
      .map(({ code }) => code)
      .join("\n"),
  "docs/api, durable-object":
    exportsOf("durable-object") +
    examplesOf("durable-object")
      .map(({ code }) => code)
      .join("\n"),
};

for (const [name, text] of Object.entries(WORKERS)) {
  test(name, async () => {
    const script = join(scratch, "worker.js");
    writeFileSync(script, text);
    const bindings =
      /\bD1Store\(/.test(text) && !/RUN_ONCE/.test(text)
        ? { d1Databases: { DB: "docs" } }
        : { durableObjects: { RUN_ONCE: { className: "RunOnceObject", useSQLite: true } } };
    const worker = await startWorker(script, folder, bindings);
    after(() => worker.dispose());
    if (bindings.d1Databases) await (await worker.d1("DB")).exec(entry.d1Migration());
    assert.equal(await (await worker.fetch("/")).json(), "hello");
  });
}

test("the migrations are those that the package gives", () => {
  const sql = Object.fromEntries(blocks.filter(({ language }) => language === "sql").map(({ engine, text }) => [engine, text.trimEnd()]));
  assert.deepEqual(sql, { postgres: entry.postgresMigration(), sqlite: entry.sqliteMigration(), d1: entry.d1Migration() });
});
