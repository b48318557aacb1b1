const { writeFileSync } = require("node:fs");

const { engineName, IdempotencyKey, idempotencyKeys, InvalidKeyError } = require("idempotency-keys");

const { check } = require("./check.cjs");

test("the app works", async () => {
  const report = await check({ engineName, IdempotencyKey, idempotencyKeys, InvalidKeyError });
  writeFileSync(process.env.REPORT, JSON.stringify(report));
  expect(report.failures).toEqual([]);
});
