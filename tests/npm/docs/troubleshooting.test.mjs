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
const sourceOf = (path) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");

test("each code of the package has one row, and no other", () => {
  const codesIn = (paths, pattern) => paths.flatMap((path) => [...sourceOf(path).matchAll(pattern)].map(([, code]) => code));
  const codes = codesIn(["pkg-template/src/errors.ts", "pkg-template/src/run-once/errors.ts"], /defineError\(this, "\w+", "(ERR_\w+)"\)/g);
  const declared = codesIn(["pkg-template/src/errors.ts"], /^ {2}\| "(ERR_\w+)"/gm);
  const ofTheCrate = codesIn(["src/error.rs"], /^ +ErrorCode::\w+ => "(ERR_\w+)",$/gm);
  const rows = [...textOf(PAGE).matchAll(/^\| `(ERR_\w+)` \|/gm)].map(([, code]) => code);
  assert.ok(codes.length > 15);
  assert.deepEqual(rows.sort(), codes.sort());
  assert.deepEqual(declared.sort(), codes);
  assert.ok(ofTheCrate.length > 5);
  assert.deepEqual(
    ofTheCrate.filter((code) => !codes.includes(code)),
    [],
  );
});

test("every block is run", () => {
  assert.deepEqual(
    blocks.filter(({ info }) => info !== "js"),
    [],
  );
  assert.ok(blocks.length >= 5);
});

for (const { code, line } of blocks) {
  test(`the example in line ${line}`, () => {
    assert.ok(makesClaims(code));
    execFileSync(process.execPath, ["--input-type=module", "-e", withChecks(code)], { cwd: folder, timeout: 20_000 });
  });
}
