/** The Durable Object store, in workerd. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { startWorker } from "../support/workerd.mjs";
import { folder } from "./package.mjs";

const worker = await startWorker(fileURLToPath(new URL("worker.mjs", import.meta.url)), folder, {
  durableObjects: {
    SQLITE: { className: "RunOnceObject", useSQLite: true },
    KEY_VALUE: { className: "KeyValueObject", useSQLite: false },
  },
});
after(() => worker.dispose());

async function ask(path, params = {}) {
  const response = await worker.fetch(`/${path}?${new URLSearchParams(params)}`);
  const { value, error } = await response.json();
  assert.equal(error, undefined);
  return value;
}

const { stores, names } = await ask("cases");
assert.ok(names.length > 15, String(names));

for (const store of stores) {
  describe(`Durable Object: ${store}`, { concurrency: 8 }, () => {
    for (const name of names) {
      test(name, async () => assert.equal(await ask("case", { store, name }), "passed"));
    }
  });
}

describe("Durable Object", () => {
  test("requests at once run the callback once, and all get its result", async () => {
    const asked = Array.from({ length: 12 }, (_, by) => ask("charge", { key: "order-1", by }));
    const results = await Promise.all(asked);
    assert.equal(new Set(results.map((result) => JSON.stringify(result))).size, 1, JSON.stringify(results));
    assert.equal(results[0].runs.runs, 1);
    assert.deepEqual(await ask("charge", { key: "order-1", by: "later" }), results[0]);
  });

  test("works within an object, too", async () => {
    const results = await Promise.all(Array.from({ length: 5 }, () => ask("within", { key: "order-2" })));
    assert.deepEqual(
      results.map(({ runs }) => runs),
      [1, 1, 1, 1, 1],
    );
  });

  test("an instance can be made outside of any request", async () => {
    assert.equal(await ask("outside", { key: "k" }), 1);
  });

  test("deleteExpired deletes what has expired, page by page, and nothing else", async () => {
    assert.deepEqual(await ask("expire"), { deleted: 300, again: 0, left: [`run-once:${"f".repeat(64)}`] });
  });
});
