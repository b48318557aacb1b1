/** `wasm-pack build` as a user types it, and the suite in a program of its own. */

import { execFile } from "node:child_process";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

export const root = join(import.meta.dirname, "../..");
/** Not `pkg`, where the npm tarball is. */
export const out = join(root, "target/wasm-pack");
export const run = promisify(execFile);

/** Builds the package for a target, with wasm-bindgen as tools/setup.sh installed it; returns its module. */
export async function build(target) {
  const folder = join(out, target);
  await run("wasm-pack", ["--log-level", "warn", "build", "--mode", "no-install", "--target", target, "--out-dir", folder], {
    cwd: root,
    env: { ...process.env, CARGO_TARGET_DIR: out, PATH: [join(root, ".tools/bin"), process.env.PATH].join(delimiter) },
  });
  return join(folder, "idempotency_keys.js");
}

export const suite = join(import.meta.dirname, "run.mjs");

/** What a command prints as JSON. */
export async function report(command, ...args) {
  const { stdout } = await run(command, [...args], { cwd: root, maxBuffer: 2 ** 26 });
  return JSON.parse(stdout);
}
