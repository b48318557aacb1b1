/**
 * Puts the suite beside the installed package, as one module that any runtime can load: the tests,
 * the vectors as they are, none left out, and no framework.
 */

import { cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { FILES, jsCasesModule } from "../conformance/conformance.mjs";
import { installedPackage } from "../support/install-package.mjs";
import { loadFile } from "../support/load-vectors.mjs";

const esbuild = createRequire(new URL("../../../tools/package.json", import.meta.url))("esbuild");
const runners = fileURLToPath(new URL("./runners", import.meta.url));
const suite = fileURLToPath(new URL("../conformance/suite.mjs", import.meta.url));

/** All vectors as a module, since not every runtime can read files. */
const vectors = {
  name: "vectors",
  setup(build) {
    build.onResolve({ filter: /^#(vectors|js-cases)$/ }, ({ path }) => ({ path, namespace: "vectors" }));
    build.onLoad({ filter: /./, namespace: "vectors" }, ({ path }) => {
      const files = Object.fromEntries(FILES.map((suite) => [suite, loadFile(suite)]));
      const contents =
        path === "#js-cases" ? jsCasesModule(files.js) : `import jsCases from "#js-cases"; export const vectors = { ...${JSON.stringify(files)}, jsCases };`;
      return { contents };
    });
  },
};

/** A folder below the installed package's, with the runners and `suite.mjs`, which `what` becomes. */
export async function stage(what = suite) {
  const installed = installedPackage();
  const folder = join(installed, "suite");
  mkdirSync(folder, { recursive: true });
  readdirSync(runners).forEach((file) => cpSync(join(runners, file), join(folder, file)));
  await esbuild.build({
    bundle: true,
    entryPoints: [what],
    format: "esm",
    mainFields: ["module", "main"],
    outfile: join(folder, "suite.mjs"),
    platform: "neutral",
    plugins: [vectors],
    target: "es2022",
  });
  return { folder, installed };
}

/** A runner and all that it imports as one script, as a bundler with these conditions makes it. */
export async function bundle({ folder }, runner, { conditions = [], format = "esm", plugins = [] } = {}) {
  const outfile = join(folder, "bundled", `${conditions.join("-") || "browser"}-${runner}`);
  await esbuild.build({
    bundle: true,
    conditions,
    entryPoints: [join(folder, runner)],
    format,
    // The names of functions are among what is checked.
    keepNames: true,
    mainFields: ["browser", "module", "main"],
    minify: true,
    outfile,
    platform: "neutral",
    plugins,
    target: "es2022",
  });
  return outfile;
}

/** `text` as a file of the stage. */
export function put({ folder }, name, text) {
  writeFileSync(join(folder, name), text);
}
