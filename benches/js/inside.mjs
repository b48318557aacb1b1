/**
 * What is measured inside each runtime: the package beside what is there to compare with. Bundled in
 * the place of the conformance suite, so that its runners run it.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { createSHA256 } from "hash-wasm";

const ROUNDS = 7;
/** Long beside the clocks: Firefox's ticks each millisecond, workerd's stands still between events. */
const TURN_MS = 100;
const MANY = 1_000;
const runId = "run_abc123def456";
const ctx = { run: { id: runId } };

let serial = 0;
let sink = 0;
const fresh = () => `item-${100_000 + (serial++ % 900_000)}`;
const read = (hash) => (sink += String(hash).charCodeAt(7));

async function clock() {
  await new Promise((resolve) => setTimeout(resolve, 0));
  return performance.now();
}

/** Each contender makes that many keys. */
async function contenders({ idempotencyKeys }) {
  const encoder = new TextEncoder();
  const hashWasm = await createSHA256().catch(() => undefined);
  const oneShot = globalThis.process?.getBuiltinModule?.("node:crypto")?.hash;
  const each = (make) => (count) => {
    for (let index = 0; index < count; index++) read(make(fresh()));
  };
  const awaited = (make) => async (count) => {
    for (let index = 0; index < count; index++) read(await make(fresh()));
  };
  const all = {
    createSync: each((text) => idempotencyKeys.createSync(text, { ctx }).hash),
    "await create": awaited((text) => idempotencyKeys.create(text, { ctx })),
    createMany: (count) => {
      for (let made = 0; made < count; made += MANY) {
        idempotencyKeys.createMany(Array.from({ length: MANY }, fresh), { ctx }).forEach((key) => read(key.hash));
      }
    },
    "crypto.hash": oneShot && each((text) => oneShot("sha256", `${text}-${runId}`, "hex")),
    "hash-wasm": hashWasm && each((text) => hashWasm.init().update(`${text}-${runId}`).digest("hex")),
    "@noble/hashes": each((text) => bytesToHex(sha256(utf8ToBytes(`${text}-${runId}`)))),
    WebCrypto: awaited(async (text) => {
      const digest = await crypto.subtle.digest("SHA-256", encoder.encode(`${text}-${runId}`));
      return bytesToHex(new Uint8Array(digest));
    }),
  };
  return Object.entries(all).filter(([, run]) => run);
}

/** Milliseconds that `count` keys take. */
async function timed(run, count) {
  const begun = await clock();
  await run(count);
  return (await clock()) - begun;
}

/** So many keys, in thousands, that a turn is long enough; finding out warms up, too. */
async function countFor(run) {
  for (let count = MANY; ; count *= 2) {
    const spent = await timed(run, count);
    if (spent >= TURN_MS / 2) return Math.ceil((count * TURN_MS) / spent / MANY) * MANY;
  }
}

/** Nanoseconds a key, by contender: medians of alternating rounds. */
export async function report({ main }) {
  const cases = [];
  for (const [name, run] of await contenders(main)) {
    cases.push({ name, run, count: await countFor(run), figures: [] });
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const { run, count, figures } of round % 2 === 0 ? cases : [...cases].reverse()) {
      figures.push(((await timed(run, count)) * 1e6) / count);
    }
  }
  const median = (figures) => [...figures].sort((a, b) => a - b)[ROUNDS >> 1];
  return {
    engine: main.engineName(),
    figures: Object.fromEntries(cases.map(({ name, figures }) => [name, median(figures)])),
  };
}
