/**
 * Builds the npm package into `pkg/npm`, which is deleted first: Rust to wasm (`wasm.mjs`), TypeScript to ES modules and
 * CommonJS with one declaration file an entry. Everything in between is kept in `target/npm`.
 *
 * What is public stands in `package.json`: an entry `./dist/esm/<path>.js` of its exports is made from `src/<path>.ts`.
 *
 *   node pkg-template/build.mjs
 */

import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";

import { bin, root, run, step, work } from "./steps.mjs";
import { buildWasm } from "./wasm.mjs";

const source = join(root, "pkg-template");
const out = join(root, "pkg/npm");
const require = createRequire(join(root, "tools/package.json"));
const esbuild = require("esbuild");
const { rollup } = require("rollup");
const { dts } = require("rollup-plugin-dts");

const template = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));

/** The public entries, by their path below `src`: those that package.json's exports name, some under two names. */
const ENTRIES = [...new Set(Object.values(template.exports).flatMap((target) => /^\.\/dist\/esm\/(.+)\.js$/.exec(target.default)?.[1] ?? []))];

/** What tsc makes of `src`: JavaScript and declarations. */
const compiled = join(work, "js");

/**
 * Finds the wasm modules, which become base64, and leaves comments to the declarations. `engine` is the file that becomes
 * part of the output as `#engine`; without one, package.json's imports map chooses it where the package is used.
 */
