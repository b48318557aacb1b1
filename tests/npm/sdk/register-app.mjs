/**
 * A program with several SDKs in one process, each as an ES module and as CommonJS, started with
 * `idempotency-keys/register`. Every call has a task, or a token, named after its SDK. Prints what a string is.
 *
 *   node --import idempotency-keys/register register-app.mjs <name of an SDK>...
 */

import { createRequire } from "node:module";

import { idempotencyKeys as esmKeys } from "idempotency-keys";

const [, , ...names] = process.argv;
const require = createRequire(import.meta.url);
const { idempotencyKeys: commonjsKeys } = require("idempotency-keys");
const { TRIGGER_API_URL: baseURL } = process.env;

const sdks = [];
for (const name of names) {
  sdks.push([`${name}-esm`, await import(name)], [`${name}-commonjs`, require(name)]);
}

const registry = (globalThis[Symbol.for("dev.trigger.ts.api")] ??= {});
registry["task-context"] = {
  ctx: { run: { id: "run_abc123" }, attempt: { number: 1 }, environment: { type: "PRODUCTION" } },
  worker: {},
};

const types = {};
for (const [copy, { idempotencyKeys, tasks, batch, wait }] of sdks) {
  registry["api-client"] = { baseURL, accessToken: `tr_${copy}` };
  const theirs = await idempotencyKeys.create(`${copy}-theirs`);
  types[copy] = typeof theirs;
  await tasks.trigger("string", {}, { idempotencyKey: theirs });
  await tasks.trigger("raw", {}, { idempotencyKey: `${copy}-raw` });
  for (const [build, keys] of Object.entries({ esm: esmKeys, commonjs: commonjsKeys })) {
    const key = (name) => keys.createSync(`${copy}-${build}-${name}`, { scope: "global" });
    await tasks.trigger("trigger", {}, { idempotencyKey: key("trigger") });
    await tasks.triggerAndWait("triggerAndWait", {}, { idempotencyKey: key("triggerAndWait") }).catch(outsideAWorker);
    await tasks.batchTrigger("batchTrigger", [{ payload: {}, options: { idempotencyKey: key("batchTrigger") } }]);
    await batch.trigger([{ id: "batch", payload: {}, options: { idempotencyKey: key("batch") } }]);
    await wait.createToken({ idempotencyKey: key("createToken") });
    await wait.for({ minutes: 1, idempotencyKey: key("waitFor") }).catch(outsideAWorker);
    await idempotencyKeys.reset("trigger", key("trigger"));
  }
}
console.log(JSON.stringify(types));

/** The request was sent; nothing here can wait for its end. */
function outsideAWorker() {}
