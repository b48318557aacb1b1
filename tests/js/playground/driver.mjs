/** Chromium and Firefox as they are installed, driven as a visitor would: keys, colours, screenshots. */

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";

const require = createRequire(new URL("../../browsers/package.json", import.meta.url));
const puppeteer = require("puppeteer-core");

const CHROMIUM_ARGS = [
  // Chromium's sandbox refuses to run as root, as in most containers.
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Firefox would otherwise call home. */
const FIREFOX_PREFERENCES = {
  "app.normandy.enabled": false,
  "app.update.enabled": false,
  "browser.aboutwelcome.enabled": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "data:,#remote-settings-dummy/v1",
  "toolkit.telemetry.enabled": false,
};

export const BROWSERS = {
  Chromium: {
    names: ["chromium", "chromium-browser", "google-chrome"],
    install: "apt-get install chromium",
    options: () => ({ args: CHROMIUM_ARGS }),
  },
  Firefox: {
    names: ["firefox-esr", "firefox"],
    install: "apt-get install firefox-esr",
    // It takes the visitor's wishes from preferences: 0 is dark, 1 light.
    options: (scheme) => ({
      browser: "firefox",
      extraPrefsFirefox: {
        ...FIREFOX_PREFERENCES,
        "layout.css.prefers-color-scheme.content-override": scheme === "dark" ? 0 : 1,
        "ui.prefersReducedMotion": 1,
      },
    }),
  },
};

/** Where a browser is installed, if it is. */
export function findBrowser({ names }) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => existsSync(file));
}

/**
 * Starts a browser for a visitor who prefers a colour scheme, and no motion.
 * `open(url, { width, before })` gives a page, in which `before` ran first, and in `problems` all that
 * went wrong in it.
 */
export async function startBrowser(name, scheme) {
  const { options } = BROWSERS[name];
  const browser = await puppeteer.launch({ executablePath: findBrowser(BROWSERS[name]), ...options(scheme) });
  return {
    version: await browser.version(),
    close: () => browser.close(),
    async open(url, { width = 1280, before = () => {} } = {}) {
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
      await page.waitForSelector("#form:not([hidden])", { timeout: 20_000 });
      return { page, problems };
    },
  };
}
