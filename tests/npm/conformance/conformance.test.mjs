/** The conformance suite on Node, on the packed and installed package, by `import` and by `require`. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { conformance } from "./conformance.mjs";
import { importEntries, requireEntries } from "../support/entries.mjs";
import { loadVectors } from "../support/load-vectors.mjs";

/** What each suite checks. A number that changes is a suite that grew, or one that fell silent. */
const CHECKS = {
  main: {
    digest: 47,
    create: 9476,
    make: 1359,
    is: 184,
    attemptKey: 41,
    js: 262,
    catalog: 687,
    reset: 1345,
    schema: 26,
    serverOnly: 17,
    ttl: 909,
    canonical: 228,
    token: 227,
    payloads: 2205,
    random: 6,
  },
  triggerSdk: {
    digest: 47,
    create: 1901,
    make: 1702,
    is: 184,
    flatten: 306,
    attemptKey: 41,
    js: 528,
    catalog: 687,
  },
};

const vectors = await loadVectors();

for (const [how, load] of Object.entries({ import: importEntries, require: requireEntries })) {
  const entries = await load();

  for (const [name, expected] of Object.entries(CHECKS)) {
    test(`every vector holds in ${name}, got by ${how}`, async (t) => {
      const { checks, differences, failed, passed, skippedByDesign } = await conformance({ [name]: entries[name] }, vectors);
      t.diagnostic(`${passed} checks, of them by our own rules: ${JSON.stringify(differences)}`);
      t.diagnostic(`${skippedByDesign.length} cases say nothing here: ${[...new Set(skippedByDesign.map(({ reason }) => reason))].join("; ")}`);
      assert.deepEqual(failed.slice(0, 5), [], `${failed.length} checks failed`);
      assert.deepEqual(checks, expected);
    });
  }
}
