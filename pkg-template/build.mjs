/**
 * Builds the npm package: Rust to wasm, TypeScript to one bundle for each kind of runtime, both into
 * `pkg/npm`, which is deleted first. Everything in between is kept in `target/npm`.
 *
 *   node pkg-template/build.mjs
 */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { describeEntries, ENTRIES, JS_ENTRIES, NODE_ENTRIES } from "./exports.mjs";
import { scriptModule } from "./wasm2js.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const source = join(root, "pkg-template");
const work = join(root, "target/npm");
const out = join(root, "pkg/npm");
const bin = join(root, "tools/node_modules/.bin");
const esbuild = createRequire(join(root, "tools/package.json"))("esbuild");

/** What the entries of run-once share beside the core: no entry, but a file of its own. */
const SHARED = ["run-once/errors"];

/** How each kind of runtime gets at the core. */
const VARIANTS = {
  esm: { format: "esm", engine: "wasm/engine-inline.ts" },
  cjs: { format: "cjs", engine: "wasm/engine-inline.ts" },
  workerd: { format: "esm", engine: "wasm/engine-module.ts", wasm: "./core.wasm" },
  "edge-light": { format: "esm", engine: "wasm/engine-module.ts", wasm: "./core.wasm?module" },
  js: { format: "esm", engine: "wasm/engine-js.ts", entries: JS_ENTRIES },
  "js-cjs": { format: "cjs", engine: "wasm/engine-js.ts", entries: JS_ENTRIES },
};

/**
 * Inlines only what is smaller than a call, and what the sources mark as hot: a quarter less code.
 * The crate's opt-level stays 3, since at "s" a key takes half as long again, and in a batch twice.
 */
const FEW_COPIES = ["-Cllvm-args=-inline-threshold=5", "-Cllvm-args=-inlinehint-threshold=80"];

/** Compiles the npm package's own boundary, and with it what it alone depends on. */
const NPM_BOUNDARY = "--cfg=idempotency_keys_npm";

/**
 * 64 KiB of stack in place of 1 MiB, which most of the module's memory was: nothing in it calls itself, and
 * its largest frame is 672 bytes. Past its end lies address 0, and a call that gets there traps.
 */
const SMALL_STACK = "-Clink-arg=-zstack-size=65536";

function run(command, args, options = {}) {
  execFileSync(command, args, { cwd: root, stdio: ["ignore", process.stderr, process.stderr], ...options });
}

function step(text) {
  process.stderr.write(`build: ${text}\n`);
}

/**
 * Where sources are on this machine, and what panics call it in the module: the same on every machine.
 * Crates are in a folder whose name comes from the registry's address, or were vendored.
 */
function sourceFolders() {
  const graph = JSON.parse(
    execFileSync("cargo", ["metadata", "--locked", "--filter-platform", "wasm32-unknown-unknown", "--format-version", "1"], {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, CARGO_ENCODED_RUSTFLAGS: NPM_BOUNDARY },
      maxBuffer: Infinity,
    }),
  );
  const crates = graph.packages.filter(({ source }) => source !== null).map(({ manifest_path }) => dirname(dirname(manifest_path)));
  // Of those that match, rustc takes the last.
  return [[root, "."], ...Array.from(new Set(crates), (folder) => [folder, "crates"])];
}

