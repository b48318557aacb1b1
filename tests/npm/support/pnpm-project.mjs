/** Scratch projects laid out as pnpm does, with several SDKs: each package a real folder in `.pnpm`, beside links to its dependencies. */

import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { installedPackage } from "./install-package.mjs";
import { foldersOf } from "./sdk.mjs";

/**
 * A folder with `files`, and with an SDK under each name of `sdks`; removed again by `dispose`.
 *
 * @param {Record<string, string | { version: string, edit: (core: string) => void }>} sdks By the name to import:
 *   a version, or one whose core `edit` changes, given the core's folder.
 * @param {Record<string, string>} files By name.
 * @param {Record<string, string>} links Folders of other packages, by the name to import.
 */
export function makePnpmProject(sdks, files, links = {}) {
  const folder = mkdtempSync(join(tmpdir(), "idempotency-keys-"));
  const modules = join(folder, "node_modules");
  for (const [alias, wanted] of Object.entries(sdks)) {
    const { version, edit } = typeof wanted === "string" ? { version: wanted } : wanted;
    const folders = foldersOf(version);
    const core = copy(folders.core, join(modules, `.pnpm/@trigger.dev+core-${alias}/node_modules`), "@trigger.dev/core");
    edit?.(core);
    const place = join(modules, `.pnpm/@trigger.dev+sdk-${alias}/node_modules`);
    link(join(modules, alias), copy(folders.sdk, place, "@trigger.dev/sdk", { "@trigger.dev/core": core }));
  }
  const packages = { "idempotency-keys": join(installedPackage(), "node_modules/idempotency-keys"), ...links };
  for (const [name, target] of Object.entries(packages)) {
    link(join(modules, name), target);
  }
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), text);
  }
  return { folder, dispose: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Copies a package into `place`, and links its dependencies there, `linked` before those that it has now. */
function copy(source, place, name, linked = {}) {
  const target = join(place, name);
  cpSync(source, target, { recursive: true, filter: (file) => file !== join(source, "node_modules") && !/\.(?:map|ts|mts)$/.test(file) });
  const { dependencies } = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
  for (const dependency of Object.keys(dependencies)) {
    link(join(place, dependency), linked[dependency] ?? findPackage(source, dependency));
  }
  return target;
}

function findPackage(from, name) {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, "node_modules", name);
    if (existsSync(found)) return found;
    if (folder === dirname(folder)) throw new Error(`${from} needs ${name}, which is not installed`);
  }
}

function link(from, to) {
  mkdirSync(dirname(from), { recursive: true });
  symlinkSync(to, from);
}
