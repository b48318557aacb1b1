/**
 * The packed tarball, installed in a scratch folder as a user would install it. Run as a script it
 * prints that folder.
 *
 * The tarball is the one that IDEMPOTENCY_KEYS_TARBALL names, or else the one in `pkg/`.
 */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Its path. */
export function tarball() {
  const named = process.env.IDEMPOTENCY_KEYS_TARBALL;
  if (named) return resolve(named);
  const folder = join(root, "pkg");
  const [packed] = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(".tgz")) : [];
  if (packed === undefined) throw new Error("there is no tarball in pkg/: run `make pack` first");
  return join(folder, packed);
}

/** A folder with the package, and nothing else, in its node_modules. */
export function installedPackage() {
  const path = tarball();
  const digest = createHash("sha256").update(readFileSync(path)).digest("hex").slice(0, 16);
  const folder = join(root, ".tools/scratch", digest);
  if (!existsSync(folder)) {
    // Several test files come here at once: each installs into a folder of its own, the first one's is kept.
    const own = `${folder}.${process.pid}`;
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, "package.json"), '{ "name": "scratch", "private": true }\n');
    execFileSync("npm", ["install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", path], {
      cwd: own,
      stdio: ["ignore", process.stderr, process.stderr],
    });
    try {
      renameSync(own, folder);
    } catch (error) {
      rmSync(own, { recursive: true });
      if (!existsSync(folder)) throw error;
    }
  }
  return folder;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(installedPackage());
}
