/** `node run.mjs <the package's module> [--require]`, or the same with Deno: prints the suite's report as JSON. */

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

import { loadVectors } from "../npm/support/load-vectors.mjs";
import { run } from "./suite.mjs";

const [file, how] = process.argv.slice(2);
const pack = how === "--require" ? createRequire(import.meta.url)(file) : await import(pathToFileURL(file).href);
console.log(JSON.stringify(await run(pack, await loadVectors())));
