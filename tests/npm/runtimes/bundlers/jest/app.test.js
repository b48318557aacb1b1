const { writeFileSync } = require("node:fs");

const { engineName, IdempotencyKey, idempotencyKeys, InvalidKeyError } = require("idempotency-keys");
const { createIdempotencyKey } = require("idempotency-keys/trigger-sdk");

const { check } = require("./check.cjs");

test("the app works", async () => {
  const report = await check({ createIdempotencyKey, engineName, IdempotencyKey, idempotencyKeys, InvalidKeyError });
  writeFileSync(process.env.REPORT, JSON.stringify(report));
  expect(report.failures).toEqual([]);
});
