/**
 * A parent task that fans out to one child per invoice line: 6,235 keys, each of which has to know
 * later what it was made from. Beside it the same with the Trigger.dev SDK 4.4.6, whose process-wide
 * catalog holds 1,000 entries.
 *
 *   npm install && npm start
 */

import { idempotencyKeys as sdkKeys } from "@trigger.dev/sdk";
import { idempotencyKeys } from "idempotency-keys";

import { invoiceLines } from "./invoice-lines.mjs";

const ctx = { run: { id: "run_cm4kd2x9p0001" }, attempt: { number: 1 } };
const lines = invoiceLines(6_235);
const materials = lines.map((line) => ["charge", line.invoice, line.sku]);

const ours = idempotencyKeys.createMany(materials, { ctx });

// The SDK takes the run from the task that it runs; here, as in a backend process, there is none.
const theirs = await Promise.all(materials.map((parts) => sdkKeys.create(parts, { scope: "global" })));
const catalog = globalThis[Symbol.for("dev.trigger.ts.api")]["idempotency-key-catalog"];

const sameHash = idempotencyKeys
  .createMany(materials, { scope: "global" })
  .filter((key, index) => key.hash === theirs[index]).length;
const carried = ours.filter(({ options }, index) => options.key === materials[index].join("-")).length;
const remembered = theirs.filter((hash) => catalog.getKeyOptions(hash) !== undefined).length;

console.log(`A fan-out to ${lines.length.toLocaleString("en")} child runs`);
console.table({
  "idempotency-keys": { "keys made": ours.length, "with key and scope": carried, lost: ours.length - carried },
  "Trigger.dev SDK 4.4.6": {
    "keys made": theirs.length,
    "with key and scope": remembered,
    lost: theirs.length - remembered,
  },
});
console.log(`Hashes equal to the SDK's: ${sameHash.toLocaleString("en")} of ${theirs.length.toLocaleString("en")}\n`);

console.log("The first of them:", ours[0], "\n");

console.log("One text, three scopes, on the first two attempts of one run and on another run");
const scopes = ["run", "attempt", "global"];
const contexts = {
  "run 1, attempt 1": { run: { id: "run_1" }, attempt: { number: 1 } },
  "run 1, attempt 2": { run: { id: "run_1" }, attempt: { number: 2 } },
  "run 2, attempt 1": { run: { id: "run_2" }, attempt: { number: 1 } },
};
const short = (scope, ctx) => `${idempotencyKeys.createSync("send-email", { scope, ctx }).hash.slice(0, 12)}…`;
console.table(
  Object.fromEntries(
    Object.entries(contexts).map(([name, ctx]) => [
      name,
      Object.fromEntries(scopes.map((scope) => [scope, short(scope, ctx)])),
    ]),
  ),
);

if (carried !== lines.length || sameHash !== lines.length) {
  console.error("not every key kept its options and the SDK's hash");
  process.exitCode = 1;
}
