/** The example, as a user runs it: charged once, in both stores. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { folder } from "./package.mjs";
import { startPostgres, startRedis } from "./services.mjs";
import { hasSqlite, nodeWithSqlite } from "./sqlite-node.mjs";

const example = join(folder, "run-once-example");
rmSync(example, { recursive: true, force: true });
cpSync(fileURLToPath(new URL("../../../examples/run-once", import.meta.url)), example, { recursive: true });
mkdirSync(join(example, "node_modules"));
for (const client of ["ioredis", "pg"]) symlinkSync(fileURLToPath(new URL(`node_modules/${client}`, import.meta.url)), join(example, "node_modules", client));

function run(node, environment, script = "index.mjs") {
  const env = { ...process.env, REDIS_URL: "", ...environment, NODE_TEST_CONTEXT: undefined };
  const { status, stdout, stderr } = spawnSync(node, [script], { cwd: example, encoding: "utf8", env, timeout: 60_000 });
  return { status, stdout, stderr };
}

function check({ status, stdout, stderr }) {
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /answers: ch_1, ch_1, ch_1\n {2}payment API: 1 request, 1 charge\n/);
  assert.match(stdout, /A: killed\n[^]*B: takeover charge-order-2[^]*B answered: ch_2\n {2}payment API: 2 requests with one idempotency key, 1 charge\n/);
  assert.match(stdout, /\n2 orders, 2 charges\.\n$/);
}

test("in Redis", async () => {
  const service = await startRedis();
  try {
    check(run(process.execPath, { REDIS_URL: service.url }));
  } finally {
    await service.stop();
  }
});

test("in an SQLite file", () => {
  check(run(nodeWithSqlite(), {}));
});

test("a process that is killed between effect and result, in the transactional mode and in the lease mode", async () => {
  const service = await startPostgres();
  try {
    const { status, stdout, stderr } = run(process.execPath, { DATABASE_URL: service.url }, "crash.mjs");
    assert.equal(status, 0, stdout + stderr);
    assert.equal(
      stdout,
      `
transaction mode: the process is killed after its effect, before the result is stored
  orders now: 0
  result: placed
  result: placed
  orders after two more processes: 1

lease mode: the process is killed after its effect, before the result is stored
  orders now: 1
  taken over: the order is there already
  result: found
  result: found
  orders after two more processes: 1
`,
    );
  } finally {
    await service.stop();
  }
});

if (!hasSqlite) {
  test("without either it says so in one sentence", () => {
    const { status, stderr } = run(process.execPath, {});
    assert.equal(status, 1);
    assert.equal(stderr.trim(), "this Node has no SQLite: use Node 22.13 or later, or set REDIS_URL");
  });
}
