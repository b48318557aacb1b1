/** What a kept key, or a kept hash, keeps alive besides itself: at most 2 kB, batches included. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

import { installedPackage } from "../support/install-package.mjs";

const BATCHES = 500;

/** Keeps one of each 1,000 keys, or of its properties, and prints the bytes of heap that each one costs. */
const script = (keep, isRead) => `
  const { idempotencyKeys } = await import("idempotency-keys");
  const ctx = { run: { id: "run_abc123" } };
  const heap = () => { gc(); gc(); return process.memoryUsage().heapUsed; };
  const one = (batch) => {
    const keys = idempotencyKeys.createMany(Array.from({ length: 1_000 }, (_, index) => "item-" + batch + "-" + index + "x".repeat(80)), { ctx });
    if (${isRead}) for (const key of keys) key.hash.charCodeAt(0);
    const key = keys[777];
    return ${keep};
  };
  one(0);
  const before = heap();
  const kept = [];
  for (let batch = 0; batch < ${BATCHES}; batch++) kept.push(one(batch));
  console.log((heap() - before) / kept.length);
`;

// A key lets go of the hashes that it shares with others when its own is first read.
for (const [keep, isRead] of ["key", "key.hash", "key.key", "key.options", "String(key)"].flatMap((keep) => [
  [keep, true],
  [keep, false],
])) {
  test(`one kept ${keep} of a batch of 1,000 whose hashes were ${isRead ? "read before" : "not read"}`, (t) => {
    const output = execFileSync(process.execPath, ["--expose-gc", "--input-type=module", "-e", script(keep, isRead)], {
      cwd: installedPackage(),
      encoding: "utf8",
    });
    t.diagnostic(`${output.trim()} bytes`);
    assert.ok(Number(output) < 2_048, output);
  });
}
