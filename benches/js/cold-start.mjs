/**
 * From process start to the first hash: a fresh process each time, in turn, medians. Whole processes,
 * so that the runtime's own start is in every figure; the empty program shows how much that is.
 *
 *   node benches/js/cold-start.mjs [runs]     (after `make pack`)
 */

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { installedPackage } from "../../tests/js/installed.mjs";
import { foldersOf } from "../../tests/js/sdk.mjs";

const RUNS = Number(process.argv[2] ?? 21);
const url = (...path) => JSON.stringify(pathToFileURL(join(...path)).href);
const dist = join(installedPackage(), "node_modules/idempotency-keys/dist");

const PROGRAMS = {
  "empty program": "",
  "node:crypto": 'import { createHash } from "node:crypto"; createHash("sha256").update("a").digest("hex");',
  "idempotency-keys": `import { idempotencyKeys } from ${url(dist, "esm/index.js")}; idempotencyKeys.createSync("a").hash;`,
  "idempotency-keys/js": `import { idempotencyKeys } from ${url(dist, "js/index.js")}; idempotencyKeys.createSync("a").hash;`,
  "@trigger.dev/sdk 4.8.3": `import { idempotencyKeys } from ${url(foldersOf("4.8.3").sdk, "dist/esm/v3/index.js")}; await idempotencyKeys.create("a");`,
};

const times = Object.fromEntries(Object.keys(PROGRAMS).map((name) => [name, []]));
for (let run = 0; run < RUNS; run++) {
  for (const [name, program] of Object.entries(PROGRAMS)) {
    const started = process.hrtime.bigint();
    execFileSync(process.execPath, ["--input-type=module", "-e", `${program}; process.exit()`], { stdio: "ignore" });
    times[name].push(Number(process.hrtime.bigint() - started) / 1e6);
  }
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const empty = median(times["empty program"]);
console.log(`Node ${process.version}, ${RUNS} processes each: ms from start to first hash, and how much more than nothing`);
for (const [name, values] of Object.entries(times)) {
  const ms = median(values);
  console.log(`${name.padEnd(24)} ${ms.toFixed(1).padStart(8)} ${(ms - empty).toFixed(1).padStart(8)}`);
}
