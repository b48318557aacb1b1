/**
 * Browsers, without a driver: each opens a page of a server on the loopback interface, and the page
 * posts its report there.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";

import { CHROMIUM, FIREFOX, findBrowser, notInstalled } from "../support/browsers.mjs";
import { Missing } from "./missing.mjs";
import { versionOf } from "./process.mjs";

const SECONDS = 90;
const TYPES = { ".html": "text/html", ".mjs": "text/javascript", ".js": "text/javascript" };

export const chromium = {
  ...CHROMIUM,
  args: (profile) => ["--headless", ...CHROMIUM.flags, `--user-data-dir=${profile}`],
};

export const firefox = {
  ...FIREFOX,
  args(profile) {
    const lines = Object.entries(FIREFOX.preferences).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`);
    writeFileSync(join(profile, "user.js"), lines.join("\n"));
    return ["--headless", "--no-remote", "--profile", profile];
  },
};

/** Serves `folder`, with `headers` on pages; `report` resolves to what a page posts. */
async function serve(folder, headers) {
  const { promise: report, resolve } = Promise.withResolvers?.() ?? withResolvers();
  const server = createServer(async (request, response) => {
    if (request.method === "POST") {
      const body = (await request.setEncoding("utf8").toArray()).join("");
      response.end();
      resolve(JSON.parse(body));
      return;
    }
    const { pathname } = new URL(request.url, "http://localhost");
    try {
      const body = readFileSync(join(folder, pathname));
      response.writeHead(200, { "content-type": TYPES[extname(pathname)] ?? "text/plain", ...headers }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { report, origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close().closeAllConnections() };
}

function withResolvers() {
  let resolve;
  const promise = new Promise((given) => (resolve = given));
  return { promise, resolve };
}

/**
 * Opens `path` of `folder`, and answers with what it reports.
 *
 * @param options.headers What the pages come with.
 * @param options.origin Another server that has the page; it learns from its URL where to report.
 */
export async function openPage(browser, folder, path, { headers = {}, origin } = {}) {
  const program = findBrowser(browser);
  if (program === undefined) throw new Missing(notInstalled(browser));
  const version = await versionOf(program);
  const profile = mkdtempSync(join(tmpdir(), "idempotency-keys-"));
  const server = await serve(folder, headers);
  const url = new URL(path, origin ?? server.origin);
  url.searchParams.set("report", `${server.origin}/report`);
  const child = spawn(program, [...browser.args(profile), url.href], { stdio: "ignore", detached: true });
  let timer;
  try {
    const deadline = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no report from ${program} within ${SECONDS} s`)), SECONDS * 1000);
    });
    const ended = once(child, "exit").then(([code]) => Promise.reject(new Error(`${program} ended with status ${code}`)));
    const report = await Promise.race([server.report, deadline, ended]);
    if (report.error !== undefined) throw new Error(`in ${program}: ${report.error}`);
    return { version, report };
  } finally {
    clearTimeout(timer);
    const gone = once(child, "exit");
    if (child.exitCode === null && child.signalCode === null) {
      // The whole group: Chromium's starter is a script, and the browser its child.
      process.kill(-child.pid, "SIGKILL");
      await gone;
    }
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
