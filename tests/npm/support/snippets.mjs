/**
 * The pages' blocks of code, and what they need to run: a line `expression; // value` is checked,
 * `util.inspect` of the expression has to give the value, with double quotes.
 */

import { readdirSync, readFileSync } from "node:fs";

const root = new URL("../../../", import.meta.url);

/** Every page, by its path in the repository. */
export const PAGES = [
  ...["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"],
  ...readdirSync(new URL("docs", root), { recursive: true })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

export function textOf(page) {
  return readFileSync(new URL(page, root), "utf8");
}

/** A page's blocks: `info` is what stands behind the three backticks, such as `js before`. */
export function blocksOf(page) {
  const text = textOf(page);
  return [...text.matchAll(/^```(\S[^\n]*)\n(.*?)^```$/gms)].map(({ 1: info, 2: code, index }) => ({
    info,
    code,
    line: text.slice(0, index).split("\n").length + 1,
  }));
}

/** A page's blocks that stand behind `<!-- file: name -->`, by name; and how many blocks of code the page has in all. */
export function filesOf(page) {
  const text = textOf(page);
  const files = Object.fromEntries([...text.matchAll(/^<!-- file: (\S+) -->\n```\w+[^\n]*\n(.*?)^```$/gms)].map(([, name, code]) => [name, code]));
  return { files, blocks: blocksOf(page).length };
}

/** The pages of docs/api. */
export const API_PAGES = PAGES.filter((page) => page.startsWith("docs/api/"));

/** The examples of docs/api, each with the entry that it is about, and its page. */
export function apiExamples() {
  return API_PAGES.flatMap((page) => {
    const lines = textOf(page).split("\n");
    const examples = blocksOf(page).filter(({ line }) => /^#+ Example$/.test(lines[line - 4]));
    return examples.map((block) => ({ ...block, page, entry: lines[0].slice("# ".length) }));
  });
}

const PRELUDE = `
  import assert from "node:assert/strict";
  import { inspect } from "node:util";
  const show = (value) => inspect(value, { breakLength: Infinity, depth: 9 }).replaceAll("'", '"');
  const check = (value, wanted) => assert.equal(show(value), wanted);
`;

/** The code as a module that fails where a value is another than the page says. */
export function withChecks(code) {
  return PRELUDE + replaceClaims(code);
}

/** Whether `withChecks` has anything to check. */
export function makesClaims(code) {
  return replaceClaims(code) !== code;
}

function replaceClaims(code) {
  return code.replace(/^([^\s/].*?);\s+\/\/ (.+)$/gm, (line, expression, value) =>
    /^(const|let|import|export|return)\b/.test(expression) ? line : `check(${expression}, ${JSON.stringify(value)});`,
  );
}
