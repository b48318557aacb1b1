/** What browsers open: a page without any bundler, a worker, a page that forbids WebAssembly. */

import { readFileSync } from "node:fs";
import { basename, join } from "node:path";

import { openPage } from "./browser.mjs";
import { bundle, put } from "./stage.mjs";

const FORBIDDING = { "content-security-policy": "default-src 'self'; script-src 'self'" };

const html = (...lines) => ["<!doctype html>", '<meta charset="utf-8">', ...lines, ""].join("\n");

/** The package as it is installed, found by an import map as docs/runtimes.md has it. */
export async function runPage(browser, { folder, installed, ...staged }) {
  const { exports, imports: internal } = JSON.parse(readFileSync(join(installed, "node_modules/idempotency-keys/package.json"), "utf8"));
  const path = (target) => join("/node_modules/idempotency-keys", target.default);
  const imports = {
    "idempotency-keys": path(exports["."]),
    "idempotency-keys/trigger-sdk": path(exports["./trigger-sdk"]),
    "#engine": path(internal["#engine"]),
  };
  const map = `<script type="importmap">${JSON.stringify({ imports })}</script>`;
  put({ folder, ...staged }, "page.html", html(map, '<script type="module" src="page.mjs"></script>'));
  return openPage(browser, installed, "/suite/page.html");
}

/** A module worker; import maps don't reach it, so it comes bundled. */
export async function runWorker(browser, staged) {
  const script = basename(await bundle(staged, "page.mjs"));
  const start = `new Worker("bundled/${script}", { type: "module" });`;
  put(staged, "worker.html", html(`<script type="module">${start}</script>`));
  return openPage(browser, staged.installed, "/suite/worker.html");
}

/** A page whose policy forbids to compile WebAssembly. */
export async function runWithoutWasm(browser, staged) {
  const script = basename(await bundle(staged, "page-without-wasm.mjs"));
  put(staged, "without-wasm.html", html(`<script type="module" src="bundled/${script}"></script>`));
  return openPage(browser, staged.installed, "/suite/without-wasm.html", { headers: FORBIDDING });
}
