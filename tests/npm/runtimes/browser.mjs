/** Browsers as runtimes: each opens a page of a server on the loopback interface, and the page posts its report there. */

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { setTimeout } from "node:timers/promises";

import { findBrowser, launch, notInstalled } from "../support/browsers.mjs";
import { Missing } from "./missing.mjs";

const SECONDS = 90;
const TYPES = { ".html": "text/html", ".mjs": "text/javascript", ".js": "text/javascript" };

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
 * Opens `path` of `folder` in the browser of that name, and answers with what the page reports.
 *
 * @param options.headers What the pages come with.
 * @param options.origin Another server that has the page; it learns from its URL where to report.
 */
export async function openPage(name, folder, path, { headers = {}, origin } = {}) {
  if (findBrowser(name) === undefined) throw new Missing(notInstalled(name));
  const server = await serve(folder, headers);
  const browser = await launch(name);
  try {
    const url = new URL(path, origin ?? server.origin);
    url.searchParams.set("report", `${server.origin}/report`);
    const page = await browser.newPage();
    // A page that works for long has not loaded yet when it reports.
    const failed = page.goto(url.href, { timeout: 0 }).then(() => server.report);
    const deadline = setTimeout(SECONDS * 1000, undefined, { ref: false }).then(() => Promise.reject(new Error(`no report from ${name} within ${SECONDS} s`)));
    const report = await Promise.race([server.report, failed, deadline]);
    if (report.error !== undefined) throw new Error(`in ${name}: ${report.error}`);
    return { version: /\d+(\.\d+)+/.exec(await browser.version())[0], report };
  } finally {
    await browser.close();
    server.close();
  }
}
