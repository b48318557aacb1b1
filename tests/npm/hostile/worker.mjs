/** One of many workers: makes keys, and counts those that are wrong. */

import { createHash } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";

import { wrongCalls } from "./calls.mjs";

const { file, id, count } = workerData;
const { idempotencyKeys } = await import(file);
const ctx = { run: { id: `run_${id}` } };
let wrong = wrongCalls(idempotencyKeys, `in worker ${id}`).length;
for (let index = 0; index < count; index++) {
  const key = `key-${id}-${index}`;
  const { hash } = idempotencyKeys.createSync(key, { ctx });
  if (hash !== createHash("sha256").update(`${key}-run_${id}`).digest("hex")) wrong += 1;
}
parentPort.postMessage({ made: count, wrong });
