/** The conformance suite with its vectors: what each runner calls inside its runtime. */

import { vectors } from "#vectors";

import { conformance } from "./conformance.mjs";

const SHOWN = 5;

/**
 * Runs every case over `entries`, the namespaces of the package's entries, and answers with counts
 * and the engine that ran. `failure` is one that the runner found before.
 */
export async function report(entries, failure) {
  const { passed, failed, skippedByDesign } = await conformance(entries, vectors);
  const failures = failure === undefined ? failed : [failure, ...failed];
  return {
    engine: entries.main.engineName(),
    passed,
    failed: failures.length,
    failures: failures.slice(0, SHOWN),
    skipped: skippedByDesign.length,
  };
}
