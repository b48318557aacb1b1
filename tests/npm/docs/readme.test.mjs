/** The pages' examples, run against the installed package. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

import { installedPackage } from "../support/install-package.mjs";
import { blocksOf, makesClaims, withChecks } from "../support/snippets.mjs";

const folder = installedPackage();

for (const page of ["README.md", "docs/payloads.md", "docs/tokens.md", "docs/wire-format.md", "docs/runtimes.md"]) {
  const examples = blocksOf(page).filter(({ info }) => info === "js");

  test(`${page} has examples, and they check their results`, () => {
    assert.ok(examples.length > 0);
    assert.ok(examples.some(({ code }) => makesClaims(code)));
  });

  for (const { code, line } of examples) {
    test(`${page}: the example in line ${line}`, () => {
      execFileSync(process.execPath, ["--input-type=module", "-e", withChecks(code)], { cwd: folder });
    });
  }
}
