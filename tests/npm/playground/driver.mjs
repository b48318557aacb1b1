/** Chromium and Firefox, driven as a visitor would: keys, colours, screenshots. */

import { launch } from "../support/browsers.mjs";

/** The playground has loaded the package. */
const READY = "#form:not([hidden])";

/** How Firefox is told a visitor's wishes; Chromium is by each page. */
const preferencesFor = (scheme) => ({ "layout.css.prefers-color-scheme.content-override": scheme === "dark" ? 0 : 1, "ui.prefersReducedMotion": 1 });

/**
 * Starts a browser for a visitor who prefers a colour scheme, and no motion.
 * `open(url, { width, before, ready })` gives a page, in which `before` ran first and something matches
 * `ready`, and in `problems` all that went wrong in it.
 */
export async function startBrowser(name, scheme) {
  const browser = await launch(name, preferencesFor(scheme));
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
