/**
 * Triggers one item with a key through each batch function of the SDK, from an array and from a stream. Each key is
 * made of its function's name.
 */

import { batch, configure, idempotencyKeys, task, tasks } from "@trigger.dev/sdk";

configure({ baseURL: process.env.TRIGGER_API_URL, accessToken: "tr_dev" });
const registry = globalThis[Symbol.for("dev.trigger.ts.api")];
registry["task-context"] = {
  ctx: { run: { id: "run_abc123" }, attempt: { number: 1 }, environment: { type: "PRODUCTION" } },
  worker: {},
};

const child = task({ id: "child", run: async () => undefined });
const CALLS = {
  "tasks.batchTrigger": (items) => tasks.batchTrigger("child", items),
  "tasks.batchTriggerAndWait": (items) => tasks.batchTriggerAndWait("child", items),
  "task.batchTrigger": (items) => child.batchTrigger(items),
  "task.batchTriggerAndWait": (items) => child.batchTriggerAndWait(items),
  "batch.trigger": (items) => batch.trigger(items),
  "batch.triggerAndWait": (items) => batch.triggerAndWait(items),
  "batch.triggerByTask": (items) => batch.triggerByTask(items),
  "batch.triggerByTaskAndWait": (items) => batch.triggerByTaskAndWait(items),
};

async function* streamed(items) {
  yield* items;
}

for (const [name, call] of Object.entries(CALLS)) {
  for (const [kind, of] of Object.entries({ array: (items) => items, stream: streamed })) {
    const idempotencyKey = await idempotencyKeys.create(`${name}, ${kind}`, { scope: "global" });
    const item = { id: "child", task: child, payload: {}, options: { idempotencyKey } };
    // The request was sent; nothing here can wait for its end.
    await call(of([item])).catch(() => undefined);
  }
}
