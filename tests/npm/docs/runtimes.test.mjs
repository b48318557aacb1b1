/** What docs/runtimes.md says of builds, conditions and failures. `tests/npm/runtimes/runtimes.mjs` runs the rest. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";

import { installedPackage } from "../support/install-package.mjs";
import { openPage } from "../runtimes/browser.mjs";
import { findDeno } from "../runtimes/process.mjs";
import { blocksOf, textOf, withChecks } from "../support/snippets.mjs";
import { startModules } from "../support/workerd.mjs";

const { build } = createRequire(new URL("../../../tools/package.json", import.meta.url))("esbuild");
const folder = installedPackage();
const { exports, imports } = createRequire(join(folder, "package.json"))("idempotency-keys/package.json");
const page = textOf("docs/runtimes.md");
const REFUSAL = /^> (WebAssembly is not available .*)$/m.exec(page)[1];
const ASK = `
  import { engineName } from "idempotency-keys";
  const ask = () => { try { return engineName(); } catch ({ code, message, cause }) { return [code, message, String(cause)].join("\\n"); } };
`;

/** The first condition of `exports` that is among those set, as every resolver has it. */
function resolve(value, conditions) {
  if (typeof value === "string") return value;
  const chosen = Object.keys(value).find((condition) => condition === "default" || conditions.includes(condition));
  return chosen === undefined ? undefined : resolve(value[chosen], conditions);
}

test("each condition gets the engine that the page names", () => {
  const rows = [...page.matchAll(/^\| ([^|]*) \| `(dist\/[\w/-]+\.c?js)` \|$/gm)];
  assert.equal(rows.length, 7);
  for (const [, conditions, wanted] of rows) {
    const named = [...conditions.matchAll(/`([\w-]+)`/g)].map(([, condition]) => condition);
    assert.equal(resolve(imports["#engine"], named), `./${wanted}`, conditions);
  }
});

test("the rows are in the order of package.json", () => {
  const named = [...page.matchAll(/^\| `([\w-]+)`[^|]* \| `dist\/[\w/-]+\.c?js` \|$/gm)].map(([, condition]) => condition);
  assert.deepEqual([...new Set(named), "default"], Object.keys(imports["#engine"]));
});

test("every entry is an ES module for import and a CommonJS one for require", () => {
  for (const [entry, target] of Object.entries(exports).filter(([entry]) => entry !== "./package.json")) {
    assert.match(resolve(target, ["import"]), /^\.\/dist\/esm\//, entry);
    assert.match(resolve(target, ["require"]), /^\.\/dist\/cjs\//, entry);
    assert.equal(resolve(target, []), resolve(target, ["import"]), entry);
  }
});

test("the import map of the page names files that are there, the engine's included", () => {
  const [, text] = /<script type="importmap">(.*?)<\/script>/s.exec(page);
  const mapped = Object.entries(JSON.parse(text).imports);
  assert.equal(mapped.length, 3);
  for (const [name, path] of mapped) {
    const target = name === "#engine" ? imports[name] : exports[name.replace("idempotency-keys", ".")];
    assert.equal(path, `/node_modules/idempotency-keys/${resolve(target, ["import"]).slice(2)}`);
  }
});

async function bundled(code, options = {}) {
  const { outputFiles } = await build({
    bundle: true,
    format: "esm",
    logLevel: "silent",
    stdin: { contents: ASK + code, resolveDir: folder },
    write: false,
    ...options,
  });
  return outputFiles[0].text;
}

test("without a WebAssembly compiler the first call throws what the page quotes, and the js entry works", async () => {
  const node = (code) => promisify(execFile)(process.execPath, ["--jitless", "--input-type=module", "-e", code], { cwd: folder });
  const { stdout } = await node(`${ASK} console.log(ask());`);
  assert.deepEqual(stdout.split("\n").slice(0, 2), ["ERR_ENGINE", REFUSAL]);
  const [{ code }] = blocksOf("docs/runtimes.md").filter(({ info }) => info === "js jitless");
  await node(withChecks(code));
});

test("a policy with wasm-unsafe-eval is enough", async () => {
  const [, policy] = /`(script-src 'self' 'wasm-unsafe-eval')`/.exec(page);
  writeFileSync(join(folder, "policy.js"), await bundled('fetch("/report", { method: "POST", body: JSON.stringify(ask()) });'));
  writeFileSync(join(folder, "policy.html"), '<!doctype html><script type="module" src="policy.js"></script>');
  const open = async (headers) => (await openPage("Chromium", folder, "/policy.html", { headers })).report;
  assert.equal(await open({ "content-security-policy": policy }), "wasm-simd");
  const refused = (await open({ "content-security-policy": "script-src 'self'" })).split("\n");
  assert.deepEqual(refused.slice(0, 2), ["ERR_ENGINE", REFUSAL]);
});

test("a worker bundled without the condition says that it may not compile", async () => {
  const contents = await bundled("export default { fetch: () => new Response(ask()) };");
  const [, dates] = /compatibility date \(tried: ([^)]+)\)/.exec(page);
  for (const compatibilityDate of dates.split(", ")) {
    const worker = await startModules([{ type: "ESModule", path: join(folder, "worker.js"), contents }], folder, { compatibilityDate });
    after(() => worker.dispose());
    const [code, message, cause] = (await (await worker.fetch("/")).text()).split("\n");
    assert.deepEqual([code, message], ["ERR_ENGINE", REFUSAL]);
    assert.match(cause, /Wasm code generation disallowed by embedder/);
    assert.match(page, /Wasm code generation disallowed by embedder/);
  }
});

test("esbuild stops at the wasm file of workerd and edge-light, unless the page's plugin keeps it", async () => {
  const [{ code }] = blocksOf("docs/runtimes.md").filter(({ info }) => info === "js esbuild");
  writeFileSync(join(folder, "keep-wasm.mjs"), code);
  const { keepWasm } = await import(join(folder, "keep-wasm.mjs"));
  for (const condition of ["workerd", "edge-light"]) {
    const options = { conditions: [condition] };
    await assert.rejects(bundled("console.log(ask());", options), /No loader is configured for "\.wasm" files/);
  }
  const script = await bundled("export default { fetch: () => new Response(ask()) };", { conditions: ["workerd"], plugins: [keepWasm] });
  const modules = [
    { type: "ESModule", path: join(folder, "worker.js"), contents: script },
    {
      type: "CompiledWasm",
      path: join(folder, "module.wasm"),
      contents: readFileSync(join(folder, "node_modules/idempotency-keys/dist/esm/wasm/module.wasm")),
    },
  ];
  const worker = await startModules(modules, folder);
  after(() => worker.dispose());
  assert.equal(await (await worker.fetch("/")).text(), "wasm-simd");
});

test("Deno without permissions has no variables, and takes what it is passed", async () => {
  const script = join(folder, "reset.mjs");
  writeFileSync(
    script,
    `import { idempotencyKeys } from "idempotency-keys";
    const fetch = async () => Response.json({ id: "run_1" });
    const reset = (config) => idempotencyKeys.with({ fetch, ...config }).reset("task", "a", { scope: "global" });
    console.log((await reset({}).catch((error) => error)).code, (await reset({ accessToken: "tr_dev" })).id);`,
  );
  const env = { ...process.env, TRIGGER_SECRET_KEY: "tr_dev" };
  const { stdout } = await promisify(execFile)(findDeno(), ["run", "--quiet", "--no-prompt", script], { env });
  assert.equal(stdout, "ERR_MISSING_CREDENTIALS run_1\n");
});
