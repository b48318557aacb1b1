/** `wasm-pack build` for each target as a user types it, and the conformance suite on what it packs. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { delimiter, join, relative } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import { chromium, openPage } from "../npm/runtimes/browser.mjs";
import { blocksOf, makesClaims, withChecks } from "../npm/support/snippets.mjs";

const root = join(import.meta.dirname, "../..");
/** Not `pkg`, where the npm tarball is. */
const out = join(root, "target/wasm-pack");
const run = promisify(execFile);
const runtimes = join(root, "tests/npm/runtimes/node_modules");
/** Imports wasm modules as bundlers do (WebAssembly/ES Module Integration). */
const NODE_26 = join(runtimes, "node26-linux-x64/bin/node");

/** Builds the package for a target, with wasm-bindgen as tools/setup.sh installed it; returns its module. */
async function build(target) {
  const folder = join(out, target);
  await run("wasm-pack", ["--log-level", "warn", "build", "--mode", "no-install", "--target", target, "--out-dir", folder], {
    cwd: root,
    env: { ...process.env, CARGO_TARGET_DIR: out, PATH: [join(root, ".tools/bin"), process.env.PATH].join(delimiter) },
  });
  return join(folder, "idempotency_keys.js");
}

async function report(command, ...args) {
  const { stdout } = await run(command, [...args], { cwd: root, maxBuffer: 2 ** 26 });
  return JSON.parse(stdout);
}

const suite = join(import.meta.dirname, "run.mjs");
const TARGETS = {
  nodejs: (module) => report(process.execPath, suite, module, "--require"),
  bundler: (module) => report(NODE_26, suite, module),
  deno: (module) => report(join(runtimes, ".bin/deno"), "run", "--no-lock", "--allow-all", suite, module),
  async web(module) {
    const page = `/tests/wasm-pack/page.html?package=/${relative(root, module)}`;
    const { report } = await openPage(chromium, root, page);
    return report;
  },
};

for (const [target, runSuite] of Object.entries(TARGETS)) {
  test(`every vector holds in the package for --target ${target}`, async () => {
    const { first, wrongErrors, passed, failures, shown, suites } = await runSuite(await build(target));
    assert.deepEqual(shown, [], `${failures} checks failed`);
    assert.equal(failures, 0);
    assert.equal(suites, 15);
    assert.ok(passed > 16_000, `${passed} checks`);
    assert.deepEqual(wrongErrors, []);
    assert.deepEqual(first, {
      text: "3896e0f6b8240f86c45b3260bfe55bf98032f548c0b3d7737ae66fd190197410",
      json: '["3896e0f6b8240f86c45b3260bfe55bf98032f548c0b3d7737ae66fd190197410"]',
      options: { key: "send-email", scope: "run" },
      frozen: true,
      uuid: "3896e0f6-b824-8f86-845b-3260bfe55bf9",
      material: "send-email-run_abc123",
    });
  });
}

test("the program of docs/crate.md does what the page says", async () => {
  const [{ code }, ...others] = blocksOf("docs/crate.md").filter(({ info }) => info === "js");
  assert.deepEqual(others, []);
  assert.ok(makesClaims(code) && code.includes('require("./pkg")'));
  const program = `import { createRequire } from "node:module";\n${withChecks(code)}`
    .replace('require("./pkg")', `createRequire(${JSON.stringify(join(out, "/"))})("./nodejs/idempotency_keys.js")`);
  await run(process.execPath, ["--input-type=module", "-e", program]);
});
