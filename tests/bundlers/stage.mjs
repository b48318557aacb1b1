/** Where the apps are built: beside the package as the tarball has it, and the tools. */

import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { Missing } from "../js/runtimes/missing.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
/** Below this folder, so that what is built there finds the tools' packages (React). */
const work = join(here, ".work");

/** A tool's module. Not imported as usual: without `tools/setup.sh tests/bundlers` it is missing. */
export async function tool(name) {
  if (!existsSync(join(here, "node_modules"))) throw new Missing("tests/bundlers is not installed (tools/setup.sh tests/bundlers)");
  return import(name);
}

export function version(name) {
  return JSON.parse(readFileSync(join(here, "node_modules", name, "package.json"), "utf8")).version;
}

/** The path of a tool's command. */
export function command(name) {
  return join(here, "node_modules/.bin", name);
}

/** A folder of its own with the app, and with what the fixture of that name adds. */
export function prepare(installed, name, fixture = name) {
  const folder = join(work, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(work, "node_modules"), { recursive: true });
  const installedCopy = join(work, "node_modules/idempotency-keys");
  rmSync(installedCopy, { recursive: true, force: true });
  cpSync(join(installed, "node_modules/idempotency-keys"), installedCopy, { recursive: true });
  cpSync(join(here, "app"), folder, { recursive: true });
  if (existsSync(join(here, fixture))) cpSync(join(here, fixture), folder, { recursive: true });
  return folder;
}
