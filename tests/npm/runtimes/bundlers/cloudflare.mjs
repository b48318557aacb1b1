/** Cloudflare's own tools. They need Node 22. */

import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { findNode } from "../process.mjs";
import { startModules } from "../../support/workerd.mjs";
import { prepare, program, version } from "./stage.mjs";

// The last one: Miniflare would look up where this machine is.
const env = { ...process.env, CI: "true", WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false" };

async function run(folder, script, args = []) {
  const { stdout } = await promisify(execFile)(findNode(22), [script, ...args], { cwd: folder, env });
  return stdout;
}

/** What would be deployed, in workerd. */
export async function runWrangler({ installed }) {
  const folder = prepare(installed, "wrangler", "cloudflare");
  await run(folder, program("wrangler"), ["deploy", "--dry-run", "--config", "wrangler.toml", "--outdir", "out"]);
  const out = join(folder, "out");
  // The script comes first: workerd starts there.
  const files = readdirSync(out)
    .filter((file) => /\.(js|wasm)$/.test(file))
    .sort((a) => (a.endsWith(".js") ? -1 : 1));
  const modules = files.map((file) => ({
    type: file.endsWith(".wasm") ? "CompiledWasm" : "ESModule",
    path: join(out, file),
    contents: readFileSync(join(out, file)),
  }));
  const worker = await startModules(modules, out);
  try {
    const response = await worker.fetch("/");
    return { version: version("wrangler"), report: await response.json() };
  } finally {
    await worker.dispose();
  }
}

export async function runCloudflareVite({ installed }) {
  const output = await run(prepare(installed, "cloudflare-vite", "cloudflare"), "dev.mjs");
  return { version: version("@cloudflare/vite-plugin"), report: JSON.parse(output.trim().split("\n").at(-1)) };
}

export async function runCloudflareVitest({ installed }) {
  const output = await run(prepare(installed, "cloudflare-vitest", "cloudflare"), program("vitest"), ["run", "--root", "."]);
  return { version: version("@cloudflare/vitest-plugin"), report: JSON.parse(/report (\{.*\})/.exec(output)[1]) };
}
