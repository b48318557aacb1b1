/** The installed package's entries, found by name as its users find them. */

import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { installedPackage } from "./install-package.mjs";

/** What the conformance suite is run on, by the name it goes by there. */
const SPECIFIERS = { main: "idempotency-keys", triggerSdk: "idempotency-keys/trigger-sdk" };

/** Those that the package has. */
function specifiers(folder) {
  const { exports } = JSON.parse(readFileSync(join(folder, "node_modules/idempotency-keys/package.json"), "utf8"));
  return Object.entries(SPECIFIERS).filter(([, specifier]) => specifier.replace("idempotency-keys", ".") in exports);
}

/** The namespaces that `import` gets. */
export async function importEntries() {
  const folder = installedPackage();
  const file = join(folder, "entries.mjs");
  // A bare name is looked up from the importing file's folder. Moved there, so that tests in other
  // processes never see half a file.
  const exports = specifiers(folder).map(([name, specifier]) => `export * as ${name} from "${specifier}";\n`);
  writeFileSync(`${file}.${process.pid}`, exports.join(""));
  renameSync(`${file}.${process.pid}`, file);
  return import(pathToFileURL(file).href);
}

/** What `require` gets: another copy of the package. */
export function requireEntries() {
  const folder = installedPackage();
  const require = createRequire(join(folder, "package.json"));
  return Object.fromEntries(specifiers(folder).map(([name, specifier]) => [name, require(specifier)]));
}
