/** docs/troubleshooting.md: every code is there, every example gives what it says. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { installedPackage } from "../support/install-package.mjs";
import { blocksOf, makesClaims, textOf, withChecks } from "../support/snippets.mjs";

const PAGE = "docs/troubleshooting.md";
const folder = installedPackage();
const blocks = blocksOf(PAGE);

test("each code of the package has one row, and no other", () => {
  const source = ["errors", "run-once/errors"].map((name) => readFileSync(new URL(`../../../pkg-template/src/${name}.ts`, import.meta.url), "utf8")).join("\n");
  const codes = [...source.matchAll(/defineError\(this, "\w+", "(ERR_\w+)"\)/g)].map(([, code]) => code);
  const rows = [...textOf(PAGE).matchAll(/^\| `(ERR_\w+)` \|/gm)].map(([, code]) => code);
  assert.ok(codes.length > 15);
  assert.deepEqual(rows.sort(), codes.sort());
});

test("every block is run", () => {
  assert.deepEqual(blocks.filter(({ info }) => info !== "js"), []);
  assert.ok(blocks.length >= 5);
});

for (const { code, line } of blocks) {
  test(`the example in line ${line}`, () => {
    assert.ok(makesClaims(code));
    execFileSync(process.execPath, ["--input-type=module", "-e", withChecks(code)], { cwd: folder, timeout: 20_000 });
  });
}
