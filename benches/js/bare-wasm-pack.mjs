/**
 * The package of a bare `wasm-pack build --target nodejs` beside the npm package: nanoseconds a key, its hash read,
 * medians of rounds in alternating order.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { installedPackage } from "../../tests/npm/support/install-package.mjs";
import { build } from "../../tests/wasm-pack/build.mjs";

const ROUNDS = 31;
const KEYS = 5_000;
const ctx = { run: { id: "run_abc123def456" }, attempt: { number: 1 } };

const bare = createRequire(import.meta.url)(await build("nodejs"));
const { idempotencyKeys } = await import(pathToFileURL(join(installedPackage(), "node_modules/idempotency-keys/dist/esm/index.js")).href);

const each = (make) => (texts) => texts.map((text) => make(text, { ctx }).hash);
const array = (make) => (texts) => make(texts, { ctx }).map((key) => key.hash);
const CASES = {
  "one key, npm": each(idempotencyKeys.createSync),
  "one key, wasm-pack": each(bare.create),
  "a key of an array, npm": array(idempotencyKeys.createMany),
  "a key of an array, wasm-pack": array(bare.createMany),
};

let serial = 0;
const times = Object.fromEntries(Object.keys(CASES).map((name) => [name, []]));
for (let round = -5; round < ROUNDS; round++) {
  const texts = Array.from({ length: KEYS }, () => `item-${serial++}`);
  const hashes = new Set();
  const names = Object.keys(CASES);
  for (const name of round % 2 ? names : names.reverse()) {
    const begun = performance.now();
    const made = CASES[name](texts);
    if (round >= 0) times[name].push(((performance.now() - begun) * 1e6) / KEYS);
    hashes.add(made.join());
  }
  if (hashes.size !== 1) throw new Error("different hashes");
}
for (const [name, figures] of Object.entries(times)) {
  console.log(
    `${name.padEnd(28)}${figures
      .sort((a, b) => a - b)
      [ROUNDS >> 1].toFixed(0)
      .padStart(7)} ns`,
  );
}
