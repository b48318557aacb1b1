/** Where the apps are built: beside the package as the tarball has it, and the tools. */

import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { Missing } from "../missing.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
/** Below this folder, so that what is built there finds the tools' packages (React). */
const work = join(here, ".work");

function manifest(name) {
  const file = join(here, "node_modules", name, "package.json");
  if (!existsSync(file)) throw new Missing(`${name} is not installed (tools/setup.sh tests/npm/runtimes/bundlers)`);
  return JSON.parse(readFileSync(file, "utf8"));
}

/** A tool's module. Imported only now, since the tools need not be there. */
export async function tool(name) {
  manifest(name);
  return import(name);
}

export function version(name) {
  return manifest(name).version;
}

/** The script of a tool's command. */
export function program(name) {
  const { bin } = manifest(name);
  return join(here, "node_modules", name, typeof bin === "string" ? bin : bin[name]);
}

/** A folder of its own with the app, and with what `fixture` adds. */
export function prepare(installed, name, fixture = name) {
  const folder = join(work, name);
  const packages = join(work, "node_modules");
  rmSync(folder, { recursive: true, force: true });
  rmSync(packages, { recursive: true, force: true });
  cpSync(join(installed, "node_modules/idempotency-keys"), join(packages, "idempotency-keys"), { recursive: true });
  mkdirSync(folder, { recursive: true });
  for (const source of ["app", fixture].map((name) => join(here, name)).filter((folder) => existsSync(folder))) {
    cpSync(source, folder, { recursive: true });
  }
  return folder;
}
