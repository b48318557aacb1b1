/**
 * Vercel's edge runtime. The bundler hands it a `.wasm?module` import as a module that is compiled
 * already; compiling there is forbidden.
 */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { fromPackages } from "./process.mjs";
import { bundle } from "./stage.mjs";

const precompiled = (modules) => ({
  name: "wasm-module",
  setup(build) {
    build.onResolve({ filter: /\.wasm\?module$/ }, ({ path, resolveDir }) => {
      modules.push(new WebAssembly.Module(readFileSync(join(resolveDir, path.replace("?module", "")))));
      return { path, namespace: "wasm-module" };
    });
    build.onLoad({ filter: /./, namespace: "wasm-module" }, () => ({ contents: "export default wasm_0;" }));
  },
});

export async function runEdge(staged) {
  const manifest = fromPackages(["@edge-runtime/vm/package.json"], "@edge-runtime/vm");
  const { EdgeVM } = createRequire(manifest)("@edge-runtime/vm");
  const modules = [];
  const script = await bundle(staged, "edge.mjs", {
    conditions: ["edge-light", "import"],
    format: "iife",
    plugins: [precompiled(modules)],
  });
  const vm = new EdgeVM({
    codeGeneration: { strings: false, wasm: false },
    extend: (context) => Object.assign(context, { wasm_0: modules[0] }),
  });
  vm.evaluate(readFileSync(script, "utf8"));
  const { version } = JSON.parse(readFileSync(manifest, "utf8"));
  return { version, report: JSON.parse(await vm.evaluate("answer")) };
}
