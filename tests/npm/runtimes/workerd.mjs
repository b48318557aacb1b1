/** Cloudflare's workerd, with a bundle as wrangler makes it. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { startWorker } from "../support/workerd.mjs";

export async function runWorkerd({ folder, installed }) {
  const worker = await startWorker(join(folder, "worker.mjs"), installed);
  try {
    const report = await (await worker.fetch("/")).json();
    const fromMiniflare = createRequire(createRequire(import.meta.url).resolve("miniflare"));
    const { version } = JSON.parse(readFileSync(fromMiniflare.resolve("workerd/package.json"), "utf8"));
    return { version, report };
  } finally {
    await worker.dispose();
  }
}