function sources(engine) {
  return {
    name: "sources",
    resolveId(id, importer) {
      if (id === "#engine") return engine === undefined ? { id, external: true } : join(compiled, engine);
      if (id === "#module.wasm") return { id, external: true };
      if (/^#(simd\.wasm|scalar\.wasm|scalar\.js)$/.test(id)) return join(work, "wasm", id.slice(1));
      if (id.startsWith("node:")) return { id, external: true };
      // What the crate's own JavaScript says as well is beside `pkg-template`, not beside what tsc made of it.
      if (id.includes("/src/js/") && importer !== undefined) return resolve(source, "src", relative(compiled, dirname(importer)), id);
      return undefined;
    },
    load(id) {
      return id.endsWith(".wasm") ? `export default "${readFileSync(id, "base64")}";` : undefined;
    },
    // CommonJS has no `import.meta`: location.ts asks for `__filename` first.
    resolveImportMeta: (_, { format }) => (format === "cjs" ? "undefined" : null),
    async transform(code, id) {
      if (id.startsWith(join(work, "wasm"))) return undefined;
      return { code: (await esbuild.transform(code, { charset: "utf8", target: "es2022" })).code, map: null };
    },
  };
}

const inputOf = (entries, extension) => Object.fromEntries(entries.map((entry) => [entry, join(compiled, entry + extension)]));

/**
 * Gathers what several entries use in one file a folder, `shared`: few files, and each module of the package exists once.
 * The errors, and what they import, have a file of their own, since an engine, a file as well, needs nothing else.
 */
function shareByFolder(folders) {
  return (id, { getModuleInfo }) => {
    const path = relative(compiled, id).replace(/(\.d\.ts|\.js)$/, "");
    if (path === "errors" || path === "defined") return "errors";
    const reached = new Set([id]);
    for (const user of reached) getModuleInfo(user).importers.forEach((importer) => reached.add(importer));
    const entries = [...reached].filter((user) => getModuleInfo(user).isEntry);
    if (entries.length < 2 || getModuleInfo(id).isEntry) return undefined;
    return `${folders.find((prefix) => path.startsWith(prefix)) ?? ""}shared`;
  };
}

/** The entries `src/<entry>.ts`, and what several of them use in files of its own: each module of the package exists once. */
async function bundle(entries, output, engine) {
  const input = inputOf(entries, ".js");
  const built = await rollup({
    input,
    plugins: [sources(engine)],
    treeshake: { moduleSideEffects: (id) => Object.values(input).includes(id) },
    onwarn: refuse,
  });
  await built.write({ exports: "named", generatedCode: { constBindings: true }, hoistTransitiveImports: false, minifyInternalExports: false, ...output });
}

function refuse(warning) {
  throw new Error(`${warning.code}: ${warning.message}`);
}

/** Each module system's files: a folder, and what their names end with. */
const SYSTEMS = { esm: { script: ".js", types: ".d.ts" }, cjs: { script: ".cjs", types: ".d.cts" } };

/**
 * In declarations two warnings are no faults: `register` exports nothing, and types that an entry uses without exporting
 * them stay in a file that entries share.
 */
function refuseInDeclarations(warning) {
  if (warning.code !== "EMPTY_BUNDLE" && !warning.message.includes("private shared type exports")) refuse(warning);
}

async function bundleAll() {
  for (const [format, { script }] of Object.entries(SYSTEMS)) {
    step(`dist/${format}`);
    const output = { dir: join(out, "dist", format), format, entryFileNames: `[name]${script}` };
    const entries = ENTRIES.filter((entry) => entry !== "js");
    await bundle([...entries, "wasm/engine-inline", ...(format === "esm" ? ["cli", "trigger-sdk/swap/hooks"] : [])], {
      ...output,
      banner: ({ name }) => (name === "cli" ? "#!/usr/bin/env node" : ""),
      chunkFileNames: `[name]${script}`,
      manualChunks: shareByFolder(["http/", "run-once/", "trigger-sdk/swap/"]),
    });
    await bundle(["js"], output, "wasm/engine-js.js");
  }
  step("engines that import the module");
  const folder = join(out, "dist/esm/wasm");
  for (const [condition, path] of [
    ["workerd", "./module.wasm"],
    ["edge-light", "./module.wasm?module"],
  ]) {
    await bundle(["wasm/engine-module"], {
      dir: folder,
      entryFileNames: `engine-${condition}.js`,
      format: "esm",
      paths: { "#module.wasm": path },
    });
  }
  cpSync(join(work, "wasm/simd.wasm"), join(folder, "module.wasm"));
  step("page.js");
  await bundle(["index"], { dir: join(out, "dist"), entryFileNames: "page.js", format: "esm" }, "wasm/engine-inline.js");
}

function compile() {
  step("TypeScript");
  rmSync(compiled, { recursive: true, force: true });
  run(join(bin, "tsc"), ["-p", source]);
  run(join(bin, "tsc"), ["-p", join(source, "tsconfig.cli.json")]);
}

/** The declarations that the entries reach, for both module systems. */
async function declare() {
  step("declarations");
  const input = inputOf(ENTRIES, ".d.ts");
  const wasmExports = { name: "wasm-exports", resolveId: (id) => (id === "#wasm-exports" ? join(work, "wasm/exports.d.ts") : undefined) };
  const built = await rollup({ input, plugins: [wasmExports, dts()], external: /^node:/, onwarn: refuseInDeclarations });
  for (const [format, { types: extension }] of Object.entries(SYSTEMS)) {
    const dir = join(out, "dist", format);
    await built.write({
      dir,
      format: "esm",
      entryFileNames: `[name]${extension}`,
      chunkFileNames: `[name]${extension}`,
      manualChunks: (id, modules) => shareByFolder([])(id, modules) && "shared",
      minifyInternalExports: false,
    });
  }
}

/** The entries' declarations, for TypeScript that reads no exports map (`moduleResolution` `node10`). */
function declarations(exports) {
  const entries = Object.entries(exports).filter(([subpath, target]) => subpath !== "." && target.import !== undefined);
  return Object.fromEntries(entries.map(([subpath, target]) => [subpath.slice("./".length), [target.import.types]]));
}

/** package.json; what Cargo.toml says as well is taken from there. */
function describe() {
  const metadata = execFileSync("cargo", ["metadata", "--no-deps", "--format-version", "1"], { cwd: root, encoding: "utf8" });
  const { version, license, description, keywords, repository } = JSON.parse(metadata).packages[0];
  const { name, ...rest } = template;
  const manifest = { name, version, description, license, keywords, ...rest, typesVersions: { "*": declarations(rest.exports) } };
  // Its page links to it.
  if (repository !== null) {
    manifest.repository = { type: "git", url: `git+${repository}.git` };
  }
  writeFileSync(join(out, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const file of readdirSync(root).filter((file) => /^LICENSE/.test(file))) {
    cpSync(join(root, file), join(out, file));
  }
  for (const page of ["README.md", "CHANGELOG.md"]) {
    writeFileSync(join(out, page), withoutRelativeLinks(readFileSync(join(root, page), "utf8"), repository));
  }
}

/** Links to files of the repository, which the package does not hold: to their addresses there, or words where it has none yet. */
function withoutRelativeLinks(markdown, repository) {
  return markdown.replace(/(!?)\[([^\]]*)\]\((?!https?:|#)([^)]+)\)/g, (_, image, text, path) => {
    if (repository === null) return image ? "" : text;
    return `${image}[${text}](${repository}/${image ? "raw" : "blob"}/HEAD/${path})`;
  });
}

/** The tarball keeps modes, and those of copied files are the checkout's: here they are the same everywhere. */
function setModes() {
  for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) {
      chmodSync(join(entry.parentPath, entry.name), entry.name === "cli.js" ? 0o755 : 0o644);
    }
  }
}

if (!existsSync(join(root, "tools/node_modules"))) {
  throw new Error("the build's tools are missing: run tools/setup.sh, or make");
}
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await buildWasm();
compile();
await declare();
await bundleAll();
describe();
setModes();
