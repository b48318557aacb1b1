/** Whether everyone can use the page: by keyboard, by screen reader, on a small screen. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { enter, fill, openTab, pick, setTask, text } from "./visitor.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const sha256 = (material) => createHash("sha256").update(material).digest("hex");

const FOCUSABLE = "a[href], button, input, textarea, [tabindex='0']";

/** What has the focus, and whether one sees that it does. */
const focused = (page) =>
  page.evaluate(() => {
    const node = document.activeElement;
    if (node === null || node === document.body) return undefined;
    const seen = node.matches(".segmented input") ? node.nextElementSibling : node;
    const { outlineStyle, outlineWidth } = getComputedStyle(seen);
    const { top, bottom, left, right } = seen.getBoundingClientRect();
    return {
      name: node.id || `${node.name}=${node.value}` || node.textContent,
      index: [...document.querySelectorAll("*")].indexOf(node),
      outlined: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
      inView: bottom > 0 && top < innerHeight && right > 0 && left < innerWidth,
    };
  });

/** Tab from the top goes through everything once, in the page's order, always visibly, and out again. */
export async function tabGoesThroughEverything({ open }) {
  for (const [tab, least] of [
    ["key", 15],
    ["reset", 12],
    ["header", 12],
  ]) {
    // A new page each time: behind its last stop, the browser's own controls have the focus.
    const { page } = await open();
    await openTab(page, tab);
    await tabGoesThrough(page, least);
    await page.close();
  }
}

async function tabGoesThrough(page, least) {
  await page.evaluate(() => {
    document.activeElement.blur();
    scrollTo(0, 0);
  });
  const expected = await page.$$eval(FOCUSABLE, (all) => {
    const radios = new Set();
    return all
      .filter((node) => node.checkVisibility() && node.tabIndex >= 0)
      .filter((node) => node.type !== "radio" || node.checked)
      .filter((node) => node.type !== "radio" || (!radios.has(node.name) && radios.add(node.name)))
      .map((node) => [...document.querySelectorAll("*")].indexOf(node));
  });
  const seen = [];
  for (let presses = 0; presses <= expected.length; presses++) {
    await page.keyboard.press("Tab");
    const stop = await focused(page);
    if (stop === undefined) break;
    assert.ok(stop.outlined, `${page.url()}: ${stop.name} shows no focus`);
    assert.ok(stop.inView, `${stop.name} has the focus out of sight`);
    seen.push(stop.index);
    if (seen.length > 1 && stop.index === seen[0]) {
      seen.pop();
      break;
    }
  }
  assert.ok(expected.length >= least, `${expected.length} stops`);
  assert.deepEqual(seen, expected);
}

/** Forwards, or back: behind the page's last stop, the browser's own controls have the focus. */
async function tabTo(page, matches, keys = ["Tab"]) {
  for (let presses = 0; presses < 60; presses++) {
    for (const key of keys) await page.keyboard.down(key);
    for (const key of keys.toReversed()) await page.keyboard.up(key);
    if (await page.evaluate((selector) => document.activeElement.matches(selector), matches)) return;
  }
  assert.fail(`Tab never reaches ${matches}`);
}

/** The whole way without a mouse: parts, scope, what a key collides with, the reset, the chart. */
export async function theKeyboardIsEnough({ page }) {
  await page.keyboard.press("Tab");
  assert.equal(await text(page, ":focus"), "Skip to what comes of it");
  await tabTo(page, "#part-0");
  await page.keyboard.down("Control");
  await page.keyboard.press("a");
  await page.keyboard.up("Control");
  await page.keyboard.type("a-b");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "part-1");
  await page.keyboard.type("new");
  await tabTo(page, "#parts li:nth-child(3) button");
  await page.keyboard.press(" ");
  assert.equal(await page.evaluate(() => document.activeElement.id), "part-1");
  assert.equal(await text(page, "#hash"), sha256("a-b-new-run_abc123"));
  await tabTo(page, "input[name=scope]");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  assert.equal(await text(page, "#hash"), sha256("a-b-new"));
  await tabTo(page, "#verdict li button");
  await page.keyboard.press("Enter");
  assert.equal(await text(page, ":focus"), "Ambiguous: other parts make this key");
  assert.equal(await text(page, "#hash"), sha256("a-b-new"));
  assert.equal(await page.$eval("#part-0", ({ value }) => value), "a");
  await tabTo(page, "[role=tab]", ["Shift", "Tab"]);
  for (let presses = 0; presses < 4; presses++) await page.keyboard.press("ArrowRight");
  await tabTo(page, "input[name=held]");
  await page.keyboard.press("ArrowRight");
  assert.equal(await text(page, "#reset-code"), 'await idempotencyKeys.reset("my-task", ["a", "b-new"], { scope: "global" });');
  await tabTo(page, "[role=tab]", ["Shift", "Tab"]);
  await page.keyboard.press("End");
  await tabTo(page, "#measure");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#chart:not([hidden])", { timeout: 60_000 });
  assert.equal(await page.evaluate(() => document.activeElement.id), "measure");
}

