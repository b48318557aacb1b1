/** What the tests of `runOnce` share. */
import assert from "node:assert/strict";
import { after } from "node:test";

import { runOnce as entry } from "./package.mjs";

export const { createRunOnce, keys, MemoryStore } = entry;
export const { idempotencyKeys } = keys;

export const ctx = { run: { id: "run_1" } };

/** Whether an error is one of the package's, with that code. */
export const code = (expected) => (error) => {
  assert.ok(error instanceof keys.IdempotencyKeyError, String(error));
  assert.equal(error.code, expected);
  return true;
};

/** A renewal doesn't keep the process alive; here some callbacks wait for nothing else. */
export function stayAlive() {
  const alive = setInterval(() => {}, 1000);
  after(() => clearInterval(alive));
}
