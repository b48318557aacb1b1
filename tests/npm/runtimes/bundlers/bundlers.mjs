/** Plain bundlers: each makes one script of the app, which runs in Chromium or on Node. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { openPage } from "../browser.mjs";
import { runProgram } from "../process.mjs";
import { prepare, tool, version } from "./stage.mjs";

/** Runs a built script in a page, as a module unless it is a classic script. */
async function inChromium(folder, script, type = "module") {
  writeFileSync(join(folder, "index.html"), `<!doctype html>\n<meta charset="utf-8">\n<script type="${type}" src="${script}"></script>\n`);
  const { report } = await openPage("Chromium", folder, "/index.html");
  return report;
}

async function onNode(folder, script) {
  const { report } = await runProgram({ folder }, process.execPath, [], script);
  return report;
}

/** Runs a webpack-like compiler to its end. */
export async function compile(create, options) {
  const stats = await new Promise((resolve, reject) => {
    create(options, (error, stats) => (error ? reject(error) : resolve(stats)));
  });
  if (stats.hasErrors() || stats.hasWarnings()) throw new Error(stats.toString({ all: false, errors: true, warnings: true }));
}

export const runWebpack =
  (target) =>
  async ({ installed }) => {
    const { default: webpack } = await tool("webpack");
    const folder = prepare(installed, `webpack-${target}`);
    const entry = target === "web" ? "./page.mjs" : "./main.mjs";
    const defaults = target === "web" ? {} : { target };
    // Big bundles are what Jest tests, not this: the performance hints are warnings, and all others fail.
    await compile(webpack, { context: folder, entry, mode: "production", output: { path: join(folder, "dist") }, performance: false, ...defaults });
    const report = target === "web" ? await inChromium(folder, "dist/main.js", "text/javascript") : await onNode(folder, "dist/main.js");
    return { version: version("webpack"), report };
  };

export async function runRspack({ installed }) {
  const { rspack } = await tool("@rspack/core");
  const folder = prepare(installed, "rspack");
  await compile(rspack, { context: folder, entry: "./page.mjs", mode: "production", output: { path: join(folder, "dist") }, performance: false });
  return { version: version("@rspack/core"), report: await inChromium(folder, "dist/main.js", "text/javascript") };
}

export async function runRollup({ installed }) {
  const { rollup } = await tool("rollup");
  const { nodeResolve } = await tool("@rollup/plugin-node-resolve");
  const folder = prepare(installed, "rollup");
  const bundle = await rollup({
    input: join(folder, "page.mjs"),
    plugins: [nodeResolve()],
    onwarn(warning) {
      throw new Error(warning.message);
    },
  });
  await bundle.write({ file: join(folder, "dist/page.js"), format: "es" });
  return { version: version("rollup"), report: await inChromium(folder, "dist/page.js") };
}

export async function runRolldown({ installed }) {
  const { build } = await tool("rolldown");
  const folder = prepare(installed, "rolldown");
  await build({ cwd: folder, input: "main.mjs", platform: "node", output: { file: join(folder, "dist/main.mjs") } });
  return { version: version("rolldown"), report: await onNode(folder, "dist/main.mjs") };
}

export const runEsbuild =
  (platform, format) =>
  async ({ installed }) => {
    const { build } = await tool("esbuild");
    const folder = prepare(installed, `esbuild-${platform}-${format}`);
    const entry = platform === "browser" ? "page.mjs" : "main.mjs";
    const outfile = `dist/main.${format === "cjs" ? "cjs" : "mjs"}`;
    const { warnings } = await build({
      absWorkingDir: folder,
      bundle: true,
      entryPoints: [entry],
      format,
      logLevel: "error",
      minify: true,
      outfile,
      platform,
    });
    if (warnings.length > 0) throw new Error(warnings.map(({ text }) => text).join("\n"));
    const report = platform === "browser" ? await inChromium(folder, outfile) : await onNode(folder, outfile);
    return { version: version("esbuild"), report };
  };

export async function runNcc({ installed }) {
  const { default: ncc } = await tool("@vercel/ncc");
  const folder = prepare(installed, "ncc");
  const { assets, code } = await ncc(join(folder, "main.mjs"), { cache: false, quiet: true });
  const strays = Object.keys(assets).filter((asset) => asset !== "package.json");
  if (strays.length > 0) throw new Error(`ncc emits ${strays} beside the script`);
  writeFileSync(join(folder, "built.mjs"), code);
  return { version: version("@vercel/ncc"), report: await onNode(folder, "built.mjs") };
}
