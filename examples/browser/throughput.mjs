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

/** What stays of a hash, so that it has to be there: two of its digits. */
const taste = (hash) => hash.charCodeAt(0) + hash.charCodeAt(63);

/** Each makes `count` keys, a multiple of `BATCH`, reads all their hashes, and answers with the sum of their tastes. */
export const WAYS = [
  {
    name: "createMany",
    how: `${BATCH} keys a call`,
    make(count) {
      let sum = 0;
      for (let index = 0; index < count; index += BATCH) {
        for (const key of idempotencyKeys.createMany(batchAt(index), { ctx })) sum += taste(key.hash);
      }
      return sum;
    },
  },
  {
    name: "createSync",
    how: "one key a call",
    make(count) {
      let sum = 0;
      for (let index = 0; index < count; index++) sum += taste(idempotencyKeys.createSync(materialAt(index), { ctx }).hash);
      return sum;
    },
  },
  {
    name: "create",
    how: "one key a call, awaited",
    async make(count) {
      let sum = 0;
      for (let index = 0; index < count; index++) sum += taste((await idempotencyKeys.create(materialAt(index), { ctx })).hash);
      return sum;
    },
  },
  {
    name: "crypto.subtle",
    how: `${BATCH} digests at once`,
    async make(count) {
      let sum = 0;
      for (let index = 0; index < count; index += BATCH) {
        for (const hash of await Promise.all(batchAt(index).map(withSubtle))) sum += taste(hash);
      }
      return sum;
    },
  },
  {
    name: "crypto.subtle",
    how: "one digest at a time, awaited",
    async make(count) {
      let sum = 0;
      for (let index = 0; index < count; index++) sum += taste(await withSubtle(materialAt(index)));
      return sum;
    },
  },
];

/** What the ways have to answer for each batch. */
const tastes = async () => Promise.all(batches.map(async (batch) => (await Promise.all(batch.map(withSubtle))).reduce((sum, hash) => sum + taste(hash), 0)));

function sumFor(count, expected) {
  let sum = 0;
  for (let index = 0; index < count / BATCH; index++) sum += expected[index % expected.length];
  return sum;
}

async function timed(way, count, expected) {
  // A new task, so that the page can draw and answer between the rounds.
  await new Promise((resolve) => setTimeout(resolve));
  const begun = performance.now();
  const sum = await way.make(count);
  const ms = performance.now() - begun;
  if (sum !== sumFor(count, expected)) throw new Error(`${way.name}, ${way.how}: some of its hashes are wrong`);
  return ms;
}

/** How many keys fill a round. Growing towards it warms the code up, too. */
async function countFor(way, expected) {
  for (let count = BATCH; ; count *= 2) {
    const ms = await timed(way, count, expected);
    if (ms >= ROUND_MS / 2) return Math.max(BATCH, BATCH * Math.round((count * ROUND_MS) / ms / BATCH));
  }
}

/** The smallest, the middle and the greatest of the rounds' figures. */
export function spread(figures) {
  const sorted = figures.toSorted((a, b) => a - b);
  return { least: sorted[0], median: sorted[(sorted.length - 1) / 2], most: sorted.at(-1) };
}

/**
 * @param {(round: number) => void} onRound Called before each of the `ROUNDS` rounds.
 * @returns For each way its name, how it was called, and keys per second: `rates` of every round in turn, and their
 * spread.
 */
export async function measure(onRound) {
  if (globalThis.crypto?.subtle === undefined) {
    throw new Error("crypto.subtle, which this compares with, is there on https and on localhost only: open the page there");
  }
  const expected = await tastes();
  const counts = [];
  for (const way of WAYS) counts.push(await countFor(way, expected));
  const rates = WAYS.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    onRound(round);
    for (const [index, way] of WAYS.entries()) {
      rates[index].push((counts[index] / (await timed(way, counts[index], expected))) * 1000);
    }
  }
  return WAYS.map(({ name, how }, index) => ({ name, how, rates: rates[index], ...spread(rates[index]) }));
}
