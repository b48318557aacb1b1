/** Next.js: an app with a route on each of its runtimes, built and then served. */

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

import { prepare, program, version } from "./stage.mjs";

const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1" };
const built = {};

/** Builds the app, once for both routes. */
async function build(installed, bundler) {
  const folder = prepare(installed, `next-${bundler}`, "next");
  await promisify(execFile)(process.execPath, [program("next"), "build", `--${bundler}`], { cwd: folder, env });
  return folder;
}

export const runNext =
  (bundler, route) =>
  async ({ installed }) => {
    built[bundler] ??= build(installed, bundler);
    const folder = await built[bundler];
    const server = spawn(process.execPath, [program("next"), "start", "--hostname", "127.0.0.1", "--port", "0"], {
      cwd: folder,
      env,
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
