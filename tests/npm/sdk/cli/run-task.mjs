/**
 * Runs the task `parent` of a built file inside a run, as the worker does: with the task's context and
 * the API's settings in the SDK's global registry.
 *
 *   node run-task.mjs <built file> <count>
 */

import { pathToFileURL } from "node:url";

const [, , file, count] = process.argv;
const tasks = new Map();
const catalog = { registerTaskMetadata: (task) => void tasks.set(task.id, task) };
globalThis[Symbol.for("dev.trigger.ts.api")] = {
  "resource-catalog": new Proxy(catalog, { get: (target, name) => target[name] ?? (() => undefined) }),
  "api-client": { baseURL: process.env.TRIGGER_API_URL, accessToken: "tr_dev" },
  "task-context": {
    ctx: { run: { id: "run_parent" }, attempt: { number: 1 }, environment: { type: "PRODUCTION" } },
    worker: {},
  },
};
await import(pathToFileURL(file).href);
console.log(await tasks.get("parent").fns.run({ count: Number(count) }));
