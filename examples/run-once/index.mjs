/**
 * Webhooks arrive more than once, at once, and while processes die. Each order is charged once.
 *
 *   node index.mjs                                    on Node 22.13 or later, in an SQLite file
 *   REDIS_URL=redis://localhost:6379 node index.mjs   in Redis
 */
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { startPayments } from "./payments.mjs";

if (!process.env.REDIS_URL && !isBuiltin("node:sqlite")) {
  console.error("this Node has no SQLite: use Node 22.13 or later, or set REDIS_URL");
  process.exit(1);
}

const payments = await startPayments();
const folder = mkdtempSync(join(tmpdir(), "example-run-once-"));
const run = Date.now(); // a Redis may remember the orders of an earlier run

async function startProcess(NAME) {
  const env = {
    ...process.env,
    NAME,
    PAYMENTS_URL: payments.url,
    STORE_FILE: join(folder, "run-once.db"),
    NODE_NO_WARNINGS: "1",
  };
  const child = fork(new URL("webhook.mjs", import.meta.url), { env });
  const started = await Promise.race([once(child, "message"), once(child, "exit")]);
  assert.ok(started[0]?.port, `process ${NAME} did not start`);
  return { child, port: started[0].port };
}

async function deliver({ port }, event) {
  const response = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: JSON.stringify(event) });
  return response.ok ? response.json() : Promise.reject(new Error(`${response.status}: ${await response.text()}`));
}

const [a, b] = await Promise.all([startProcess("A"), startProcess("B")]);
try {
  console.log("One webhook, delivered three times at once, to two processes:");
  const first = { order: `order-1-${run}`, amount: 1999 };
  const answers = await Promise.all([deliver(a, first), deliver(b, first), deliver(a, first)]);
  console.log(`  answers: ${answers.map(({ id }) => id).join(", ")}`);
  console.log(`  payment API: ${payments.counts.requests} request, ${payments.counts.charges} charge`);
  assert.deepEqual(
    answers.map(({ id }) => id),
    ["ch_1", "ch_1", "ch_1"],
  );
  assert.deepEqual(payments.counts, { requests: 1, charges: 1 });

  console.log("\nAnother one; the process that charges is killed before it has the answer:");
  payments.delayMs = 1000;
  const second = { order: `order-2-${run}`, amount: 500 };
  const lost = deliver(a, second).catch(() => "nothing");
  while (payments.counts.requests === 1) await sleep(10);
  console.log("  A: killed");
  a.child.kill("SIGKILL");
  console.log(`  A answered: ${await lost}`);
  const again = await deliver(b, second);
  console.log(`  B answered: ${again.id}`);
  console.log(
    `  payment API: ${payments.counts.requests - 1} requests with one idempotency key, ${payments.counts.charges - 1} charge`,
  );
  assert.equal(again.id, "ch_2");
  assert.deepEqual(payments.counts, { requests: 3, charges: 2 });

  console.log("\nDelivered once more, late:");
  console.log(`  B answered: ${(await deliver(b, second)).id}`);
  assert.deepEqual(payments.counts, { requests: 3, charges: 2 });

  console.log("\n2 orders, 2 charges.");
} finally {
  for (const { child } of [a, b]) child.kill("SIGKILL");
  payments.close();
  rmSync(folder, { recursive: true, force: true });
}
