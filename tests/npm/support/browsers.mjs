/** The installed Chromium and Firefox: where they are, and how tests start them. */

import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

import puppeteer from "puppeteer-core";

const BROWSERS = {
  Chromium: {
    programs: ["chromium", "chromium-browser", "google-chrome"],
    install: "apt-get install chromium",
    // Chromium's sandbox refuses to run as root, as in most containers.
    options: { browser: "chrome", args: ["--no-sandbox", "--disable-gpu"] },
  },
  Firefox: { programs: ["firefox-esr", "firefox"], install: "apt-get install firefox-esr", options: { browser: "firefox" } },
};

/** Where a browser is installed, if it is. */
export function findBrowser(name) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return BROWSERS[name].programs.flatMap((program) => folders.map((folder) => join(folder, program))).find((file) => existsSync(file));
}

/** What to say of a browser that isn't. */
export function notInstalled(name) {
  const { programs, install } = BROWSERS[name];
  return `${programs[0]} is not installed (${install})`;
}

/** Starts a browser with a new profile; `preferences` are Firefox's. */
export function launch(name, preferences) {
  return puppeteer.launch({ ...BROWSERS[name].options, executablePath: findBrowser(name), extraPrefsFirefox: preferences });
}
