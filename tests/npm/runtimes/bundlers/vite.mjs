/** Vite: its dev server, which doesn't bundle; its build; its build for servers. */

import { join } from "node:path";

import { openPage } from "../browser.mjs";
import { runProgram } from "../process.mjs";
import { prepare, tool, version } from "./stage.mjs";

const quiet = { configFile: false, logLevel: "warn" };

export async function runViteDev({ installed }) {
  const { createServer } = await tool("vite");
  const folder = prepare(installed, "vite-dev", "vite");
  const server = await createServer({ ...quiet, root: folder, server: { host: "127.0.0.1", port: 0 } });
  try {
    await server.listen();
    const { report } = await openPage("Chromium", folder, "/index.html", { origin: server.resolvedUrls.local[0] });
    return { version: version("vite"), report };
  } finally {
    await server.close();
  }
}

export async function runViteBuild({ installed }) {
  const { build } = await tool("vite");
  const folder = prepare(installed, "vite-build", "vite");
  await build({ ...quiet, root: folder });
  const { report } = await openPage("Chromium", join(folder, "dist"), "/index.html");
  return { version: version("vite"), report };
}

export async function runViteSsr({ installed }) {
  const { build } = await tool("vite");
  const folder = prepare(installed, "vite-ssr", "vite");
  // By default dependencies stay outside, which is what the rows of Node.js run already.
  await build({ ...quiet, root: folder, build: { ssr: "main.mjs" }, ssr: { noExternal: true } });
  const { report } = await runProgram({ folder }, process.execPath, [], "dist/main.mjs");
  return { version: version("vite"), report };
}
