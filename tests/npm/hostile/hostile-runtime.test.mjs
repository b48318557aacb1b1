/**
 * Surroundings that are broken or hostile: each in a process of its own, with a time limit, since
 * what must never happen is a wrong hash, and a call that never returns.
 */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";

import { installedPackage } from "../support/install-package.mjs";

const TIME_LIMIT_MS = 240_000;
const CREATES = Number(process.env.CREATES ?? 2_000_000);

const dist = join(installedPackage(), "node_modules/idempotency-keys/dist");
const esm = pathToFileURL(join(dist, "esm/index.js")).href;
const cjs = join(dist, "cjs/index.cjs");
const here = (name) => fileURLToPath(new URL(`${name}.mjs`, import.meta.url));

/** Runs a script of hostile/, and reads the JSON that it ends with. */
async function run(name, args, flags = [], timeout = TIME_LIMIT_MS) {
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, here(name), ...args], { timeout });
  return JSON.parse(stdout);
}

test("frozen built-ins change nothing", async () => {
  for (const flags of [[], ["--frozen-intrinsics"], ["--disable-proto=throw"]]) {
    const { calls, names, wrong } = await run("frozen", [esm], flags);
    assert.deepEqual(wrong, []);
    assert.deepEqual(names, ["InvalidKeyError", "ERR_INVALID_KEY"]);
    assert.ok(calls > 5);
  }
});

test("a panic in any export, in any call, is an error, and the next call has a new instance", async () => {
  const { traps, refused, started, wrong, exports } = await run("traps", [esm]);
  assert.deepEqual(wrong, []);
  assert.ok(exports >= 15 && traps > 40, JSON.stringify({ exports, traps }));
  assert.equal(refused, traps);
  assert.ok(started > traps);
});

test("an instance that has panicked would never answer again", async (t) => {
  const worker = new Worker(here("locked"), { workerData: esm });
  t.after(() => worker.terminate());
  const messages = [];
  worker.on("message", (message) => messages.push(message));
  worker.on("error", (error) => messages.push(String(error)));
  while (messages.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.deepEqual(messages, ["trapped"]);
});

test("what needs more memory than the instance may have is an error, and the next call works", async () => {
  const { refused, expected, wrong } = await run("memory", [esm], ["--wasm-max-mem-pages=64"]);
  assert.deepEqual(wrong, []);
  assert.equal(refused, expected);
});

for (const [what, args] of Object.entries({ "an instance that runs": [], "an instance that has to be started": ["fresh"] })) {
  test(`the end of the stack is an error, wherever in a call it comes, with ${what}`, async () => {
    const { right, refused, wrong } = await run("stack", [cjs, ...args], ["--stack-size=200"]);
    assert.deepEqual(wrong, []);
    assert.ok(right > 3_000 && refused > 500, JSON.stringify({ right, refused }));
  });
}

test("sixteen workers at once make the right keys", async () => {
  const [WORKERS, count] = [16, 3_000];
  const ends = Array.from(
    { length: WORKERS },
    (_, id) =>
      new Promise((resolve, reject) => {
        const worker = new Worker(here("worker"), { workerData: { file: esm, id, count } });
        worker.once("message", resolve);
        worker.once("error", reject);
      }),
  );
  assert.deepEqual(
    await Promise.all(ends),
    Array.from({ length: WORKERS }, () => ({ made: count, wrong: 0 })),
  );
});

test(`heap and wasm memory stay as they are over ${CREATES} keys`, async (t) => {
  const found = await run("flat", [esm, String(CREATES)], ["--expose-gc"], 3_600_000);
  t.diagnostic(JSON.stringify(found));
  assert.equal(found.made, CREATES);
  assert.equal(found.cores[1], found.cores[0], "cores started");
  assert.equal(found.wasm[1], found.wasm[0], "bytes of wasm memory");
  assert.ok(found.heapGrowth < 1 << 20, `${found.heapGrowth} bytes of heap`);
});

// Takes 4 GiB: `make hostile` asks for it.
if (process.env.LONGEST) {
  test("strings of 512 MiB hash, or are refused, and the next call works", async () => {
    const { right, ends, wrong } = await run("longest", [esm]);
    assert.deepEqual(wrong, []);
    assert.equal(right, true);
    assert.deepEqual(ends, { many: true, list: "RangeError", scope: "ERR_INVALID_SCOPE", runId: "ERR_ENGINE" });
  });
}
