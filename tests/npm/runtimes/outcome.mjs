/** What comes of a row of the table: passed, failed or skipped, and what there is to say about it. */

import { Missing } from "./missing.mjs";

/** A row as it is called on the screen. */
export function nameOf({ where, how }, version) {
  return [version === undefined ? where : `${where} ${version}`, how].filter(Boolean).join(", ");
}

/**
 * Runs one row: `{ outcome, version, line }`. One that is not installed is skipped; where `inCI`, a
 * required one fails.
 */
export async function outcomeOf(runtime, staged, { inCI }) {
  try {
    const { version, report } = await runtime.run(staged);
    const problems = problemsOf(runtime, report);
    const counts = `${report.passed} checks passed, ${report.failed} failed, ${report.skipped} skipped, engine ${report.engine}`;
    return problems.length === 0 ? { outcome: "passed", version, line: counts } : { outcome: "failed", version, line: [counts, ...problems].join("\n    ") };
  } catch (error) {
    if (!(error instanceof Missing)) return { outcome: "failed", line: error.stack };
    return { outcome: inCI && runtime.required ? "failed" : "skipped", line: error.message };
  }
}

function problemsOf({ engine }, report) {
  const problems = report.failures.map(({ id, expected, actual }) => `${id}: expected ${expected}, got ${actual}`);
  if (report.engine !== engine) problems.unshift(`engine "${report.engine}" answered, expected "${engine}"`);
  if (report.passed === 0) problems.unshift("no check ran");
  return problems;
}
