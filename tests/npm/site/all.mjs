/** The site in Chromium: links, search, the playground, everybody's access; pictures of it are in .tools/scratch/site. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import * as checks from "../playground/checks.mjs";
import { startBrowser } from "../playground/driver.mjs";
import { PAGES } from "../support/snippets.mjs";
import { serveSite } from "./serve.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const pictures = fileURLToPath(new URL("../../../.tools/scratch/site", import.meta.url));

/** Where a page of the repository is on the site. */
const urlOf = (page) =>
  page.startsWith("docs/")
    ? `/${page
        .slice("docs/".length)
        .replace(/README\.md$/, "")
        .replace(/\.md$/, ".html")}`
    : `/${page.toLowerCase().replace(/\.md$/, ".html")}`;
const URLS = ["/", "/playground.html", ...PAGES.filter((page) => !["README.md", "docs/README.md"].includes(page)).map(urlOf)];

const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const LOADED = ".VPContent.is-home, .VPDoc, iframe.playground, #form:not([hidden])";
const LOOKED_AT = {
  home: "/",
  guide: "/run-once.html",
  api: "/api/idempotency-keys.html",
  playground: "/playground/index.html",
  embedded: "/playground.html",
};

let site;
before(async () => (site = await serveSite()));
after(() => site?.close());

/** What a page of the site links to and loads, and the anchors that it has. */
async function readPage(url) {
  const response = await fetch(site.url + url);
  const html = response.headers.get("content-type").startsWith("text/html") ? await response.text() : "";
  const links = [...html.matchAll(/<[^>]*? (?:href|src)="([^"]+)"/g)].map(([, link]) => link.replaceAll("&amp;", "&"));
  return { status: response.status, links, ids: [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id) };
}

test("every link leads to a page that is there, and to a place on it; every page is linked", async () => {
  const pages = new Map();
  const found = [];
  const queue = ["/"];
  for (const url of queue) {
    pages.set(url, await readPage(url));
    for (const link of pages.get(url).links) {
      const { origin, pathname } = new URL(link, site.url + url);
      if (origin === site.url && !queue.includes(pathname)) queue.push(pathname);
    }
  }
  for (const [url, { status, links }] of pages) {
    if (status !== 200) found.push(`${url}: ${status}`);
    for (const link of links) {
      const { origin, pathname, hash } = new URL(link, site.url + url);
      const isDead = origin === site.url && hash !== "" && !pages.get(pathname).ids.includes(decodeURIComponent(hash.slice(1)));
      if (isDead) found.push(`${url} -> ${link}`);
    }
  }
  assert.deepEqual(found, []);
  assert.ok(URLS.length > 35, `${URLS.length} pages`);
  assert.deepEqual(
    URLS.filter((url) => !pages.has(url)),
    [],
  );
  assert.ok(pages.has("/playground/index.html"));
});

for (const scheme of ["light", "dark"]) {
  describe(scheme, () => {
    let browser;
    before(async () => (browser = await startBrowser("Chromium", scheme)));
    after(() => browser?.close());
    const open = (url, width) => browser.open(site.url + url, { width, ready: LOADED });

    for (const [name, url] of Object.entries(LOOKED_AT)) {
      for (const width of [360, 1280]) {
        test(`${name}, ${width} px: axe-core finds nothing serious`, async () => {
          const { page, problems } = await open(url, width);
          mkdirSync(pictures, { recursive: true });
          await page.screenshot({ path: join(pictures, `${name}-${scheme}-${width}.png`) });
          await page.evaluate(axe);
          const { passes, violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
          assert.ok(passes.length > 20, `axe-core applied ${passes.length} rules`);
          const serious = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
          assert.deepEqual(
            serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join("; ")}`),
            [],
          );
          assert.deepEqual(problems, []);
          await page.close();
        });
      }
    }

    test("the visitor's colour scheme is heeded", async () => {
      const { page } = await open("/", 1280);
      assert.equal(await page.evaluate(() => document.documentElement.classList.contains("dark")), scheme === "dark");
      await page.close();
    });
  });
}

describe("every page", () => {
  let browser;
  before(async () => (browser = await startBrowser("Chromium", "light")));
  after(() => browser?.close());

  for (const url of [...URLS, "/playground/index.html"]) {
    test(`${url}: nothing is wider than a phone, and nothing goes wrong`, async () => {
      const { page, problems } = await browser.open(site.url + url, { width: 360, ready: LOADED });
      const [content, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
      assert.equal(screen, 360);
      assert.ok(content <= screen, `${content} px`);
      assert.deepEqual(problems, []);
      await page.close();
    });
  }

  test("search finds the double hash, by keyboard alone", async () => {
    const { page, problems } = await browser.open(`${site.url}/`, { ready: LOADED });
    await page.keyboard.press("/");
    await page.waitForSelector("#localsearch-input");
    await page.type("#localsearch-input", "double hash");
    await page.waitForSelector(".VPLocalSearchBox .result");
    await page.waitForFunction(() => document.querySelector(".VPLocalSearchBox .result").href.includes("/troubleshooting.html#"), { timeout: 10_000 });
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => location.pathname === "/troubleshooting.html" && document.getElementById(location.hash.slice(1)) !== null);
    const heading = await page.evaluate(() => document.getElementById(location.hash.slice(1)).textContent);
    assert.match(heading, /double hash/i);
    assert.deepEqual(problems, []);
    await page.close();
  });

  test("the playground makes the right hashes", async () => {
    const { page, problems } = await browser.open(`${site.url}/playground/index.html`, { ready: LOADED });
    await checks.hashesAreThoseOfNode({ page });
    assert.deepEqual(problems, []);
    await page.close();
  });

  test("the playground is a click away, has the site's colours, and leads back", async () => {
    const { page, problems } = await browser.open(`${site.url}/getting-started.html`, { ready: LOADED });
    await page.emulateMediaFeatures([]); // They would hold for the frame, too.
    await page.click('.VPNavBarMenu a[href="/playground.html"]');
    const frame = await (await page.waitForSelector("iframe.playground")).contentFrame();
    await frame.waitForSelector("#form:not([hidden])");
    await frame.waitForFunction((hash) => document.getElementById("hash").textContent === hash, {}, sha256("order-42-run_abc123"));
    const isDark = () => frame.evaluate(() => matchMedia("(prefers-color-scheme: dark)").matches);
    assert.equal(await isDark(), false);
    await page.click(".VPNavBarAppearance button");
    await frame.waitForFunction(() => matchMedia("(prefers-color-scheme: dark)").matches);
    await Promise.all([page.waitForNavigation(), frame.click("header a")]);
    assert.equal(new URL(page.url()).pathname, "/");
    assert.deepEqual(problems, []);
    await page.close();
  });
});
