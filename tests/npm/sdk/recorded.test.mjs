/** The vectors say what the published SDKs do: they are run on them once more. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { reference } from "../conformance/conformance.mjs";
import { show } from "../conformance/report.mjs";
import { decode } from "../conformance/decode.mjs";
import { loadFile, loadVectors } from "../support/load-vectors.mjs";
import { importCore, RECORDED, REFERENCE } from "../support/sdk.mjs";
import { cases } from "../support/vectors.mjs";

const SUITES = {
  "4.3.3": { catalog: 687 },
  "4.4.6": { catalog: 687 },
  [REFERENCE]: { digest: 47, create: 1901, make: 1702, is: 184, flatten: 306, attemptKey: 41, js: 645, catalog: 687 },
};

// As the recordings were made: some of `js` are dates as strings.
process.env.TZ = "UTC";
const vectors = await loadVectors();

for (const version of RECORDED) {
  test(`the vectors of keys are what ${version} does`, async () => {
    const idempotencyKeys = await importCore(version, "idempotencyKeys");
    const expected = SUITES[version];
    const found = await reference(idempotencyKeys, version, vectors, Object.keys(expected));
    assert.deepEqual(found.failed.slice(0, 5), [], `${found.failed.length} checks failed`);
    assert.deepEqual([found.differences, found.skippedByDesign], [{}, []]);
    assert.deepEqual(found.checks, expected);
  });
}

/** Compares what `call` makes of each case of a suite with what was recorded. */
function testRecorded(suite, count, call, isMeant = () => true) {
  test(`the vectors of ${suite} are what ${REFERENCE} does`, () => {
    const meant = cases(loadFile(suite)).filter(isMeant);
    for (const { id, input, expect } of meant) {
      const { issues, ...expected } = decode(expect);
      assert.equal(show(call(decode(input))), show(expected), id);
    }
    assert.equal(meant.length, count);
  });
}

const readers = await importCore(REFERENCE, "serverOnly/idempotencyKeys");
testRecorded("serverOnly", 66, ({ fn, run }) => ({ value: readers[fn](run) }));

const { parseNaturalLanguageDurationInMs } = await importCore(REFERENCE, "isomorphic/duration");
testRecorded("ttl", 475, ({ value }) => {
  try {
    return { ms: parseNaturalLanguageDurationInMs(value) ?? null };
  } catch {
    return {};
  }
});

// Recorded with zod 4, while the SDK takes what it finds: with zod 3 the messages are others, and
// lengths are counted in units, not in characters. What a key's options may be is the same.
const schemas = await importCore(REFERENCE, "schemas/api");
testRecorded(
  "schema",
  60,
  ({ schema, input }) => {
    const { success, data } = schemas[schema].safeParse(input);
    if (!success) return { success };
    if (schema === "IdempotencyKeyOptionsSchema") return { success, data };
    const { idempotencyKey, idempotencyKeyOptions, idempotencyKeyTTL } = data.options ?? data;
    return { success, idempotencyKey, idempotencyKeyOptions, idempotencyKeyTTL };
  },
  ({ id }) => /IdempotencyKeyOptionsSchema|options-/.test(id),
);
