/**
 * hashPayload beside the peers: canonical JSON by each, then SHA-256 by Node. Same payloads, same hashes
 * (checked), all in one run, in turn; the fastest round of each.
 *
 *   node benches/js/payload.mjs     (after `make pack`)
 */

import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import canonicalize from "canonicalize";
import { canonicalize as jsonCanonicalize } from "json-canonicalize";
import stable from "safe-stable-stringify";

import { installedPackage } from "../../tests/npm/support/install-package.mjs";

const ROUNDS = 200;
const { hashPayload } = await import(pathToFileURL(join(installedPackage(), "node_modules/idempotency-keys/dist/esm/index.js")).href);

const CONTENDERS = {
  hashPayload,
  canonicalize: (payload) => hash("sha256", canonicalize(payload)),
  "safe-stable-stringify": (payload) => hash("sha256", stable(payload)),
  "json-canonicalize": (payload) => hash("sha256", jsonCanonicalize(payload)),
  "JSON.stringify (no order)": (payload) => hash("sha256", JSON.stringify(payload)),
};

/** Microseconds a call, by payload and contender. */
export function payloadFigures() {
  return Object.fromEntries(["order", "webhook", "chat"].flatMap((kind) => ["1k", "100k"].map((size) => [`${kind}-${size}`, figuresOf(`${kind}-${size}`)])));
}

function figuresOf(name) {
  const payload = JSON.parse(readFileSync(new URL(`payloads/${name}.json`, import.meta.url), "utf8"));
  const calls = name.endsWith("-1k") ? 200 : 2;
  const best = {};
  assert.equal(
    new Set(
      Object.values(CONTENDERS)
        .slice(0, 4)
        .map((contender) => contender(payload)),
    ).size,
    1,
  );
  for (let round = 0; round < ROUNDS; round++) {
    for (const [contender, run] of Object.entries(CONTENDERS)) {
      const start = performance.now();
      for (let call = 0; call < calls; call++) run(payload);
      best[contender] = Math.min(best[contender] ?? Infinity, ((performance.now() - start) / calls) * 1000);
    }
  }
  return best;
}

export function printPayloads(figures) {
  console.log("\nhashPayload: µs a call, and how many times as fast as the fastest peer");
  for (const [name, best] of Object.entries(figures)) {
    const { hashPayload: ours, canonicalize: a, "safe-stable-stringify": b, "json-canonicalize": c } = best;
    const columns = Object.entries(best).map(([contender, time]) => `${contender} ${time.toFixed(1)}`);
    console.log(`  ${name.padEnd(14)}${(Math.min(a, b, c) / ours).toFixed(2)} x  (${columns.join(", ")})`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  printPayloads(payloadFigures());
}
