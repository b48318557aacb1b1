/** What deploys to servers: a Next.js app with a route on each of its runtimes; wrangler. */

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

import { command, prepare, tool, version } from "./stage.mjs";

const environment = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", WRANGLER_SEND_METRICS: "false", CI: "true" };

const built = {};

/** Builds the app, once for both routes. */
async function buildNext(installed, bundler) {
  await tool("next");
  const folder = prepare(installed, `next-${bundler}`, "next");
  await promisify(execFile)(command("next"), ["build", `--${bundler}`], { cwd: folder, env: environment });
  return folder;
}

export const runNext = (bundler, route) => async ({ installed }) => {
  built[bundler] ??= buildNext(installed, bundler);
  const folder = await built[bundler];
  const server = spawn(command("next"), ["start", "--hostname", "127.0.0.1", "--port", "0"], {
    cwd: folder,
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const response = await fetch(`${await addressOf(server)}/${route}`);
    if (!response.ok) throw new Error(`HTTP ${response.status}: ${await response.text()}`);
    return { version: version("next"), report: await response.json() };
  } finally {
    server.kill();
    await once(server, "exit");
  }
};

/** Where a server that prints its address listens. */
async function addressOf(server) {
  for await (const line of createInterface(server.stdout)) {
    const address = /http:\/\/127\.0\.0\.1:\d+/.exec(line);
    if (address) return address[0];
  }
  throw new Error("next start ended without listening");
}

/** What would be deployed, run in workerd. */
export async function runWrangler({ installed }) {
  const { Miniflare } = await tool("miniflare");
  const folder = prepare(installed, "wrangler");
  await promisify(execFile)(command("wrangler"), ["deploy", "--dry-run", "--outdir", "out"], { cwd: folder, env: environment });
  const out = join(folder, "out");
  const files = readdirSync(out).filter((file) => /\.(js|wasm)$/.test(file));
  const modules = files.sort().map((file) => ({
    type: file.endsWith(".wasm") ? "CompiledWasm" : "ESModule",
    path: join(out, file),
    contents: readFileSync(join(out, file)),
  }));
  modules.sort(({ type }) => (type === "ESModule" ? -1 : 1));
  const miniflare = new Miniflare({ compatibilityDate: "2025-06-01", modules, modulesRoot: out });
  try {
    const response = await miniflare.dispatchFetch("http://localhost/");
    return { version: version("wrangler"), report: await response.json() };
  } finally {
    await miniflare.dispose();
  }
}
