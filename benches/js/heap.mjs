/**
 * Bytes of heap for each key that is held, its hash read, and what is left once they are dropped. In
 * a process of its own for each subject: two SDKs in one process share a catalog.
 *
 *   node --expose-gc heap.mjs create|createMany|<version of the SDK> <keys>
 */

import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { installedPackage } from "../../tests/npm/support/install-package.mjs";
import { foldersOf, importCore } from "../../tests/npm/support/sdk.mjs";

const [subject, count] = [process.argv[2], Number(process.argv[3])];
const ctx = { run: { id: "run_abc123def456" }, attempt: { number: 1 } };
const text = (index) => `item-${100_000 + index}`;
let sink = 0;

async function maker() {
  if (subject.startsWith("create")) {
    const path = join(installedPackage(), "node_modules/idempotency-keys/dist/esm/index.js");
    const { idempotencyKeys } = await import(pathToFileURL(path).href);
    return subject === "createMany"
      ? (length) =>
          idempotencyKeys.createMany(
            Array.from({ length }, (_, index) => text(index)),
            { ctx },
          )
      : oneByOne((key) => idempotencyKeys.createSync(key, { ctx }));
  }
  const { taskContext } = await import(pathToFileURL(join(foldersOf(subject).core, "dist/esm/v3/index.js")).href);
  taskContext.setGlobalTaskContext({ ctx, worker: {} });
  const { createIdempotencyKey } = await importCore(subject, "idempotencyKeys");
  return oneByOne((key) => createIdempotencyKey(key, { scope: "run" }));
}

function oneByOne(make) {
  return async (length) => {
    const keys = new Array(length);
    for (let index = 0; index < length; index++) {
      keys[index] = await make(text(index));
    }
    return keys;
  };
}

function used() {
  gc();
  gc();
  return process.memoryUsage().heapUsed;
}

// In a function of its own, which leaves nothing behind.
async function hold(make) {
  const keys = await make(count);
  keys.forEach((key) => (sink += String(key).charCodeAt(7)));
  return [used(), keys.length];
}

const make = await maker();
await make(10);
const before = used();
const [held] = await hold(make);
await new Promise(setImmediate);
console.log(JSON.stringify({ perKey: (held - before) / count, left: (used() - before) / count }));
