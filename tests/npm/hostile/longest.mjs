/** Strings as long as V8 makes them, 2^29 - 24 units. Argument: the package's main file. */

import { createHash } from "node:crypto";

import { wrongCalls } from "./calls.mjs";

const { idempotencyKeys } = await import(process.argv[2]);
const { createSync, createMany } = idempotencyKeys;
const LONGEST = 2 ** 29 - 24;
const text = "x".repeat(LONGEST);
const hash = createHash("sha256");
for (let left = LONGEST; left > 0; left -= 1 << 20) hash.update("x".repeat(Math.min(left, 1 << 20)));
const expected = hash.digest("hex");

const found = { right: createSync(text, { scope: "global" }).hash === expected, ends: {}, wrong: [] };
const calls = {
  many: () => createMany([text, "a"], { scope: "global" })[0].hash === expected,
  list: () => createSync([text, "a"], { scope: "global" }),
  scope: () => createSync("a", { scope: text }),
  runId: () => createSync("a", { ctx: { run: { id: text } } }),
};
for (const [name, call] of Object.entries(calls)) {
  try {
    found.ends[name] = call();
  } catch (error) {
    found.ends[name] = error.code ?? error.name;
  }
  found.wrong.push(...wrongCalls(idempotencyKeys, `after ${name}`));
}
console.log(JSON.stringify(found));
