/** The crate as wasm, with SIMD and without, and as JavaScript: `target/npm/wasm/{simd.wasm,scalar.wasm,scalar.js}`. */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { bin, root, run, step, work } from "./steps.mjs";
import { scriptModule } from "./wasm2js.mjs";

const require = createRequire(join(root, "tools/package.json"));
const binaryen = require("binaryen/package.json");

/**
 * Inlines only what is smaller than a call, and what the sources mark as hot: a quarter less code.
 * The crate's opt-level stays 3, since at "s" a key takes half as long again, and in a batch twice.
 */
const FEW_COPIES = ["-Cllvm-args=-inline-threshold=5", "-Cllvm-args=-inlinehint-threshold=80"];

/**
 * `--rereloop` orders the control flow anew. Below 1,024, where `--low-memory-unused` wants nothing, is only the end of the
 * stack. The compilers' names and the names of all features that wasm-opt knows would be 500 bytes.
 */
const OPTIMIZE = [
  ...["-Os", "--flatten", "--rereloop", "-Os", "-Os", "--converge", "--low-memory-unused"],
  ...["--strip-producers", "--strip-target-features"],
];

/** Compiles the npm package's own boundary, and with it what it alone depends on. */
const NPM_BOUNDARY = "--cfg=idempotency_keys_npm";

/**
 * 64 KiB of stack in place of 1 MiB, which most of the module's memory was: nothing in it calls itself, and
 * its largest frame is 672 bytes. Past its end lies address 0, and a call that gets there traps.
 */
const SMALL_STACK = "-Clink-arg=-zstack-size=65536";

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
  for (const file of [...sources.sort(), join(root, "Cargo.toml"), join(root, "Cargo.lock"), fileURLToPath(import.meta.url)]) {
    digest.update(`${relative(root, file)}\n`).update(readFileSync(file));
  }
  return digest.digest("hex");
}

/**
 * Compiles the crate, and drops what only wasm-bindgen's glue, which nothing here uses, would call.
 * A module whose sources have not changed is kept. Answers whether there is a new one.
 */
function compile(name, rustFlags, settings = {}) {
  const folder = join(work, name);
  const stamp = join(folder, "sources.sha256");
  const digest = digestOfSources(name, rustFlags, settings, binaryen.version);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) {
    return false;
  }
  step(`${name}.wasm`);
  rmSync(stamp, { force: true });
  const remap = sourceFolders().map(([from, to]) => `--remap-path-prefix=${from}=${to}`);
  run(
    "wasm-pack",
    [
      "--log-level",
      "warn",
      "build",
      ".",
      "--mode",
      "no-install",
      "--no-pack",
      "--target",
      "web",
      "--out-dir",
      folder,
      "--release",
      "--",
      "--locked",
      "--quiet",
    ],
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
  writeFileSync(graph, JSON.stringify([{ name: "package", root: true, reaches: exports }, ...exports.map((entry) => ({ name: entry, export: entry }))]));
  const trimmed = join(folder, "trimmed.wasm");
  const module = join(work, "wasm", `${name}.wasm`);
  run(join(bin, "wasm-metadce"), ["--all-features", "--graph-file", graph, raw, "-o", trimmed], { stdio: ["ignore", "ignore", process.stderr] });
  run(join(bin, "wasm-opt"), ["--all-features", ...OPTIMIZE, trimmed, "-o", module]);
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(module)));
  if (imports.length > 0) {
    throw new Error(`${name}.wasm imports ${JSON.stringify(imports)}, but bundlers need a module without imports`);
  }
  cpSync(join(folder, "idempotency_keys.d.ts"), join(work, "wasm/exports.d.ts"));
  writeFileSync(stamp, digest);
  return true;
}

/** The scalar module as JavaScript. Nobody reads it: its blanks would be a third of the package. */
async function buildScript() {
  step("scalar.js");
  const script = join(work, "wasm/scalar.js");
  const lowered = join(work, "scalar/lowered.wasm");
  // wasm2js knows no saturating conversions.
  run(join(bin, "wasm-opt"), ["--all-features", "--llvm-nontrapping-fptoint-lowering", join(work, "wasm/scalar.wasm"), "-o", lowered]);
  run(join(bin, "wasm2js"), ["--all-features", "-Os", lowered, "-o", script]);
  const { code } = await require("esbuild").transform(scriptModule(readFileSync(script, "utf8")), { minifyWhitespace: true });
  writeFileSync(script, code);
}

/** Builds what is not up to date. */
export async function buildWasm() {
  mkdirSync(join(work, "wasm"), { recursive: true });
  compile("simd", ["-Ctarget-feature=+simd128", ...FEW_COPIES]);
  // For the few engines without SIMD, and as JavaScript: small rather than fast.
  const changed = compile("scalar", ['--cfg=sha2_backend_soft="compact"'], { CARGO_PROFILE_RELEASE_OPT_LEVEL: "s" });
  if (changed || !existsSync(join(work, "wasm/scalar.js"))) await buildScript();
}
