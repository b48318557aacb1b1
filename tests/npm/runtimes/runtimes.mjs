/**
 * The conformance suite inside every runtime, from the packed tarball.
 *
 *   node tests/npm/runtimes/runtimes.mjs --required          those of `make test`
 *   node tests/npm/runtimes/runtimes.mjs --all [--write]     all of them; --write renews the table in docs/runtimes.md
 *   node tests/npm/runtimes/runtimes.mjs --only=Chromium     those with this in their name
 *
 * A runtime passes if every case does and the engine that answered is the one that it should have:
 * a fallback would hide a failure. One that is not installed is skipped by name; with CI=true, a
 * skip of a required one fails.
 */

import { checkTable, writeTable } from "./table.mjs";
import { RUNTIMES } from "./list.mjs";
import { nameOf, outcomeOf } from "./outcome.mjs";
import { stage } from "./stage.mjs";

const flags = process.argv.slice(2);
const only = flags.find((flag) => flag.startsWith("--only="))?.slice("--only=".length);
const chosen = RUNTIMES.filter((runtime) => (flags.includes("--all") || only !== undefined || runtime.required) && nameOf(runtime).includes(only ?? ""));
const inCI = process.env.CI === "true";

const staged = await stage();
const results = [];
for (const runtime of chosen) {
  const begun = performance.now();
  const result = { runtime, ...(await outcomeOf(runtime, staged, { inCI })) };
  results.push(result);
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(`${result.outcome}: ${nameOf(runtime, result.version)}, ${seconds} s: ${result.line}`);
}

const passed = results.filter(({ outcome }) => outcome === "passed");
const failed = results.filter(({ outcome }) => outcome === "failed");
const skipped = results.length - passed.length - failed.length;
if (flags.includes("--write")) {
  if (passed.length < RUNTIMES.length) throw new Error("the table is written only when every runtime passed");
  writeTable(passed);
}
const stale = only === undefined ? checkTable(passed, RUNTIMES) : [];
stale.forEach((line) => console.log(line));

console.log(`${passed.length} passed, ${failed.length} failed, ${skipped} skipped`);
process.exitCode = failed.length + stale.length === 0 && passed.length > 0 ? 0 : 1;
