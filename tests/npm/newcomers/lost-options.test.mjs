/** Somebody with the SDK 4.4.6, more than 1,000 keys and no options in the dashboard: README, its page, one line. */
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { startStandIn } from "../support/mock-api/server.mjs";
import { Newcomer } from "./newcomer.mjs";

const APP = `
import { idempotencyKeys, tasks } from "@trigger.dev/sdk";

const keys = [];
for (let line = 0; line < 1_100; line++) keys.push(await idempotencyKeys.create(["line", String(line)], { scope: "global" }));
for (const key of [keys[0], keys[1_099]]) await tasks.trigger("bill-line", {}, { idempotencyKey: key });
`;

test("lost options under the SDK", async () => {
  const api = await startStandIn();
  const newcomer = new Newcomer("Trigger.dev shows hashes in place of your keys", { TRIGGER_API_URL: api.url, TRIGGER_SECRET_KEY: "tr_dev" });
  after(async () => {
    await newcomer.dispose();
    await api.close();
  });
  const sent = () => api.requests.splice(0).map(({ body }) => body.options.idempotencyKeyOptions);
  const [first, last] = [
    { key: "line-0", scope: "global" },
    { key: "line-1099", scope: "global" },
  ];

  await newcomer.run("npm install @trigger.dev/sdk");
  newcomer.have("app.mjs", APP);
  await newcomer.run("node app.mjs");
  assert.deepEqual(sent(), [undefined, last], "the problem");

  await newcomer.type("--import idempotency-keys/register");
  assert.deepEqual(sent(), [first, last]);
});
