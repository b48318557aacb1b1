/** The browsers that tests open: where they are installed, and what keeps them quiet. */

import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

export const CHROMIUM = {
  names: ["chromium", "chromium-browser", "google-chrome"],
  install: "apt-get install chromium",
  flags: [
    // Chromium's sandbox refuses to run as root, as in most containers.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};

export const FIREFOX = {
  names: ["firefox-esr", "firefox"],
  install: "apt-get install firefox-esr",
  /** It would otherwise call home, and ask about the profile. */
  preferences: {
    "app.normandy.enabled": false,
    "app.update.enabled": false,
    "browser.aboutwelcome.enabled": false,
    "browser.shell.checkDefaultBrowser": false,
    "datareporting.policy.dataSubmissionEnabled": false,
    "network.captive-portal-service.enabled": false,
    "network.connectivity-service.enabled": false,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.enabled": false,
  },
};

/** Where a browser is installed, if it is. */
export function findBrowser({ names }) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => existsSync(file));
}

/** What to say of a browser that isn't. */
export function notInstalled({ names, install }) {
  return `${names[0]} is not installed (${install})`;
}
