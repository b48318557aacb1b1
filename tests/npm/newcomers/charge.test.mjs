/** Somebody who wants a charge to happen once, with two processes on PostgreSQL: README, its page. */
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { startPostgres } from "../run-once/services.mjs";
import { Newcomer } from "./newcomer.mjs";

test("a charge that happens once", async () => {
  const database = await startPostgres();
  const newcomer = new Newcomer("a charge, webhook or job must happen once", { DATABASE_URL: database.url });
  after(async () => {
    await newcomer.dispose();
    await database.stop();
  });
  const CHARGED = /^process (\d+) charges, idempotency-key: [0-9a-f]{8}…$/;

  await newcomer.type("npm install");
  newcomer.save("charge.mjs");
  const [output] = await newcomer.type("node charge.mjs");
  const lines = output.trim().split("\n");
  const charged = lines.filter((line) => CHARGED.test(line));
  assert.equal(charged.length, 1, output);
  const result = `{ id: 'ch_1', by: ${CHARGED.exec(charged[0])[1]} }`;
  assert.deepEqual(
    lines.filter((line) => !CHARGED.test(line)),
    [result, result],
  );

  const [again] = await newcomer.type("node charge.mjs");
  assert.equal(again, `${result}\n${result}\n`);
});
