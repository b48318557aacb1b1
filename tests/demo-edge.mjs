/** Posts a webhook with 6,235 items to the example worker, and checks every key that comes back. */

import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";

import { invoiceLines } from "../examples/node/invoice-lines.mjs";
import { installedPackage } from "./npm/support/install-package.mjs";
import { startWorker } from "./npm/support/workerd.mjs";

const entry = fileURLToPath(new URL("../examples/edge/src/worker.ts", import.meta.url));
const worker = await startWorker(entry, installedPackage());
try {
  const items = invoiceLines(6_235).map(({ invoice, sku }) => `${invoice}/${sku}`);
  const event = { id: "evt_20261001", type: "invoices.issued", items };
  const response = await worker.fetch("/", { method: "POST", body: JSON.stringify(event) });
  const answer = await response.json();
  const sha256 = (text) => createHash("sha256").update(text).digest("hex");
  const right = answer.items.filter(
    ({ idempotencyKey, idempotencyKeyOptions: { key } }, index) => key === `${answer.idempotencyKey}-${items[index]}` && idempotencyKey === sha256(key),
  ).length;
  console.log("POST an event with 6,235 items");
  console.log("  its key:    ", answer.idempotencyKey);
  console.log("  made from:  ", answer.idempotencyKeyOptions);
  console.log("  first item: ", answer.items[0]);
  console.log(`  items whose key came back with its options and node:crypto's hash: ${right} of ${items.length}`);
  process.exitCode = right === items.length ? 0 : 1;
} finally {
  await worker.dispose();
}
