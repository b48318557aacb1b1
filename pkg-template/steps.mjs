/** Where the build's files are, and how its steps run. */

import { execFileSync } from "node:child_process";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
export const work = join(root, "target/npm");
export const bin = join(root, "tools/node_modules/.bin");

export function run(command, args, options = {}) {
  execFileSync(command, args, { cwd: root, stdio: ["ignore", process.stderr, process.stderr], ...options });
}

export function step(text) {
  process.stderr.write(`build: ${text}\n`);
}
