/** The SDK's global registry, where it keeps the running task's context. */

import { decode } from "./decode.mjs";

const REGISTRY = Symbol.for("dev.trigger.ts.api");

function registry() {
  return (globalThis[REGISTRY] ??= {});
}

/** `ctx` of a vector as the SDK has it; `undefined` outside a task. */
export function contextOf(ctx) {
  if (!ctx) return undefined;
  const { runId, attempt } = decode(ctx);
  return { run: { id: runId }, attempt: { number: attempt } };
}

/** Runs `body` as if the SDK were running a task with this context. */
export async function inContext(ctx, body) {
  const entries = registry();
  if (ctx === undefined) delete entries["task-context"];
  else entries["task-context"] = { ctx };
  try {
    return await body();
  } finally {
    delete entries["task-context"];
  }
}

/** Empties the SDK's own catalog, where there is one. */
export function emptyCatalog() {
  delete registry()["idempotency-key-catalog"];
}

/** How a call ended: `{ value }` or `{ throws }`. */
export async function outcome(body) {
  try {
    return { value: await body() };
  } catch (error) {
    return { throws: error };
  }
}
