/**
 * docs/api.md, made from the doc comments of every public export.
 *
 *   node tools/api-reference.mjs --write   renews the page
 *   node tools/api-reference.mjs           fails where the page is not up to date
 */

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { readEntries } from "./api/declarations.mjs";
import { toMarkdown } from "./api/markdown.mjs";

const page = new URL("../docs/api.md", import.meta.url);

const INTRODUCTION = `# API reference

<!-- Made by \`node tools/api-reference.mjs --write\` from the doc comments in pkg-template/src. -->

Every entry of the npm package, and all that it exports. \`idempotency-keys/js\` has the exports of \`idempotency-keys\`, for
places without WebAssembly: see [runtimes](runtimes.md). The Rust crate is documented by \`cargo doc --open\`.

`;

/** The page as it has to be. */
export function apiReference() {
  return INTRODUCTION + toMarkdown(readEntries());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = apiReference();
  if (process.argv.includes("--write")) {
    writeFileSync(page, text);
  } else if (readFileSync(page, "utf8") !== text) {
    console.error("docs/api.md is not up to date: run `node tools/api-reference.mjs --write`");
    process.exitCode = 1;
  }
}
