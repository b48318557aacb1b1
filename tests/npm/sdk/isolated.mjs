/**
 * Triggers by a raw key inside a run: plainly, and through a `TriggerClient`, which hides the run
 * unless it is told to inherit it (SDK 4.5 and later). Prints the hashes that the SDK made.
 */

import * as sdk from "@trigger.dev/sdk";

const REGISTRY = Symbol.for("dev.trigger.ts.api");
const { TRIGGER_API_URL: baseURL, TRIGGER_SECRET_KEY: accessToken } = process.env;
globalThis[REGISTRY] ??= {};
globalThis[REGISTRY]["task-context"] = {
  ctx: { run: { id: "run_abc123" }, attempt: { number: 1 }, environment: { type: "PRODUCTION" } },
  worker: {},
};

const key = await sdk.idempotencyKeys.create("raw-key");
await sdk.tasks.trigger("plain", {}, { idempotencyKey: "raw-key" });
if (sdk.TriggerClient) {
  const isolated = new sdk.TriggerClient({ baseURL, accessToken });
  await isolated.tasks.trigger("isolated", {}, { idempotencyKey: "raw-key" });
  await isolated.tasks.batchTrigger("isolated-batch", [{ payload: {}, options: { idempotencyKey: "raw-key" } }]);
  const inheriting = new sdk.TriggerClient({ baseURL, accessToken, inheritContext: true });
  await inheriting.tasks.trigger("inheriting", {}, { idempotencyKey: "raw-key" });
}
console.log(JSON.stringify({ swapped: typeof key === "object" }));
