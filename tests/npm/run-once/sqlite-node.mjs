/** A Node that has `node:sqlite`, which Node 20 lacks; `better-sqlite3` 13 needs as much. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { test } from "node:test";
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

/** A test that runs the tests of a file in such a Node, of which there have to be so many: none may be lost on the way. */
export function runWithSqlite(name, url, expected) {
  test(name, (t) => {
    const node = nodeWithSqlite();
    const { status, stdout, stderr } = spawnSync(node, ["--test", "--test-reporter=tap", fileURLToPath(url)], {
      encoding: "utf8",
      env: { ...process.env, NODE_TEST_CONTEXT: undefined },
      maxBuffer: 1e8,
    });
    for (const [, diagnostic] of stdout.matchAll(/^ +# (.*: \d+ keys, .*)$/gm)) t.diagnostic(diagnostic);
    assert.equal(status, 0, `${stdout}\n${stderr}`);
    const count = (name) => Number(new RegExp(`^# ${name} (\\d+)$`, "m").exec(stdout)?.[1]);
    t.diagnostic(`${count("pass")} tests passed in ${spawnSync(node, ["--version"], { encoding: "utf8" }).stdout.trim()}`);
    assert.deepEqual([count("tests"), count("pass"), count("skipped")], [expected, expected, 0], stdout);
  });
}