/** The states in which the page looks different. */
const STATES = {
  async "at first"() {},
  async ambiguous(page) {
    await enter(page, ["a-b", "c"]);
  },
  async refused(page) {
    await pick(page, "scope", "attempt");
    await setTask(page, { runId: "run_abc123", attempt: "" });
  },
  async "of a long text"(page) {
    await pick(page, "scope", "run");
    await enter(page, "long".repeat(200));
  },
  async "a payload"(page) {
    await openTab(page, "payload");
  },
  async "a payload with a fault"(page) {
    await fill(page, "#payload", '{"a":[1e999]}');
  },
  async "a TTL"(page) {
    await openTab(page, "ttl");
  },
  async "a TTL with a fault"(page) {
    await fill(page, "#ttl", "1h30m");
  },
  async "a token"(page) {
    await openTab(page, "token");
  },
  async "a damaged token"(page) {
    await fill(page, "#token-input", "not a token");
  },
  async "a reset"(page) {
    await openTab(page, "reset");
  },
  async "a request"(page) {
    await openTab(page, "header");
  },
  async "a request that is refused"(page) {
    await fill(page, "#line", "two words");
    await page.waitForSelector("#line[aria-invalid=true]");
  },
  async measured(page) {
    await openTab(page, "speed");
    await page.$eval("#measure", (button) => button.click());
    await page.waitForSelector("#chart:not([hidden])", { timeout: 60_000 });
  },
};

/** Every rule of axe-core, in every state, at every width; nothing wider than the screen. */
export async function nothingKeepsPeopleOut({ open, widths, states = Object.keys(STATES), screenshot }) {
  const found = [];
  for (const width of widths) {
    const { page, problems } = await open({ width });
    await page.evaluate(axe);
    for (const name of states) {
      await STATES[name](page);
      const { passes, violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
      assert.ok(passes.length > 25, `axe-core applied ${passes.length} rules`);
      for (const { id, nodes } of violations) {
        found.push(`${width} px, ${name}: ${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join("; ")}`);
      }
      const [content, window_] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
      assert.ok(content <= window_, `${width} px, ${name}: the page is ${content} px wide`);
      await screenshot(page, width, name);
    }
    assert.deepEqual([...new Set(problems)], []);
    await page.close();
  }
  assert.deepEqual(found, []);
}

export async function theVisitorsWishesAreHeeded({ page, scheme }) {
  const [background, ink, moving] = await page.evaluate(() => {
    const { backgroundColor, color } = getComputedStyle(document.body);
    const light = (colour) =>
      colour
        .match(/\d+/g)
        .slice(0, 3)
        .reduce((sum, part) => sum + Number(part), 0) / 3;
    const moving = [...document.querySelectorAll("*")].filter((node) => {
      const { animationName, transitionDuration } = getComputedStyle(node);
      return animationName !== "none" || transitionDuration.split(", ").some((time) => parseFloat(time) > 0);
    });
    return [light(backgroundColor), light(color), moving.length];
  });
  assert.equal(background > ink ? "light" : "dark", scheme);
  assert.equal(moving, 0);
}

export async function theOutlineMakesSense({ page }) {
  const outline = await page.$$eval("h1, h2, h3", (all) => all.filter((node) => node.checkVisibility()).map((node) => Number(node.localName[1])));
  assert.equal(outline.filter((level) => level === 1).length, 1);
  assert.equal(outline[0], 1);
  outline.forEach((level, index) => assert.ok(index === 0 || level <= outline[index - 1] + 1));
  for (const landmark of ["header", "main", "form[aria-label]", "section[aria-labelledby]", "footer"]) {
    assert.ok((await page.$(landmark)) !== null, landmark);
  }
  assert.equal(await page.$eval("html", ({ lang }) => lang), "en");
}