/** A digest of everything that a wasm module is made from. */
function digestOfSources(...settings) {
  const digest = createHash("sha256").update(JSON.stringify(settings));
  const sources = readdirSync(join(root, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const tools = [join(root, "tools/package-lock.json"), fileURLToPath(import.meta.url)];
  for (const file of [...sources.sort(), join(root, "Cargo.toml"), join(root, "Cargo.lock"), ...tools]) {
    digest.update(`${relative(root, file)}\n`).update(readFileSync(file));
  }
  return digest.digest("hex");
}

/**
 * Compiles the crate, and drops what only wasm-bindgen's glue, which nothing here uses, would call.
 * A module whose sources have not changed is kept.
 */
function buildWasm(name, rustFlags, settings = {}) {
  const folder = join(work, name);
  const stamp = join(folder, "sources.sha256");
  const digest = digestOfSources(name, rustFlags, settings);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) {
    return;
  }
  step(`${name}.wasm`);
  rmSync(stamp, { force: true });
  const remap = sourceFolders().map(([from, to]) => `--remap-path-prefix=${from}=${to}`);
  run(
    "wasm-pack",
    ["--log-level", "warn", "build", ".", "--mode", "no-install", "--no-pack", "--target", "web", "--out-dir", folder, "--release", "--", "--locked", "--quiet"],
    {
      env: {
        ...process.env,
        ...settings,
        CARGO_TARGET_DIR: join(root, "target/wasm", name),
        PATH: [join(root, ".tools/bin"), bin, process.env.PATH].join(delimiter),
        // Not RUSTFLAGS: folders may have spaces in their names.
        CARGO_ENCODED_RUSTFLAGS: [NPM_BOUNDARY, ...rustFlags, SMALL_STACK, ...remap].join("\x1f"),
      },
    },
  );
  const raw = join(folder, "idempotency_keys_bg.wasm");
  const exports = WebAssembly.Module.exports(new WebAssembly.Module(readFileSync(raw)))
    .map((entry) => entry.name)
    .filter((entry) => !entry.startsWith("__"));
  const graph = join(folder, "exports.json");
  writeFileSync(
    graph,
    JSON.stringify([
      { name: "package", root: true, reaches: exports },
      ...exports.map((entry) => ({ name: entry, export: entry })),
    ]),
  );
  const trimmed = join(folder, "trimmed.wasm");
  const module = join(work, "wasm", `${name}.wasm`);
  run(join(bin, "wasm-metadce"), ["--all-features", "--graph-file", graph, raw, "-o", trimmed], { stdio: ["ignore", "ignore", process.stderr] });
  run(join(bin, "wasm-opt"), ["--all-features", "-Os", "--converge", trimmed, "-o", module]);
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(module)));
  if (imports.length > 0) {
    throw new Error(`${name}.wasm imports ${JSON.stringify(imports)}, but bundlers need a module without imports`);
  }
  cpSync(join(folder, "idempotency_keys.d.ts"), join(work, "wasm/core.d.ts"));
  writeFileSync(stamp, digest);
}

/** The scalar module as JavaScript. Nobody reads it: its blanks would be a third of the package. */
async function buildScript() {
  step("scalar.js");
  const script = join(work, "wasm/scalar.js");
  const lowered = join(work, "scalar/lowered.wasm");
  // wasm2js knows no saturating conversions.
  run(join(bin, "wasm-opt"), ["--all-features", "--llvm-nontrapping-fptoint-lowering", join(work, "wasm/scalar.wasm"), "-o", lowered]);
  run(join(bin, "wasm2js"), ["--all-features", "-Os", lowered, "-o", script]);
  const { code } = await esbuild.transform(scriptModule(readFileSync(script, "utf8")), { minifyWhitespace: true });
  writeFileSync(script, code);
}

