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
import { pathToFileURL } from "node:url";

import canonicalize from "canonicalize";
import { canonicalize as jsonCanonicalize } from "json-canonicalize";
import stable from "safe-stable-stringify";

import { installedPackage } from "../../tests/js/installed.mjs";

const ROUNDS = 200;
const { hashPayload } = await import(
  pathToFileURL(join(installedPackage(), "node_modules/idempotency-keys/dist/esm/index.js")).href
);

const CONTENDERS = {
  hashPayload,
  canonicalize: (payload) => hash("sha256", canonicalize(payload)),
  "safe-stable-stringify": (payload) => hash("sha256", stable(payload)),
  "json-canonicalize": (payload) => hash("sha256", jsonCanonicalize(payload)),
  "JSON.stringify (no order)": (payload) => hash("sha256", JSON.stringify(payload)),
};

console.log(`Node ${process.version}; µs a call, and how many times as fast as the fastest peer`);
for (const kind of ["order", "webhook", "chat"]) {
  for (const size of ["1k", "100k"]) {
    const payload = JSON.parse(readFileSync(new URL(`payloads/${kind}-${size}.json`, import.meta.url), "utf8"));
    const calls = size === "1k" ? 200 : 2;
    const best = {};
    assert.equal(new Set(Object.values(CONTENDERS).slice(0, 4).map((contender) => contender(payload))).size, 1);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, contender] of Object.entries(CONTENDERS)) {
        const start = performance.now();
        for (let call = 0; call < calls; call++) contender(payload);
        best[name] = Math.min(best[name] ?? Infinity, ((performance.now() - start) / calls) * 1000);
      }
    }
    const { hashPayload: ours, canonicalize: a, "safe-stable-stringify": b, "json-canonicalize": c } = best;
    const figures = Object.entries(best).map(([name, time]) => `${name} ${time.toFixed(1)}`);
    console.log(`${kind}-${size}: ${(Math.min(a, b, c) / ours).toFixed(2)}×  (${figures.join(", ")})`);
  }
}
