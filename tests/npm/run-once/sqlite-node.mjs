/** A Node that has `node:sqlite`, which Node 20 lacks; `better-sqlite3` 13 needs as much. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const [major, minor] = process.versions.node.split(".").map(Number);

/** Whether this process is one. From 22.13 on it needs no flag. */
export const hasSqlite = major > 22 || (major === 22 && minor >= 13);

/** The path of one: this process's own, RUN_ONCE_SQLITE_NODE, or that of tests/npm/runtimes. */
export function nodeWithSqlite() {
  if (hasSqlite) return process.execPath;
  const candidates = [
    process.env.RUN_ONCE_SQLITE_NODE,
    ...["x64", "arm64"].map((arch) => fileURLToPath(new URL(`../runtimes/node_modules/node26-linux-${arch}/bin/node`, import.meta.url))),
  ];
  const found = candidates.find((path) => path && existsSync(path));
  if (found === undefined) {
    throw new Error(
      "there is no Node with node:sqlite: run tools/setup.sh tests/npm/runtimes (it has one for Linux on x64 and arm64), or set RUN_ONCE_SQLITE_NODE to a Node 22.13 or later",
    );
  }
  return found;
}
