/**
 * A parent task that triggers one child for each invoice line, written for the Trigger.dev SDK alone.
 * With SDK 4.4.6 the server receives what 1,000 of the keys were made from; started with
 * `node --import idempotency-keys/register fan-out.mjs`, that of all of them.
 *
 *   TRIGGER_SECRET_KEY=tr_dev_… node fan-out.mjs
 */

import { idempotencyKeys, tasks } from "@trigger.dev/sdk";

import { invoiceLines } from "./invoice-lines.mjs";

const items = await Promise.all(
  invoiceLines(6_235).map(async (line) => ({
    payload: line,
    options: { idempotencyKey: await idempotencyKeys.create(["charge", line.invoice, line.sku], { scope: "global" }) },
  })),
);
await tasks.batchTrigger("charge-line", items);
