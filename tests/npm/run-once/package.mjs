/** Run-once as a user has it: the packed tarball's entries, resolved by name. */
import { existsSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { installedPackage } from "../support/install-package.mjs";

/** The folder that has the package in its node_modules. */
export const folder = installedPackage();

const ENTRIES = ["", "/redis", "/postgres", "/sqlite", "/durable-object", "/upstash", "/d1", "/conformance"];
const imports = join(folder, "run-once.mjs");
if (!existsSync(imports)) {
  const lines = ['export * as keys from "idempotency-keys";', ...ENTRIES.map((entry) => `export * from "idempotency-keys/run-once${entry}";`)];
  // Many processes come here at once: none may read half a file.
  writeFileSync(`${imports}.${process.pid}`, `${lines.join("\n")}\n`);
  renameSync(`${imports}.${process.pid}`, imports);
}

/** Everything that the run-once entries export, and `keys`, the main entry. */
export const runOnce = await import(pathToFileURL(imports).href);

/** The same through `require`. */
export const required = createRequire(imports);
