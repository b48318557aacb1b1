/**
 * The package beside its peers: same inputs, same hashes (checked), all in one run, in alternating
 * order, after a warm-up; medians with their quartiles. Prints a table and writes docs/bench.json, where each
 * major version of Node has its report, and docs/bench.svg.
 *
 *   benches/run.sh [--quick]
 */

import { execFileSync } from "node:child_process";
import { createHash, hash as nodeHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { createSHA256 } from "hash-wasm";

import { installedPackage } from "../../tests/npm/support/install-package.mjs";
import { foldersOf, importCore } from "../../tests/npm/support/sdk.mjs";
import { chart } from "./chart.mjs";
import { coldStart, printColdStart } from "./cold-start.mjs";
import { payloadFigures, printPayloads } from "./payload.mjs";
import { printRuntimes, runtimeFigures } from "./runtimes.mjs";

const QUICK = process.argv.includes("--quick");
const ROUNDS = QUICK ? 7 : 31;
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const runId = "run_abc123def456";
const ctx = { run: { id: runId }, attempt: { number: 1 } };
const encoder = new TextEncoder();
const oneShot = nodeHash ?? ((name, text, encoding) => createHash(name).update(text).digest(encoding));

const { idempotencyKeys } = await import(pathToFileURL(join(installedPackage(), "node_modules/idempotency-keys/dist/esm/index.js")).href);
const sdks = {};
// They share the older one's catalog, of 1,000 keys at most, so that nothing piles up.
for (const version of ["4.4.6", "4.8.3"]) {
  const { taskContext } = await import(pathToFileURL(join(foldersOf(version).core, "dist/esm/v3/index.js")).href);
  taskContext.setGlobalTaskContext({ ctx, worker: {} });
  sdks[version] = await importCore(version, "idempotencyKeys");
}
const hashWasm = await createSHA256();
const webCrypto = async (text) => Buffer.from(await crypto.subtle.digest("SHA-256", encoder.encode(text))).toString("hex");

/** Each peer: a string to the hash of a run-scoped key, with what its user has to do for it. */
const PEERS = {
  "crypto.hash": (text) => oneShot("sha256", `${text}-${runId}`, "hex"),
  "crypto.createHash": (text) => createHash("sha256").update(`${text}-${runId}`).digest("hex"),
  "@noble/hashes": (text) => bytesToHex(sha256(utf8ToBytes(`${text}-${runId}`))),
  "hash-wasm": (text) => hashWasm.init().update(`${text}-${runId}`).digest("hex"),
  WebCrypto: (text) => webCrypto(`${text}-${runId}`),
  "SDK 4.4.6": (text) => sdks["4.4.6"].createIdempotencyKey(text, { scope: "run" }),
  "SDK 4.8.3": (text) => sdks["4.8.3"].createIdempotencyKey(text, { scope: "run" }),
};
const SYNC = ["crypto.hash", "crypto.createHash", "@noble/hashes", "hash-wasm"];
const ASYNC = ["WebCrypto", "SDK 4.4.6", "SDK 4.8.3"];

const MEASURED = ["@noble/hashes", "hash-wasm", "canonicalize", "safe-stable-stringify", "json-canonicalize"];

let serial = 0;
let sink = 0;
/** A string that no call has seen, so that no engine has its bytes or its hash at hand. */
const fresh = () => `item-${100_000 + (serial++ % 900_000)}`;
const freshList = (length) => Array.from({ length }, fresh);
const read = (hash) => (sink += String(hash).charCodeAt(7));

for (const [name, peer] of Object.entries(PEERS)) {
  if (String(await peer("item-1")) !== idempotencyKeys.createSync("item-1", { ctx }).hash) {
    throw new Error(`${name} makes another hash`);
  }
}

/** A case runs on a fresh array of strings; its figure is nanoseconds a string. */
function perKey(length, run) {
  return { length, prepare: () => freshList(length), run };
}
const each = (make) => (texts) => texts.forEach((text) => read(make(text)));
const awaited = (make) => async (texts) => {
  for (const text of texts) read(await make(text));
};
const together = (make) => async (texts) => (await Promise.all(texts.map(make))).forEach(read);
const sizes = (peer) => (ASYNC.includes(peer) ? 300 : 20_000);

const many = (texts) => idempotencyKeys.createMany(texts, { ctx }).forEach((key) => read(key.hash));
/** The same without this package: what a key holds, as plain objects. */
const kept = (texts) => texts.map((text) => ({ hash: PEERS["crypto.hash"](text), key: text, scope: "run" })).forEach(({ hash }) => read(hash));
const create = (text) => idempotencyKeys.create(text, { scope: "run", ctx });
const groups = {
  "one key": {
    "createSync (ours)": perKey(
      20_000,
      each((text) => idempotencyKeys.createSync(text, { scope: "run", ctx }).hash),
    ),
    "await create (ours)": perKey(20_000, awaited(create)),
    ...Object.fromEntries(SYNC.map((peer) => [peer, perKey(sizes(peer), each(PEERS[peer]))])),
    ...Object.fromEntries(ASYNC.map((peer) => [peer, perKey(sizes(peer), awaited(PEERS[peer]))])),
  },
  "3,000 under Promise.all": {
    "create (ours)": perKey(3_000, together(create)),
    ...Object.fromEntries(ASYNC.map((peer) => [peer, perKey(QUICK ? 300 : 3_000, together(PEERS[peer]))])),
  },
  ...Object.fromEntries(
    [2_560, 100_000].map((length) => [
      `${length.toLocaleString("en")} keys`,
      {
        "createMany (ours)": perKey(length, many),
        "loop over crypto.hash": perKey(length, each(PEERS["crypto.hash"])),
        "loop, objects kept": perKey(length, kept),
      },
    ]),
  ),
  "createMany, flat cost": Object.fromEntries(
    [1_000, 10_000, 100_000, ...(QUICK ? [] : [1_000_000])].map((length) => [`${length.toLocaleString("en")} keys`, perKey(length, many)]),
  ),
  "one key of 10 MB (ns per kB)": Object.fromEntries(
    Object.entries({
      "createSync (ours)": (text) => idempotencyKeys.createSync(text, { ctx }).hash,
      "hash-wasm": PEERS["hash-wasm"],
      "crypto.hash": PEERS["crypto.hash"],
      "@noble/hashes": PEERS["@noble/hashes"],
    }).map(([name, make]) => [
      name,
      { length: 10_000, rounds: 5, prepare: () => Buffer.alloc(10_000_000, fresh()).toString("latin1"), run: (text) => read(make(text)) },
    ]),
  ),
};

function quartiles(figures) {
  const sorted = figures.toSorted ? figures.toSorted((a, b) => a - b) : [...figures].sort((a, b) => a - b);
  return [0.25, 0.5, 0.75].map((part) => sorted[Math.floor(part * (sorted.length - 1))]);
}

const results = {};
for (const [group, cases] of Object.entries(groups)) {
  const names = Object.keys(cases);
  const figures = Object.fromEntries(names.map((name) => [name, []]));
  const rounds = Math.min(ROUNDS, ...Object.values(cases).map(({ rounds = ROUNDS }) => rounds));
  // A fifth of the rounds, and at least two, warm up.
  const warmUp = Math.max(2, Math.floor(rounds / 5));
  // Here, and not before each turn: a collection gives memory back to the system, and the next 10,000
  // keys take twice as long, since they have to ask for it again.
  gc();
  for (let round = 0; round < warmUp + rounds; round++) {
    for (const name of round % 2 === 0 ? names : [...names].reverse()) {
      const { length, prepare, run } = cases[name];
      const input = prepare();
      const begun = process.hrtime.bigint();
      await run(input);
      const spent = Number(process.hrtime.bigint() - begun) / length;
      if (round >= warmUp) figures[name].push(spent);
    }
  }
  results[group] = Object.fromEntries(
    names.map((name) => {
      const [low, median, high] = quartiles(figures[name]);
      return [name, { low, median, high }];
    }),
  );
  print(group, results[group]);
}

function print(group, rows) {
  console.log(`\n${group}`);
  const [first] = Object.values(rows);
  for (const [name, { low, median, high }] of Object.entries(rows)) {
    const columns = [median, low, high].map((figure) => figure.toFixed(0).padStart(8));
    console.log(`  ${name.padEnd(24)}${columns[0]} ns  (${columns[1].trim()} to ${columns[2].trim()})  ${(median / first.median).toFixed(2)} x`);
  }
}

const KEYS = QUICK ? 50_000 : 1_000_000;
const heapOf = (subject) =>
  JSON.parse(
    execFileSync(process.execPath, ["--expose-gc", "--max-old-space-size=4096", join(ROOT, "benches/js/heap.mjs"), subject, String(KEYS)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    }),
  );
results.heap = {
  "createSync (ours)": heapOf("create"),
  "createMany (ours)": heapOf("createMany"),
  "SDK 4.8.3": heapOf("4.8.3"),
};
console.log(`\nheap for each of ${KEYS} keys held, and left once they are dropped`);
for (const [name, { perKey, left }] of Object.entries(results.heap)) {
  console.log(`  ${name.padEnd(24)}${perKey.toFixed(1).padStart(8)} bytes, ${left.toFixed(1)} left`);
}

results["payloads, µs"] = payloadFigures();
printPayloads(results["payloads, µs"]);
results["cold start, ms"] = coldStart(QUICK ? 5 : 21);
printColdStart(results["cold start, ms"]);
results["a key on each runtime, ns"] = await runtimeFigures();
printRuntimes(results["a key on each runtime, ns"]);

const version = (name) => JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), "utf8")).version;
const report = {
  date: new Date().toISOString().slice(0, 10),
  node: process.version,
  machine: `${cpus()[0]?.model ?? "unknown"}, ${cpus().length} cores`,
  peers: {
    ...Object.fromEntries(MEASURED.map((name) => [name, version(name)])),
    "@trigger.dev/core": Object.keys(sdks),
  },
  unit: "nanoseconds a key, quartiles of the rounds; heap in bytes a key",
  rounds: ROUNDS,
  results,
};
if (!QUICK) {
  // One report for each major version of Node; the picture shows the oldest.
  const file = join(ROOT, "docs/bench.json");
  const reports = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  reports[`Node ${process.versions.node.split(".")[0]}`] = report;
  writeFileSync(file, `${JSON.stringify(reports, undefined, 2)}\n`);
  writeFileSync(join(ROOT, "docs/bench.svg"), chart(Object.values(reports)[0]));
}
