/**
 * Inputs that need more memory than the instance may have: run with --wasm-max-mem-pages=64 (4 MiB).
 * Argument: the package's main file.
 */

import { wrongCalls } from "./calls.mjs";

const { idempotencyKeys } = await import(process.argv[2]);
const { createSync, createMany, planReset } = idempotencyKeys;
const big = "x".repeat(5_000_000);
const ROUNDS = 200;

const calls = {
  runId: () => createSync("a", { ctx: { run: { id: big } } }),
  attempt: () => createSync("a", { ctx: { run: { id: "run_1" }, attempt: { number: big } }, scope: "attempt" }),
  scope: () => createSync("a", { scope: big }),
  many: () => createMany(["a", "b"], { ctx: { run: { id: big } } }),
  parentRunId: () => planReset("a", { parentRunId: big }),
  fourTimes: () => planReset("a", { parentRunId: big, attemptNumber: big, ctx: { run: { id: big }, attempt: { number: big } } }),
};
const found = { refused: 0, wrong: [] };
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, call] of Object.entries(calls)) {
    try {
      call();
      found.wrong.push(`${name} had enough memory`);
    } catch (error) {
      if (error.code === "ERR_ENGINE" && /memory/.test(error.message)) found.refused += 1;
      else found.wrong.push(`${name}: ${error}`);
    }
    found.wrong.push(...wrongCalls(idempotencyKeys, `after ${name}`));
  }
}
// A long key needs no more memory than a short one.
if (createSync(big, { scope: "global" }).key !== big) found.wrong.push("a long key");
console.log(JSON.stringify({ ...found, wrong: found.wrong.slice(0, 8), expected: ROUNDS * Object.keys(calls).length }));
