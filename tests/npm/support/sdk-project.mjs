/** Scratch projects with the packed package and a real SDK in their node_modules. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { installedPackage } from "./install-package.mjs";
import { foldersOf } from "./sdk.mjs";

const esbuild = fileURLToPath(new URL("../../../tools/node_modules/esbuild", import.meta.url));

/** A folder with `files`, removed again by `dispose`. */
export function makeProject(sdkVersion, files) {
  const folder = mkdtempSync(join(tmpdir(), "idempotency-keys-"));
  const { sdk, core } = foldersOf(sdkVersion);
  const packages = {
    "idempotency-keys": join(installedPackage(), "node_modules/idempotency-keys"),
    "@trigger.dev/sdk": sdk,
    "@trigger.dev/core": core,
    esbuild,
  };
  for (const [name, target] of Object.entries(packages)) {
    const link = join(folder, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(target, link);
  }
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), text);
  }
  return { folder, dispose: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The text of the pages on the SDK. */
export function sdkPages() {
  return ["sdk", "sdk-module"].map((page) => readFileSync(new URL(`../../../docs/${page}.md`, import.meta.url), "utf8")).join("\n");
}

/** The files of these pages, by name: each block of code behind `<!-- file: name -->`. */
export function documentedFiles() {
  const blocks = sdkPages().matchAll(/<!-- file: (\S+) -->\n```\w+\n([\s\S]*?)```/g);
  return Object.fromEntries(Array.from(blocks, ([, name, text]) => [name, text]));
}
