/** The http entries as a user has them: the packed tarball's, resolved by name. */
import { existsSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { installedPackage } from "../support/install-package.mjs";

/** The folder that has the package in its node_modules. */
export const folder = installedPackage();

const ENTRIES = {
  http: "http",
  hono: "hono",
  express: "express",
  fastify: "fastify",
  client: "fetch",
  runOnce: "run-once",
  redis: "run-once/redis",
  postgres: "run-once/postgres",
  keys: "",
};
const imports = join(folder, "http.mjs");
if (!existsSync(imports)) {
  const lines = Object.entries(ENTRIES).map(([name, entry]) => `export * as ${name} from "${["idempotency-keys", entry].filter(Boolean).join("/")}";`);
  // Many processes come here at once: none may read half a file.
  writeFileSync(`${imports}.${process.pid}`, `${lines.join("\n")}\n`);
  renameSync(`${imports}.${process.pid}`, imports);
}

export const { http, hono, express, fastify, client, runOnce, redis, postgres, keys } = await import(pathToFileURL(imports).href);
