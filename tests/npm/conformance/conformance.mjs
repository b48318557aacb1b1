/**
 * The conformance suite: every vector through the public API, and what no vector can hold. Knows no
 * runtime and no test framework, and imports nothing but itself, so that it runs wherever the package
 * does.
 */

import * as catalogSuite from "./catalog.mjs";
import * as jsSuite from "./js.mjs";
import * as keys from "./keys.mjs";
import * as payloads from "./payloads.mjs";
import { randomKeys } from "./random-keys.mjs";
import { Report } from "./report.mjs";
import * as reset from "./reset.mjs";
import * as server from "./server.mjs";
import { mainSubject, referenceSubject, triggerSdkSubject } from "./subject.mjs";
import { token } from "./tokens.mjs";

export { jsCasesModule } from "./js.mjs";

/** The suites that concern the main entry, by the name of their vector file. */
const OF_MAIN = {
  digest: keys.digest,
  create: keys.create,
  make: keys.make,
  is: keys.is,
  attemptKey: keys.attemptKey,
  js: jsSuite.js,
  catalog: catalogSuite.catalog,
  reset: reset.planReset,
  schema: server.schema,
  serverOnly: server.serverOnly,
  ttl: server.ttl,
  canonical: payloads.canonical,
  token,
};

/** Those of the main entry that no file has the cases of. */
const WITHOUT_VECTORS = { payloads: payloads.payloads, random: randomKeys };

/** The suites that concern the SDK's module, and so `idempotency-keys/trigger-sdk`. */
const OF_TRIGGER_SDK = {
  digest: keys.digest,
  create: keys.create,
  make: keys.make,
  is: keys.is,
  flatten: keys.flatten,
  attemptKey: keys.attemptKey,
  js: jsSuite.js,
  catalog: catalogSuite.catalog,
};

/** The vector files that the suite reads. */
export const FILES = [...new Set([...Object.keys(OF_MAIN), ...Object.keys(OF_TRIGGER_SDK)])];

/**
 * Runs the suite on the module namespaces of the entries `main` and `triggerSdk`, those that are
 * given.
 *
 * @param vectors The parsed vector files by name, and `jsCases`: the default export of the module
 * that `jsCasesModule(vectors.js)` is the text of.
 * @returns `{ passed, failed: [{ id, expected, actual }], skippedByDesign: [{ id, reason }],
 * differences, checks }`: `differences` counts the cases that went by a rule in which this package
 * differs from the SDK on purpose, `checks` what each suite checked, passed or failed.
 */
export async function conformance({ main, triggerSdk }, vectors) {
  const report = new Report();
  if (main) await runAll(report, mainSubject(main), { ...OF_MAIN, ...WITHOUT_VECTORS }, vectors);
  if (triggerSdk) await runAll(report, triggerSdkSubject(triggerSdk), OF_TRIGGER_SDK, vectors);
  return { ...report };
}

/** The suite on the SDK's own module at `version`: whether the vectors say what it does. */
export async function reference(idempotencyKeys, version, vectors, suites) {
  const report = new Report();
  const chosen = Object.fromEntries(suites.map((suite) => [suite, OF_TRIGGER_SDK[suite]]));
  await runAll(report, referenceSubject(idempotencyKeys, version), chosen, vectors);
  return { ...report };
}

async function runAll(report, subject, suites, vectors) {
  for (const [suite, run] of Object.entries(suites)) {
    const before = report.passed + report.failed.length;
    await run(subject, vectors[suite], report, vectors.jsCases);
    report.checks[suite] = (report.checks[suite] ?? 0) + report.passed + report.failed.length - before;
  }
}
