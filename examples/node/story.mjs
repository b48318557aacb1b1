/**
 * A parent task that is retried, and whose child must run once: retries find the same child, a reset
 * makes the server forget it, and the next attempt starts a new one. The SDK is the published one;
 * the keys are this package's.
 *
 *   TRIGGER_SECRET_KEY=tr_dev_… npm run story
 */

import { tasks } from "@trigger.dev/sdk";
import { idempotencyKeys, NotFoundError } from "idempotency-keys";
import { installCatalog } from "idempotency-keys/trigger-sdk";

// So that the SDK sends along what each hash was made from.
installCatalog();

/** What the parent task does in each attempt; in a project it is the `run` of a `task`. */
async function chargeOrder({ order }, { ctx }) {
  const key = await idempotencyKeys.create(["receipt", order], { ctx });
  const { id } = await tasks.trigger("send-receipt", { order }, { idempotencyKey: key.hash });
  console.log(`  ${ctx.run.id}, attempt ${ctx.attempt.number}: child ${id}, key ${key.hash.slice(0, 8)}…`);
  return key;
}

const attempt = (run, number) => ({ ctx: { run: { id: run }, attempt: { number } } });
const payload = { order: "order-42" };

console.log("The parent fails twice after it has triggered its child, and is retried");
const key = await chargeOrder(payload, attempt("run_parent_a", 1));
await chargeOrder(payload, attempt("run_parent_a", 2));
await chargeOrder(payload, attempt("run_parent_a", 3));

console.log("\nAnother run of the parent has a child of its own");
await chargeOrder(payload, attempt("run_parent_b", 1));

console.log("\nA reset, and the same run triggers a new child");
const { id } = await idempotencyKeys.reset("send-receipt", key);
console.log(`  reset ${id.slice(0, 8)}…, made from`, key.options);
await chargeOrder(payload, attempt("run_parent_a", 4));

console.log("\nFrom elsewhere, without the key, by what it was made from");
await idempotencyKeys.reset("send-receipt", ["receipt", "order-42"], { scope: "run", parentRunId: "run_parent_a" });
console.log("  reset once more");
try {
  await idempotencyKeys.reset("send-receipt", key);
} catch (error) {
  if (!(error instanceof NotFoundError)) throw error;
  console.log(`  and again: ${error.name}, status ${error.status}, ${error.code}`);
}
