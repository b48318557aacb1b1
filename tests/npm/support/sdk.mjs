/** The real SDKs of tests/npm/package.json, and their parts that can't be imported by name. */

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

/** The reference, and the older versions that the vectors have expectations for. */
export const REFERENCE = "4.8.3";
export const VERSIONS = ["4.3.3", "4.4.6", "4.5.0", REFERENCE];
/** Those that the vectors have expectations for. */
export const RECORDED = VERSIONS.filter((version) => version !== "4.5.0");

/**
 * The folders of an SDK and of the core that it brings, by the SDK's version.
 *
 * Importing two versions into one process makes them share the global registry of task context and
 * catalog, as they would in an application.
 */
export function foldersOf(version) {
  const here = createRequire(import.meta.url);
  const sdk = packageFolder(here.resolve(`sdk-${version}`));
  const core = packageFolder(createRequire(join(sdk, "package.json")).resolve("@trigger.dev/core/v3"));
  return { sdk, core };
}

/** A module of the core's ESM build, such as `idempotencyKeys`: the package exports few of them. */
export function importCore(version, module) {
  const { core } = foldersOf(version);
  return import(pathToFileURL(join(core, `dist/esm/v3/${module}.js`)).href);
}

function packageFolder(file) {
  let folder = dirname(file);
  // Builds have a package.json of their own, with nothing but a "type".
  while (!existsSync(join(folder, "package.json")) || !existsSync(join(folder, "dist"))) {
    folder = dirname(folder);
  }
  return folder;
}
