/** Every page: where its links lead, and that its code is run by a test. */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { posix } from "node:path";
import { test } from "node:test";

import { slug } from "../../../tools/api/slug.mjs";
import { blocksOf, PAGES, textOf } from "../support/snippets.mjs";

/** The test that runs each page's code. */
const RUN_BY = {
  "README.md": "readme",
  "docs/api.md": "api-reference",
  "docs/crate.md": "../../wasm-pack/wasm-pack",
  "docs/getting-started.md": "getting-started",
  "docs/http.md": "../http/docs",
  "docs/migration.md": "migration",
  "docs/payloads.md": "readme",
  "docs/recipes.md": "recipes",
  "docs/run-once.md": "../run-once/docs",
  "docs/run-once-operations.md": "../run-once/docs",
  "docs/runtimes.md": "readme, runtimes",
  "docs/sdk.md": "sdk",
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

function anchorsOf(page) {
  const text = textOf(page).replace(/^ *```[^]*?^ *```$/gm, "");
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => slug(heading));
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
const proseOf = (page) => withoutCode(textOf(page)).split(/\s+/).filter((word) => /\w{2}/.test(word));

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
  const withCode = PAGES.filter((page) => blocksOf(page).some(({ info }) => HAS_CODE.test(info)));
  assert.deepEqual(withCode.sort(), Object.keys(RUN_BY).sort());
  for (const test of Object.values(RUN_BY).flatMap((names) => names.split(", "))) {
    assert.ok(existsSync(new URL(`${test}.test.mjs`, import.meta.url)), test);
  }
});

test("the index names every page", () => {
  for (const index of PAGES.filter((page) => /^docs\/(.+\/)?README\.md$/.test(page))) {
    const folder = posix.dirname(index);
    const pages = PAGES.filter((page) => posix.dirname(page) === folder && page !== index);
    const named = linksOf(index).map((link) => posix.join(folder, link));
    assert.ok(pages.length > 0);
    assert.deepEqual(pages.filter((page) => !named.includes(page)), []);
  }
});
