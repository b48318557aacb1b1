/** Imports the package where every built-in is frozen. Argument: the package's main file. */

import { callsOf, wrongCalls } from "./calls.mjs";

for (const name of Object.getOwnPropertyNames(globalThis)) {
  const value = globalThis[name];
  if (typeof value !== "function" || name === "process") continue;
  Object.freeze(value);
  Object.freeze(value.prototype);
}
const { idempotencyKeys } = await import(process.argv[2]);
const names = [];
try {
  idempotencyKeys.createSync([null]);
} catch (error) {
  names.push(error.name, String(error.code));
}
console.log(JSON.stringify({ calls: Object.keys(callsOf(idempotencyKeys)).length, names, wrong: wrongCalls(idempotencyKeys, "frozen") }));
