/**
 * Builds the project in the working directory as `trigger dev` and `trigger deploy` do, with the CLI's
 * own bundler and no login. Prints the build's manifest.
 *
 *   node build.mjs <folder of trigger.dev> <dev | deploy>
 */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [, , cli, target] = process.argv;
const load = (file) => import(pathToFileURL(join(cli, "dist/esm", file)).href);
const { loadConfig } = await load("config.js");
const { buildWorker } = await load("build/buildWorker.js");

const destination = join(process.cwd(), ".trigger", target);
mkdirSync(destination, { recursive: true });
const resolvedConfig = await loadConfig({ cwd: process.cwd(), warn: false });
const manifest = await buildWorker({
  target,
  environment: target === "dev" ? "dev" : "prod",
  destination,
  resolvedConfig,
  rewritePaths: false,
  envVars: {},
  forcedExternals: [],
  plain: true,
});
const { files, externals } = manifest;
console.log(`manifest ${JSON.stringify({ files, externals })}`);
process.exit();
