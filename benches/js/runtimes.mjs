/**
 * The package beside its peers on every runtime that is there: nanoseconds a key, the same short key as
 * in `bench.mjs`.
 *
 *   node benches/js/runtimes.mjs     (after `make pack`)
 */

import { fileURLToPath } from "node:url";

import { Missing } from "../../tests/npm/runtimes/missing.mjs";
import { RUNTIMES } from "../../tests/npm/runtimes/list.mjs";
import { stage } from "../../tests/npm/runtimes/stage.mjs";

const WAYS = ["`import`", "no permissions", "esbuild, as wrangler does", "page, no bundler"];
const inside = fileURLToPath(new URL("inside.mjs", import.meta.url));

/** Figures by runtime and version; `undefined` for one that isn't there. */
export async function runtimeFigures() {
  const staged = await stage(inside);
  const figures = {};
  for (const { where, how, run } of RUNTIMES.filter(({ how }) => WAYS.includes(how))) {
    try {
      const { version, report } = await run(staged);
      figures[`${where} ${version}`] = report.figures;
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      console.log(`  ${where}, ${how}: skipped: ${error.message}`);
    }
  }
  return figures;
}

export function printRuntimes(figures) {
  const names = [...new Set(Object.values(figures).flatMap((row) => Object.keys(row)))];
  console.log(`\nns a key on each runtime\n  ${"".padEnd(28)}${names.map((name) => name.padStart(15)).join("")}`);
  for (const [runtime, row] of Object.entries(figures)) {
    console.log(`  ${runtime.padEnd(28)}${names.map((name) => (row[name]?.toFixed(0) ?? "-").padStart(15)).join("")}`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  printRuntimes(await runtimeFigures());
}
