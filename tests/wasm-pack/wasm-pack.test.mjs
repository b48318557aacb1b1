/** `wasm-pack build` for each target as a user types it, and the conformance suite on what it packs. */

import assert from "node:assert/strict";
import { join, relative } from "node:path";
import { test } from "node:test";

import { build, out, report, root, run, suite } from "./build.mjs";
import { assertWhole } from "./expected.mjs";
import { openPage } from "../npm/runtimes/browser.mjs";
import { findDeno, findNode } from "../npm/runtimes/process.mjs";
import { blocksOf, makesClaims, withChecks } from "../npm/support/snippets.mjs";

const TARGETS = {
  nodejs: (module) => report(process.execPath, suite, module, "--require"),
  // Node 26 imports wasm modules as bundlers do (WebAssembly/ES Module Integration).
  bundler: (module) => report(findNode(26), suite, module),
  deno: (module) => report(findDeno(), "run", "--no-lock", "--allow-all", suite, module),
  async web(module) {
    const page = `/tests/wasm-pack/page.html?package=/${relative(root, module)}`;
    const { report } = await openPage("Chromium", root, page);
    return report;
  },
};

for (const [target, runSuite] of Object.entries(TARGETS)) {
  test(`every vector holds in the package for --target ${target}`, async () => {
    assertWhole(await runSuite(await build(target)));
  });
}

test("the program of docs/crate.md does what the page says", async () => {
  const [{ code }, ...others] = blocksOf("docs/crate.md").filter(({ info }) => info === "js");
  assert.deepEqual(others, []);
  assert.ok(makesClaims(code) && code.includes('require("./pkg")'));
  const program = `import { createRequire } from "node:module";\n${withChecks(code)}`.replace(
    'require("./pkg")',
    `createRequire(${JSON.stringify(join(out, "/"))})("./nodejs/idempotency_keys.js")`,
  );
  await run(process.execPath, ["--input-type=module", "-e", program]);
});
