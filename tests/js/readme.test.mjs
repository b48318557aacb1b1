/**
 * The pages' examples, run against the installed package. A line `expression; // value` is checked:
 * `util.inspect` of the expression has to give the value, with double quotes.
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { installedPackage } from "./installed.mjs";

const folder = installedPackage();
const PAGES = ["README.md", "docs/payloads.md", "docs/tokens.md"];

const prelude = `
  import assert from "node:assert/strict";
  import { inspect } from "node:util";
  const show = (value) => inspect(value, { breakLength: Infinity, depth: 9 }).replaceAll("'", '"');
  const check = (value, wanted) => assert.equal(show(value), wanted);
`;

function withChecks(code) {
  return code.replace(/^([^\s/].*?);\s+\/\/ (.+)$/gm, (line, expression, value) =>
    /^(const|let|import|export|return)\b/.test(expression) ? line : `check(${expression}, ${JSON.stringify(value)});`,
  );
}

for (const page of PAGES) {
  const text = readFileSync(new URL(`../../${page}`, import.meta.url), "utf8");
  const examples = [...text.matchAll(/^```js\n(.*?)^```$/gms)];

  test(`${page} has examples, and they check their results`, () => {
    assert.ok(examples.length > 0);
    assert.ok(examples.some(([, code]) => withChecks(code) !== code));
  });

  for (const [index, [, code]] of examples.entries()) {
    const line = text.slice(0, examples[index].index).split("\n").length + 1;
    test(`${page}: the example in line ${line}`, () => {
      execFileSync(process.execPath, ["--input-type=module", "-e", prelude + withChecks(code)], { cwd: folder });
    });
  }
}
