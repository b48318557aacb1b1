/**
 * Plays the cases of tests/vectors/trigger.json through an SDK, whichever way it was loaded. Each
 * case has an access token of its own, by which the server tells its requests from the others'.
 */

import { decode } from "../conformance/decode.mjs";

const REGISTRY = Symbol.for("dev.trigger.ts.api");
const CHILD = "child-task";
const PAYLOAD = { to: "ada@example.com" };

/** The calls of the vectors' `api`, on an SDK. Those that a version doesn't have are left out. */
function callsOf(sdk) {
  const { tasks, batch, wait } = sdk;
  const child = sdk.task({ id: CHILD, run: async () => undefined });
  const asOptions = (items) => items.map((options) => ({ payload: PAYLOAD, options }));
  const byId = (items) => items.map((options) => ({ id: CHILD, payload: PAYLOAD, options }));
  const byTask = (items) => items.map((options) => ({ task: child, payload: PAYLOAD, options }));
  const aborted = () => AbortSignal.abort();
  return {
    "tasks.trigger": (options) => tasks.trigger(CHILD, PAYLOAD, options),
    "task.trigger": (options) => child.trigger(PAYLOAD, options),
    "tasks.triggerAndWait": (options) => tasks.triggerAndWait(CHILD, PAYLOAD, options),
    "task.triggerAndWait": (options) => child.triggerAndWait(PAYLOAD, options),
    "tasks.triggerAndSubscribe": tasks.triggerAndSubscribe && ((options) => tasks.triggerAndSubscribe(CHILD, PAYLOAD, { ...options, signal: aborted() })),
    "tasks.batchTrigger": (options, items) => tasks.batchTrigger(CHILD, asOptions(items), options),
    "task.batchTrigger": (options, items) => child.batchTrigger(asOptions(items), options),
    "tasks.batchTriggerAndWait": (options, items) => tasks.batchTriggerAndWait(CHILD, asOptions(items), options),
    "task.batchTriggerAndWait": (options, items) => child.batchTriggerAndWait(asOptions(items), options),
    "batch.trigger": (options, items) => batch.trigger(byId(items), options),
    "batch.triggerAndWait": (options, items) => batch.triggerAndWait(byId(items), options),
    "batch.triggerByTask": (options, items) => batch.triggerByTask(byTask(items), options),
    "batch.triggerByTaskAndWait": (options, items) => batch.triggerByTaskAndWait(byTask(items), options),
    "tasks.batchTrigger(stream)": (options, items) => tasks.batchTrigger(CHILD, stream(asOptions(items)), options),
    "tasks.batchTriggerAndWait(stream)": (options, items) => tasks.batchTriggerAndWait(CHILD, stream(asOptions(items)), options),
    "batch.trigger(stream)": (options, items) => batch.trigger(stream(byId(items)), options),
    "batch.triggerByTask(stream)": (options, items) => batch.triggerByTask(stream(byTask(items)), options),
    "wait.createToken": (options) => wait.createToken(options),
    "wait.for": (options) => wait.for({ minutes: 1, ...options }),
    "wait.until": (options) => wait.until({ date: new Date(Date.now() + 60_000), ...options }),
    "streams.input.wait": sdk.streams.input && ((options) => sdk.streams.input({ id: "in" }).wait(options)),
    "sessions.in.wait": sdk.sessions && ((options) => sdk.sessions.open("session_1").in.wait(options)),
    "webhooks.waiter.create": sdk.webhooks.waiter && ((options) => sdk.webhooks.waiter.create({ id: "wh_1" }, { match: { a: "b" }, ...options })),
  };
}

/** Items whose keys were all made before the first is sent. */
async function manyItems(sdk, count) {
  const items = [];
  for (let index = 0; index < count; index++) {
    items.push({ idempotencyKey: await sdk.idempotencyKeys.create(`item-${index}`) });
  }
  return items;
}

async function* stream(items) {
  yield* items;
}

/** What the SDK keeps for the process. */
function registry() {
  return (globalThis[REGISTRY] ??= {});
}

export function setContext(ctx) {
  if (ctx) {
    const { runId, attempt } = decode(ctx);
    registry()["task-context"] = {
      ctx: { run: { id: runId, isTest: false }, attempt: { number: attempt }, environment: { type: "PRODUCTION" } },
      worker: {},
    };
  } else {
    delete registry()["task-context"];
  }
}

/**
 * Plays `cases`, and returns for each the name and message of what it threw, or `unsupported`.
 *
 * @param {{ swapped: boolean, baseURL: string, first?: number }} how `swapped`: the SDK's keys are `IdempotencyKey`s; `first`: the number of the first case.
 */
export async function play(sdk, cases, { swapped, baseURL, first = 0 }) {
  const calls = callsOf(sdk);
  const ends = [];
  for (const [index, { api, ctx, options, items, itemCount, setup = [], cold }] of cases.entries()) {
    const call = calls[api];
    if (!call) {
      ends.push({ unsupported: true });
      continue;
    }
    registry()["api-client"] = { baseURL, accessToken: `tr_case_${first + index}` };
    const keys = {};
    for (const { as, key, options: scope, ctx: made } of setup) {
      setContext(made);
      const created = await sdk.idempotencyKeys.create(decode(key), decode(scope));
      if (swapped !== (typeof created === "object")) {
        throw new Error(`expected ${swapped ? "an IdempotencyKey" : "a text"}, the SDK made ${typeof created}`);
      }
      // What an emptied catalog has forgotten, an object still knows: a bare hash stands in for it.
      keys[as] = cold ? String(created) : created;
    }
    if (cold) {
      const catalog = registry()["idempotency-key-catalog"];
      // Before 4.5.0 the SDK's own catalog can't be emptied.
      catalog?.clear ? catalog.clear() : delete registry()["idempotency-key-catalog"];
    }
    setContext(ctx);
    try {
      await call(decode(options, keys), itemCount ? await manyItems(sdk, itemCount) : decode(items ?? [], keys));
      ends.push({});
    } catch ({ name, message }) {
      ends.push({ error: { name, message } });
    }
  }
  return ends;
}
