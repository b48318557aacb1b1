/**
 * From process start to the first hash: a fresh process each time, in turn, medians. Whole processes,
 * so that the runtime's own start is in every figure; the empty program shows how much that is.
 *
 *   node benches/js/cold-start.mjs [runs]     (after `make pack`)
 */

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { installedPackage } from "../../tests/npm/support/install-package.mjs";
import { foldersOf } from "../../tests/npm/support/sdk.mjs";

const url = (...path) => JSON.stringify(pathToFileURL(join(...path)).href);
const dist = join(installedPackage(), "node_modules/idempotency-keys/dist");

const PROGRAMS = {
  "empty program": "",
  "node:crypto": 'import { createHash } from "node:crypto"; createHash("sha256").update("a").digest("hex");',
  "idempotency-keys": `import { idempotencyKeys } from ${url(dist, "esm/index.js")}; idempotencyKeys.createSync("a").hash;`,
  "idempotency-keys/js": `import { idempotencyKeys } from ${url(dist, "esm/js.js")}; idempotencyKeys.createSync("a").hash;`,
  "@trigger.dev/sdk 4.8.3": `import { idempotencyKeys } from ${url(foldersOf("4.8.3").sdk, "dist/esm/v3/index.js")}; await idempotencyKeys.create("a");`,
};

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** Milliseconds from process start to first hash, by program: the median of `runs` processes. */
export function coldStart(runs) {
  const times = Object.fromEntries(Object.keys(PROGRAMS).map((name) => [name, []]));
  for (let run = 0; run < runs; run++) {
    for (const [name, program] of Object.entries(PROGRAMS)) {
      const started = process.hrtime.bigint();
      execFileSync(process.execPath, ["--input-type=module", "-e", `${program}; process.exit()`], { stdio: "ignore" });
      times[name].push(Number(process.hrtime.bigint() - started) / 1e6);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)]));
}

export function printColdStart(figures) {
  console.log("\nfrom process start to first hash: ms, and how much more than the empty program");
  for (const [name, ms] of Object.entries(figures)) {
    console.log(`  ${name.padEnd(24)}${ms.toFixed(1).padStart(8)}${(ms - figures["empty program"]).toFixed(1).padStart(8)}`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  printColdStart(coldStart(Number(process.argv[2] ?? 21)));
}
