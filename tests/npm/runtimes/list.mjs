/** Every runtime that the suite runs in. */

import { BUNDLERS } from "./bundlers/list.mjs";
import { runEdge } from "./edge.mjs";
import { runPage, runWithoutWasm, runWorker } from "./pages.mjs";
import { findBun, findDeno, findNode, runProgram } from "./process.mjs";
import { row, SIMD } from "./row.mjs";
import { runWorkerd } from "./workerd.mjs";

const node = (major) => () => findNode(major);
const machine = () => process.execPath;

function program(find, script, args = []) {
  return (staged) => runProgram(staged, find(), args, script);
}

/** V8 takes an x86 processor without SSE 4.1 for one without SIMD. */
const NO_SIMD = ["--no-enable-sse4-1", "--no-enable-ssse3"];
const NO_WASM = ["--jitless", "--no-expose-wasm"];
const ANY_VERSION = { pinned: false };
const MORE = { required: false };

function nodeRows(find, options) {
  return [row("Node.js", "`import`", SIMD, program(find, "import.mjs"), options), row("Node.js", "`require`", SIMD, program(find, "require.cjs"), options)];
}

function browserRows(name, options) {
  return [
    row(name, "page, no bundler", SIMD, (staged) => runPage(name, staged), options),
    row(name, "worker", SIMD, (staged) => runWorker(name, staged), options),
    row(name, "page without `wasm-unsafe-eval`", "js", (staged) => runWithoutWasm(name, staged), options),
  ];
}

export const RUNTIMES = [
  ...nodeRows(machine, ANY_VERSION),
  row("Node.js", "no SIMD", "wasm", program(machine, "import.mjs", NO_SIMD), ANY_VERSION),
  // Without a compiler the suite takes most of a minute; the pages below run the same engine.
  row("Node.js", "`--jitless`", "js", program(machine, "without-wasm.mjs", NO_WASM), { ...ANY_VERSION, ...MORE }),
  ...nodeRows(node(22), MORE),
  ...nodeRows(node(24), MORE),
  ...nodeRows(node(26)),
  row("Bun", "`import`", SIMD, program(findBun, "import.mjs")),
  row("Bun", "`require`", SIMD, program(findBun, "require.cjs")),
  row("Deno", "no permissions", SIMD, program(findDeno, "import.mjs", ["run", "--quiet", "--no-prompt"])),
  row("Cloudflare workerd", "esbuild, as wrangler does", SIMD, runWorkerd),
  row("Vercel edge runtime", "esbuild, `?module`", SIMD, runEdge),
  ...browserRows("Chromium", ANY_VERSION),
  ...browserRows("Firefox", { ...ANY_VERSION, ...MORE }),
  ...BUNDLERS,
];
