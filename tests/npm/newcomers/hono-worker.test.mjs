/** Somebody whose clients send an Idempotency-Key to a Hono Worker: README, its page. */
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { Newcomer } from "./newcomer.mjs";

test("a Hono Worker with the header, in workerd", async () => {
  const newcomer = new Newcomer("clients send my API an `Idempotency-Key`");
  after(() => newcomer.dispose());

  newcomer.save("worker.ts");
  newcomer.save("wrangler.jsonc");
  await newcomer.type("npx wrangler dev");
  const [first] = await newcomer.type("curl");
  const [second] = await newcomer.type("curl");
  assert.deepEqual([first.status, second.status], [201, 201]);
  assert.deepEqual([first.headers.get("idempotent-replayed"), second.headers.get("idempotent-replayed")], [null, "true"]);
  const order = await first.json();
  assert.deepEqual([order.sku, order.key], ["a", "o-1"]);
  assert.deepEqual(await second.json(), order);
});
