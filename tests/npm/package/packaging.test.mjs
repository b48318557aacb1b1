/** What the tarball promises to resolvers and bundlers, and what it costs them. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { installedPackage } from "../support/install-package.mjs";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const folder = installedPackage();
const package_ = join(folder, "node_modules/idempotency-keys");
const bin = (name) => join(root, "tools/node_modules/.bin", name);
const { build } = createRequire(join(root, "tools/package.json"))("esbuild");
const manifest = JSON.parse(readFileSync(join(package_, "package.json"), "utf8"));

/** What an edge bundle may weigh, in bytes of gzip -9. Not yet the 16,000 that we want: see docs/internals/size.md. */
const BUDGET = 29_460;

async function bundled(code, options = {}) {
  const wasm = [];
  const result = await build({
    bundle: true,
    format: "esm",
    minify: true,
    write: false,
    logLevel: "silent",
    stdin: { contents: code, resolveDir: folder },
    plugins: [
      {
        name: "wasm",
        setup(build) {
          build.onResolve({ filter: /\.wasm$/ }, ({ path, resolveDir }) => {
            wasm.push(readFileSync(join(resolveDir, path)));
            return { path, external: true };
          });
        },
      },
    ],
    ...options,
  });
  const script = Buffer.from(result.outputFiles[0].contents);
  const gzip = (bytes) => gzipSync(bytes, { level: 9 }).length;
  return { script, wasm, bytes: [script, ...wasm].reduce((sum, part) => sum + gzip(part), 0) };
}

test("publint finds nothing", () => {
  execFileSync(bin("publint"), ["run", package_, "--strict", "--pack", "false"], { stdio: "pipe" });
});

test("the types resolve in every module system", () => {
  const tarball = readdirSync(join(root, "pkg")).find((file) => file.endsWith(".tgz"));
  execFileSync(bin("attw"), [join(root, "pkg", tarball), "--profile", "node16", "--no-emoji"], { stdio: "pipe" });
});

test("every entry of the exports map is there, with types", () => {
  const files = [];
  const visit = (value) => (typeof value === "string" ? files.push(value) : Object.values(value).forEach(visit));
  visit(manifest.exports);
  assert.ok(files.length > 20);
  for (const file of files) {
    assert.ok(readFileSync(join(package_, file)).length > 0, file);
  }
});

test("its pages have no link that leads nowhere from npm's page", () => {
  for (const page of ["README.md", "CHANGELOG.md"]) {
    const text = readFileSync(join(package_, page), "utf8");
    assert.deepEqual(text.match(/\]\((?!https?:|#)[^)]*\)/g), null, page);
    const words = (markdown) => markdown.replace(/!\[[^\]]*\]\([^)]*\)/g, "").replace(/\[([^\]]*)\]\([^)]*\)/g, "$1");
    assert.equal(words(text), words(readFileSync(join(root, page), "utf8")), `${page} has lost words`);
  }
});

test("an import that nobody uses leaves nothing in a bundle", async () => {
  // Importing `register` is all that one does with it.
  for (const entry of Object.keys(manifest.exports).filter((entry) => !["./package.json", "./register"].includes(entry))) {
    const name = join("idempotency-keys", entry).replaceAll("\\", "/");
    const { script } = await bundled(`import * as unused from ${JSON.stringify(name)};`, { external: ["node:*"] });
    assert.equal(script.toString().trim(), "", name);
  }
});

test("a subpath pulls in no other", async () => {
  const { script } = await bundled('export { createRunOnce } from "idempotency-keys/run-once";', { conditions: ["workerd"] });
  assert.doesNotMatch(script.toString(), /ON CONFLICT|redis\.call|sqlite_/);
  const main = await bundled('export * from "idempotency-keys";', { conditions: ["workerd"] });
  assert.doesNotMatch(main.script.toString(), /takeover|waitTimeout|makeIdempotencyKey/);
});

test("an edge bundle that creates and resets keys stays within its budget", async (t) => {
  const code = `
    import { idempotencyKeys } from "idempotency-keys";
    export default {
      async fetch() {
        const key = await idempotencyKeys.create("a");
        return Response.json(await idempotencyKeys.reset("task", key));
      },
    };`;
  const { script, wasm, bytes } = await bundled(code, { conditions: ["workerd"] });
  t.diagnostic(`script ${script.length} bytes, wasm ${wasm[0].length} bytes, together ${bytes} bytes of gzip`);
  assert.ok(bytes <= BUDGET, `${bytes} bytes of gzip`);
});

test("the wasm modules need nothing that a supported runtime lacks", () => {
  const features = ["bulk-memory", "mutable-globals", "nontrapping-float-to-int", "sign-ext", "simd"].map((name) => `--enable-${name}`);
  const allowed = { simd: features, scalar: features.filter((name) => !name.endsWith("simd")) };
  for (const [name, flags] of Object.entries(allowed)) {
    execFileSync(bin("wasm-opt"), ["--mvp-features", ...flags, join(root, `target/npm/wasm/${name}.wasm`), "-o", "/dev/null"], { stdio: "pipe" });
  }
});
