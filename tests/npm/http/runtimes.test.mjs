/** The suite in workerd, Bun and Deno. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync, symlinkSync, existsSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import { findBun, findDeno, runProgram } from "../runtimes/process.mjs";
import { startWorker } from "../support/workerd.mjs";
import { folder as installed } from "./package.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const folder = join(installed, "http-suite");
mkdirSync(folder, { recursive: true });
for (const file of readdirSync(here).filter((name) => name.endsWith(".mjs"))) cpSync(join(here, file), join(folder, file));
mkdirSync(join(folder, "node_modules"), { recursive: true });
for (const framework of ["express", "express4", "fastify", "hono"]) {
  const link = join(folder, "node_modules", framework);
  if (!existsSync(link)) symlinkSync(join(here, "node_modules", framework), link);
}

function passed({ cases, failures }) {
  assert.deepEqual(failures, []);
  assert.ok(cases > 70, `${cases} cases`);
}

const worker = await startWorker(join(folder, "worker.mjs"), installed, {
  d1Databases: ["DB"],
  durableObjects: { OBJECTS: { className: "RunOnceObject", useSQLite: true } },
});
const nodeWorker = await startWorker(join(folder, "worker-node.mjs"), installed, {
  // Servers of node:http came with 2025-09-01, node:tty, which Express loads, later.
  compatibilityDate: "2026-04-20",
  compatibilityFlags: ["nodejs_compat"],
});
after(() => Promise.all([worker.dispose(), nodeWorker.dispose()]));

for (const path of ["wrapper/memory", "wrapper/durable-object", "wrapper/d1", "hono/memory"]) {
  test(`workerd: ${path}`, async () => passed(await (await worker.fetch(`/${path}`)).json()));
}
for (const name of ["node:http", "express 5"]) {
  test(`workerd: ${name}`, async () => passed(await (await nodeWorker.fetch(`/${encodeURIComponent(name)}`)).json()));
}

const PROGRAMS = {
  Bun: [findBun, []],
  Deno: [findDeno, ["run", "--quiet", "--no-prompt", "--allow-all"]],
};
for (const [name, [find, args]] of Object.entries(PROGRAMS)) {
  test(`${name}: the wrapper and every adapter`, async (t) => {
    const { report } = await runProgram({ folder }, find(), args, "runtime.mjs");
    assert.equal(Object.keys(report).length, 6);
    for (const [subject, of] of Object.entries(report)) await t.test(subject, () => passed(of));
  });
}