/** Puts this variant's engine and wasm in the places that the sources name. */
function resolver(variant) {
  return {
    name: "engine",
    setup(build) {
      build.onResolve({ filter: /^#engine$/ }, () => ({ path: join(source, "src", variant.engine) }));
      build.onResolve({ filter: /^#(simd\.wasm|scalar\.wasm|scalar\.js)$/ }, ({ path }) => ({ path: join(work, "wasm", path.slice(1)) }));
      build.onResolve({ filter: /^#module\.wasm$/ }, () => ({ path: variant.wasm, external: true }));
    },
  };
}

/** Leaves what is shared out of an entry, so that all entries of a process have one of it. */
function leaveOutShared(entry) {
  const shared = ["shared", ...SHARED].map((name) => join(source, "src", `${name}.js`));
  const folder = dirname(join(source, "src", entry));
  return {
    name: "leave-out-shared",
    setup(build) {
      build.onResolve({ filter: /\/(shared|errors)\.js$/ }, ({ path, resolveDir, kind }) => {
        const file = resolve(resolveDir, path);
        if (kind === "entry-point" || !shared.includes(file)) return undefined;
        const from = relative(folder, file).replaceAll("\\", "/");
        return { path: from.startsWith(".") ? from : `./${from}`, external: true };
      });
    },
  };
}

async function bundle(name) {
  step(`dist/${name}`);
  const variant = VARIANTS[name];
  const outdir = join(out, "dist", name);
  const options = {
    bundle: true,
    charset: "utf8",
    format: variant.format,
    legalComments: "none",
    loader: { ".wasm": "base64" },
    logLevel: "warning",
    outbase: join(source, "src"),
    outdir,
    platform: "neutral",
    target: "es2022",
    tsconfig: join(source, "tsconfig.json"),
  };
  await esbuild.build({ ...options, entryPoints: [join(source, "src/shared.ts")], plugins: [resolver(variant)] });
  for (const entry of variant.entries ?? [...ENTRIES, ...SHARED]) {
    await esbuild.build({ ...options, entryPoints: [join(source, "src", `${entry}.ts`)], plugins: [leaveOutShared(entry)] });
  }
  if (["esm", "cjs"].includes(name)) {
    const entryPoints = [...Object.values(NODE_ENTRIES), "trigger-sdk/swap/hooks"].map((entry) => join(source, "src", `${entry}.ts`));
    // location.ts asks for `import.meta` where there is one.
    const logOverride = { "empty-import-meta": "silent" };
    await esbuild.build({ ...options, entryPoints, external: ["node:*"], logOverride, plugins: [leaveOutShared("trigger-sdk/swap/register")] });
  }
  if (name === "esm") {
    await esbuild.build({
      ...options,
      banner: { js: "#!/usr/bin/env node" },
      entryPoints: [join(source, "src/cli.ts")],
      external: ["node:*"],
      plugins: [leaveOutShared("cli")],
    });
  }
  if (variant.wasm !== undefined) {
    cpSync(join(work, "wasm/simd.wasm"), join(outdir, "core.wasm"));
  }
  if (variant.format === "cjs") {
    writeFileSync(join(outdir, "package.json"), '{ "type": "commonjs" }\n');
  }
}

/** Declarations for both module systems: those that the entries reach, and no others. */
function declare() {
  step("declarations");
  const types = join(work, "types");
  rmSync(types, { recursive: true, force: true });
  run(join(bin, "tsc"), ["-p", source]);
  run(join(bin, "tsc"), ["-p", join(source, "tsconfig.cli.json")]);
  const reached = new Set();
  const visit = (file) => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const [, path] of readFileSync(file, "utf8").matchAll(/(?:from|import\()\s*"(\.[^"]+)\.js"/g)) {
      visit(resolve(dirname(file), `${path}.d.ts`));
    }
  };
  [...ENTRIES, ...Object.values(NODE_ENTRIES)].forEach((entry) => visit(join(types, `${entry}.d.ts`)));
  for (const file of reached) {
    for (const variant of ["esm", "cjs"]) {
      const target = join(out, "dist", variant, relative(types, file));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, readFileSync(file, "utf8").replace('"#core-exports"', '"./core.js"'));
    }
  }
  for (const variant of ["esm", "cjs"]) {
    cpSync(join(work, "wasm/core.d.ts"), join(out, "dist", variant, "wasm/core.d.ts"));
  }
}

/** package.json; what Cargo.toml says as well is taken from there. */
function describe() {
  const metadata = execFileSync("cargo", ["metadata", "--no-deps", "--format-version", "1"], { cwd: root, encoding: "utf8" });
  const { version, license, description, keywords, repository } = JSON.parse(metadata).packages[0];
  const { name, ...template } = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
  const manifest = { name, version, description, license, keywords, ...template, ...describeEntries() };
  // Without it npm signs no provenance.
  if (repository !== null) {
    manifest.repository = { type: "git", url: `git+${repository}.git` };
  }
  writeFileSync(join(out, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const file of readdirSync(root).filter((file) => /^(README|CHANGELOG|LICENSE)/.test(file))) {
    cpSync(join(root, file), join(out, file));
  }
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
mkdirSync(join(work, "wasm"), { recursive: true });
mkdirSync(out, { recursive: true });
buildWasm("simd", ["-Ctarget-feature=+simd128", ...FEW_COPIES]);
// For the few engines without SIMD, and as JavaScript: small rather than fast.
buildWasm("scalar", ['--cfg=sha2_backend_soft="compact"'], { CARGO_PROFILE_RELEASE_OPT_LEVEL: "s" });
await buildScript();
declare();
for (const name of Object.keys(VARIANTS)) {
  await bundle(name);
}
describe();
setModes();
