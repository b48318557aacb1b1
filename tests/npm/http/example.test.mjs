/** The example, as a user runs it: a client that is killed and started again has paid once, in each server. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { startPostgres } from "../run-once/services.mjs";
import { startWorker } from "../support/workerd.mjs";
import { folder } from "./package.mjs";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const example = join(folder, "http-example");
rmSync(example, { recursive: true, force: true });
cpSync(at("../../../examples/http"), example, { recursive: true });
for (const [name, installed] of [
  ["hono", "node_modules"],
  ["@hono/node-server", "node_modules"],
  ["express", "node_modules"],
  ["pg", "../run-once/node_modules"],
]) {
  const link = join(example, "node_modules", name);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(at(`${installed}/${name}`), link);
}

function run(args, environment = {}) {
  const env = { ...process.env, DATABASE_URL: "", ...environment, NODE_TEST_CONTEXT: undefined };
  return new Promise((resolve) => {
    execFile(process.execPath, ["index.mjs", ...args], { cwd: example, env, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ status: error?.code ?? 0, stdout, stderr });
    });
  });
}

function check({ status, stdout, stderr }) {
  assert.equal(status, 0, stdout + stderr);
  assert.match(
    stdout,
    /^A client pays.*\n {2}killed; .*\nStarted again, .*\n {2}201 paid by pay_\S+, replayed\nAnother amount .*\n {2}422 payload-mismatch\n1 payment of 1999 cents\.\n$/,
  );
}

test("the Hono app on Node", async () => check(await run([])));

test("the Express app on PostgreSQL", async () => {
  const service = await startPostgres();
  try {
    check(await run([], { DATABASE_URL: service.url }));
  } finally {
    await service.stop();
  }
});

test("the Hono app in workerd, with D1", async () => {
  const worker = await startWorker(join(example, "worker.mjs"), folder, { d1Databases: ["DB"] });
  try {
    const database = await worker.d1("DB");
    const migration = readFileSync(join(example, "migrations/0001_payments.sql"), "utf8");
    for (const statement of migration.split("\n").filter((line) => line.startsWith("CREATE "))) await database.exec(statement);
    check(await run([worker.url]));
  } finally {
    await worker.dispose();
  }
});

test("its migration is the one that the package prints", () => {
  const { d1Migration } = createRequire(join(folder, "package.json"))("idempotency-keys/run-once/d1");
  assert.ok(readFileSync(join(example, "migrations/0001_payments.sql"), "utf8").includes(d1Migration()));
});
