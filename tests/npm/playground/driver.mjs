/** Chromium and Firefox, driven as a visitor would: keys, colours, screenshots. */

import { createRequire } from "node:module";

import { CHROMIUM, FIREFOX, findBrowser } from "../support/browsers.mjs";

const require = createRequire(new URL("./package.json", import.meta.url));
const puppeteer = require("puppeteer-core");

/** The playground has loaded the package. */
const READY = "#form:not([hidden])";

/** By name, with what puppeteer is told besides. */
export const BROWSERS = {
  Chromium: { ...CHROMIUM, options: () => ({ args: CHROMIUM.flags }) },
  Firefox: {
    ...FIREFOX,
    // It takes the visitor's wishes from preferences: 0 is dark, 1 light.
    options: (scheme) => ({
      browser: "firefox",
      extraPrefsFirefox: {
        ...FIREFOX.preferences,
        "layout.css.prefers-color-scheme.content-override": scheme === "dark" ? 0 : 1,
        "ui.prefersReducedMotion": 1,
      },
    }),
  },
};

/**
 * Starts a browser for a visitor who prefers a colour scheme, and no motion.
 * `open(url, { width, before, ready })` gives a page, in which `before` ran first and something matches
 * `ready`, and in `problems` all that went wrong in it.
 */
export async function startBrowser(name, scheme) {
  const { options } = BROWSERS[name];
  const browser = await puppeteer.launch({ executablePath: findBrowser(BROWSERS[name]), ...options(scheme) });
  return {
    version: await browser.version(),
    close: () => browser.close(),
    async open(url, { width = 1280, before = () => {}, ready = READY } = {}) {
      const page = await browser.newPage();
      await page.evaluateOnNewDocument(before);
      const problems = [];
      page.on("console", (message) => problems.push(`console.${message.type()}: ${message.text()}`));
      page.on("pageerror", (error) => problems.push(String(error)));
      page.on("requestfailed", (request) => problems.push(`${request.url()} failed`));
      page.on("response", (response) => {
        if (!response.ok() && response.status() !== 304) problems.push(`${response.url()}: ${response.status()}`);
      });
      if (name === "Chromium") {
        await page.emulateMediaFeatures([
          { name: "prefers-color-scheme", value: scheme },
          { name: "prefers-reduced-motion", value: "reduce" },
        ]);
      }
      await page.setViewport({ width, height: 800 });
      await page.goto(url);
      await page.waitForSelector(ready, { timeout: 20_000 });
      return { page, problems };
    },
  };
}
