/** Every page: where its links lead, and that its code is run by a test. */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { posix } from "node:path";
import { test } from "node:test";

import { API_PAGES, blocksOf, PAGES, textOf } from "../support/snippets.mjs";

/** The test that runs each page's code. */
const RUN_BY = {
  "README.md": "readme",
  "docs/crate.md": "../../wasm-pack/wasm-pack",
  "docs/getting-started.md": "getting-started",
  "docs/http.md": "../http/docs",
  "docs/migration.md": "migration",
  "docs/payloads.md": "readme",
  "docs/recipes.md": "recipes",
  "docs/run-once.md": "../run-once/docs",
  "docs/run-once-operations.md": "../run-once/docs",
  "docs/runtimes.md": "readme, runtimes",
  "docs/sdk-module.md": "sdk",
  "docs/sdk.md": "sdk",
  "docs/stores.md": "../run-once/docs",
  "docs/tokens.md": "readme",
  "docs/transactions.md": "../transaction/docs",
  "docs/troubleshooting.md": "troubleshooting",
  "docs/wire-format.md": "readme, wire-format",
};
const HAS_CODE = /^(js|ts|rust)\b/;

const withoutCode = (text) => text.replace(/^ *```[^]*?^ *```$/gm, "").replace(/`[^`\n]*`/g, "code");

function linksOf(page) {
  const text = withoutCode(textOf(page));
  return [...text.matchAll(/\]\(([^)\s]+)\)|href="([^"]+)"/g)].map(([, markdown, html]) => markdown ?? html);
}

/** The anchors that GitHub gives a page's headings, and those that it has in HTML. */
function anchorsOf(page) {
  const text = textOf(page).replace(/^ *```[^]*?^ *```$/gm, "");
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => slug(heading));
  const numbered = headings.map((name, index) => {
    const before = headings.slice(0, index).filter((other) => other === name).length;
    return before === 0 ? name : `${name}-${before}`;
  });
  return [...numbered, ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id)];
}

function slug(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "")
    .replaceAll(" ", "-");
}

/** The links of a page that lead nowhere. */
function deadLinks(page, links = linksOf(page)) {
  return links.filter((link) => {
    if (/^(https?|mailto):/.test(link)) return false;
    const [path, anchor] = link.split("#");
    const target = path === "" ? page : posix.join(posix.dirname(page), path);
    if (!existsSync(new URL(`../../../${target}`, import.meta.url))) return true;
    return anchor !== undefined && !anchorsOf(target).includes(anchor);
  });
}

/** Words outside code. */
const proseOf = (page) =>
  withoutCode(textOf(page))
    .split(/\s+/)
    .filter((word) => /\w{2}/.test(word));

test("a dead link, a dead anchor and a link within the page are told apart", () => {
  const links = ["nowhere.md", "docs/http.md#nowhere", "#nowhere", "docs/http.md#clients", "#scopes", "docs/http.md", "https://example.com"];
  assert.deepEqual(deadLinks("README.md", links), links.slice(0, 3));
});

for (const page of PAGES) {
  test(`${page}: has a title and text`, () => {
    assert.match(textOf(page), /^# \S/);
    assert.ok(proseOf(page).length >= 30, `${proseOf(page).length} words`);
  });

  test(`${page}: every link leads somewhere`, () => {
    assert.deepEqual(deadLinks(page), []);
  });
}

test("every page with code has a test that runs it", () => {
  const withCode = PAGES.filter((page) => !API_PAGES.includes(page) && blocksOf(page).some(({ info }) => HAS_CODE.test(info)));
  assert.deepEqual(withCode.sort(), Object.keys(RUN_BY).sort());
  for (const test of Object.values(RUN_BY).flatMap((names) => names.split(", "))) {
    assert.ok(existsSync(new URL(`${test}.test.mjs`, import.meta.url)), test);
  }
});

test("the index names every page", () => {
  const indexes = PAGES.filter((page) => /^docs\/(.+\/)?README\.md$/.test(page));
  const folders = indexes.map((index) => posix.dirname(index)).sort((one, other) => other.length - one.length);
  const indexOf = (page) => `${folders.find((folder) => page.startsWith(`${folder}/`))}/README.md`;
  for (const index of indexes) {
    const folder = posix.dirname(index);
    const pages = PAGES.filter((page) => page !== index && indexOf(page) === index);
    const named = linksOf(index).map((link) => posix.join(folder, link));
    assert.ok(pages.length > 0);
    assert.deepEqual(
      pages.filter((page) => !named.includes(page)),
      [],
    );
  }
});
