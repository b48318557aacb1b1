/** docs/recipes.md: each recipe does once what it says, from the installed package. */

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { installedPackage } from "../support/install-package.mjs";
import { blocksOf, filesOf } from "../support/snippets.mjs";

const PAGE = "docs/recipes.md";
const { files } = filesOf(PAGE);
const folder = join(installedPackage(), `recipes-${process.pid}`);
mkdirSync(folder, { recursive: true });
for (const [name, code] of Object.entries(files)) writeFileSync(join(folder, name), code);
writeFileSync(join(folder, "store.mjs"), 'export { MemoryStore } from "idempotency-keys/run-once";\n');
const load = (name) => import(pathToFileURL(join(folder, name)).href);
const { MemoryStore } = await load("store.mjs");

/** A function that notes its calls and returns what `make` makes of their number. */
function counted(make) {
  const calls = [];
  const call = async (...args) => {
    calls.push(args);
    return make(calls.length);
  };
  return { call, calls };
}

test("every recipe is run here", () => {
  const names = ["charge.mjs", "webhook.mjs", "mail.mjs", "queue.mjs", "cron.mjs", "fan-out.mjs", "route.mjs", "tool.mjs"];
  assert.deepEqual(Object.keys(files), names);
  assert.equal(blocksOf(PAGE).length, names.length);
});

test("a charge", async () => {
  const { createCharge } = await load("charge.mjs");
  const { call, calls } = counted((number) => ({ id: `pi_${number}` }));
  const charge = createCharge({ store: new MemoryStore(), stripe: { paymentIntents: { create: call } } });
  const order = { id: "order-42", amount: 990 };
  assert.deepEqual(await Promise.all([charge(order), charge({ amount: 990, id: "order-42" })]), [{ intent: "pi_1" }, { intent: "pi_1" }]);
  assert.deepEqual(calls.map(([params]) => params), [{ amount: 990, currency: "eur" }]);
  assert.match(calls[0][1].idempotencyKey, /^[0-9a-f]{64}$/);
  await assert.rejects(charge({ ...order, amount: 991 }), { code: "ERR_PAYLOAD_MISMATCH" });
});

test("a webhook", async () => {
  const { createWebhook } = await load("webhook.mjs");
  const { call, calls } = counted(() => undefined);
  const receive = createWebhook({ store: new MemoryStore(), secret: "s", handle: call });
  const body = '{"action":"opened"}';
  const send = (id, secret = "s") => {
    const signature = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
    return receive(new Request("https://example.com/", { method: "POST", body, headers: { "x-github-delivery": id, "x-hub-signature-256": signature } }));
  };
  assert.equal((await send("1", "other")).status, 401);
  assert.equal((await receive(new Request("https://example.com/", { method: "POST", body }))).status, 401);
  assert.deepEqual([(await send("1")).status, (await send("1")).status, (await send("2")).status], [204, 204, 204]);
  assert.deepEqual(calls, [[{ action: "opened" }], [{ action: "opened" }]]);
});

test("a mail", async () => {
  const { createMails } = await load("mail.mjs");
  const { call, calls } = counted((number) => ({ id: number }));
  const mail = createMails({ store: new MemoryStore(), mailer: { send: call } });
  const user = { id: "ada", email: "ada@example.com" };
  assert.deepEqual([await mail(user, "welcome"), await mail(user, "welcome"), await mail(user, "reminder")], [{ id: 1 }, { id: 1 }, { id: 2 }]);
  assert.equal(calls[0][0].retry, false);
  assert.notEqual(calls[0][0].idempotencyKey, calls[1][0].idempotencyKey);
});

test("a message of a queue", async () => {
  const { createConsumer } = await load("queue.mjs");
  const work = counted(() => ({ done: true }));
  const acknowledge = counted(() => undefined);
  const consume = createConsumer({ store: new MemoryStore(), queue: { acknowledge: acknowledge.call }, work: work.call });
  await consume({ id: "m1", body: 1 });
  await consume({ id: "m1", body: 1 });
  assert.deepEqual([work.calls.length, acknowledge.calls.length], [1, 2]);
});

test("a daily report", async () => {
  const { createDailyReport } = await load("cron.mjs");
  const { call, calls } = counted((number) => ({ number }));
  const store = new MemoryStore();
  const machines = [1, 2, 3].map(() => createDailyReport({ store, makeReport: call }));
  const noon = new Date("2026-11-28T12:00:00Z");
  assert.deepEqual(await Promise.all(machines.map((run) => run(noon))), Array(3).fill({ number: 1 }));
  await machines[0](new Date("2026-11-29T12:00:00Z"));
  assert.deepEqual(calls, [["2026-11-28"], ["2026-11-29"]]);
});

test("the items of a batch", async () => {
  const { itemsOf } = await load("fan-out.mjs");
  const items = itemsOf([{ id: "a" }, { id: "b" }], { run: { id: "run_1" } });
  assert.deepEqual(items.map(({ payload }) => payload.id), ["a", "b"]);
  assert.match(items[0].options.idempotencyKey, /^[0-9a-f]{64}$/);
  assert.notEqual(items[0].options.idempotencyKey, items[1].options.idempotencyKey);
});

test("a route", async () => {
  const { createRoute } = await load("route.mjs");
  const { call, calls } = counted((number) => ({ charge: number }));
  const { POST } = createRoute({ store: new MemoryStore(), accountOf: () => "acct_1", charge: call });
  const send = (headers) =>
    POST(new Request("https://example.com/api/charges", { method: "POST", body: '{"amount":990}', headers: { "content-type": "application/json", ...headers } }), {});
  assert.equal((await send({})).status, 400);
  for (let round = 0; round < 2; round++) {
    const answer = await send({ "idempotency-key": "order-42" });
    assert.deepEqual([answer.status, await answer.json()], [201, { charge: 1 }]);
  }
  assert.deepEqual(calls.map(([amount]) => amount), [990]);
});

test("a tool call", async () => {
  const { createTool } = await load("tool.mjs");
  const { call, calls } = counted((number) => ({ booked: number }));
  const store = new MemoryStore();
  const tool = (conversation) => createTool({ store, conversation, name: "book", execute: call });
  assert.deepEqual([await tool("c1")({ from: "A", to: "B" }), await tool("c1")({ to: "B", from: "A" })], [{ booked: 1 }, { booked: 1 }]);
  assert.deepEqual(await tool("c2")({ from: "A", to: "B" }), { booked: 2 });
  assert.equal(calls.length, 2);
});
