/**
 * Keys per second in this browser. The ways take turns, so that whatever else the machine does hits
 * all of them alike, and each is timed over rounds long enough for a browser's coarse clock.
 */

import { idempotencyKeys } from "./package.mjs";

export const ROUNDS = 9;
/** Below the 50 ms from which on a page feels stuck. */
const ROUND_MS = 40;
/** What one call of createMany takes, and how many digests wait for each other at most. */
const BATCH = 256;

const RUN_ID = "run_abc123";
const ctx = { run: { id: RUN_ID } };
const materials = Array.from({ length: 4 * BATCH }, (_, index) => ["order", String(index)]);
const batches = Array.from({ length: 4 }, (_, index) => materials.slice(index * BATCH, (index + 1) * BATCH));
const digits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** The same key without this package, as the SDK makes it. */
async function withSubtle(parts) {
  const material = new TextEncoder().encode([...parts, RUN_ID].join("-"));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", material));
  let hash = "";
  for (const byte of digest) hash += digits[byte];
  return hash;
}

const materialAt = (index) => materials[index % materials.length];
const batchAt = (index) => batches[(index / BATCH) % batches.length];

/** Each makes `count` keys, a multiple of `BATCH`, and answers with the last one's hash. */
const WAYS = [
  {
    name: "createMany",
    how: `${BATCH} keys a call`,
    make(count) {
      let keys;
      for (let index = 0; index < count; index += BATCH) keys = idempotencyKeys.createMany(batchAt(index), { ctx });
      return keys.at(-1).hash;
    },
  },
  {
    name: "createSync",
    how: "one key a call",
    make(count) {
      let key;
      for (let index = 0; index < count; index++) key = idempotencyKeys.createSync(materialAt(index), { ctx });
      return key.hash;
    },
  },
  {
    name: "create",
    how: "one key a call, awaited",
    async make(count) {
      let key;
      for (let index = 0; index < count; index++) key = await idempotencyKeys.create(materialAt(index), { ctx });
      return key.hash;
    },
  },
  {
    name: "crypto.subtle",
    how: `${BATCH} digests at once`,
    async make(count) {
      let hashes;
      for (let index = 0; index < count; index += BATCH) hashes = await Promise.all(batchAt(index).map(withSubtle));
      return hashes.at(-1);
    },
  },
  {
    name: "crypto.subtle",
    how: "one digest at a time, awaited",
    async make(count) {
      let hash;
      for (let index = 0; index < count; index++) hash = await withSubtle(materialAt(index));
      return hash;
    },
  },
];

async function timed(way, count) {
  // A new task, so that the page can draw and answer between the rounds.
  await new Promise((resolve) => setTimeout(resolve));
  const begun = performance.now();
  const hash = await way.make(count);
  const ms = performance.now() - begun;
  const expected = await withSubtle(materialAt(count - 1));
  if (hash !== expected) throw new Error(`${way.name} made ${hash}, expected ${expected}`);
  return ms;
}

/** How many keys fill a round. Growing towards it warms the code up, too. */
async function countFor(way) {
  for (let count = BATCH; ; count *= 2) {
    const ms = await timed(way, count);
    if (ms >= ROUND_MS / 2) return Math.max(BATCH, BATCH * Math.round((count * ROUND_MS) / ms / BATCH));
  }
}

const median = (sorted) => sorted[(sorted.length - 1) / 2];

/**
 * @param {(round: number) => void} onRound Called before each of the `ROUNDS` rounds.
 * @returns For each way its name, how it was called, and keys per second: of every round, sorted,
 * and their median.
 */
export async function measure(onRound) {
  if (globalThis.crypto?.subtle === undefined) {
    throw new Error("crypto.subtle, which this compares with, is there on https and on localhost only: open the page there");
  }
  const counts = [];
  for (const way of WAYS) counts.push(await countFor(way));
  const rates = WAYS.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    onRound(round);
    for (const [index, way] of WAYS.entries()) {
      rates[index].push((counts[index] / (await timed(way, counts[index]))) * 1000);
    }
  }
  return WAYS.map(({ name, how }, index) => {
    const sorted = rates[index].sort((a, b) => a - b);
    return { name, how, rates: sorted, median: median(sorted) };
  });
}
