/** The tarball in an empty project, by every package manager: each entry loads, as an ES module and as CommonJS, and makes the right key. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { findBun, findDeno, findNode, ifInstalled } from "../runtimes/process.mjs";
import { tarball } from "../support/install-package.mjs";

const run = promisify(execFile);
const packages = fileURLToPath(new URL("node_modules", import.meta.url));
const pnpm = join(packages, "pnpm/bin/pnpm.cjs");
const yarn = join(packages, "@yarnpkg/cli-dist/bin/yarn.js");
const node = (major) => ifInstalled(() => findNode(major));
const [bun, deno] = [ifInstalled(findBun), ifInstalled(findDeno)];

const { exports } = JSON.parse(readFileSync(new URL("../../../pkg-template/package.json", import.meta.url), "utf8"));
const ENTRIES = Object.keys(exports)
  .filter((subpath) => subpath !== "./package.json")
  .map((subpath) => `idempotency-keys${subpath.slice(1)}`);

/** Loads every entry both ways, and prints how many it found, and the hashes of keys made by each that makes keys. */
const APP = `
  import { createRequire } from "node:module";
  const require = createRequire(import.meta.url);
  const entries = ${JSON.stringify(ENTRIES)};
  const hashes = [];
  let loaded = 0;
  for (const entry of entries) {
    for (const module of [await import(entry), require(entry)]) {
      if (Object.keys(module).length > 0 || entry.endsWith("/register")) loaded++;
      if (module.idempotencyKeys?.createSync) hashes.push(module.idempotencyKeys.createSync("send-email", { scope: "global" }).hash);
    }
  }
  console.log(JSON.stringify({ loaded, hashes }));
`;

const npm = ["npm", "install", "--no-audit", "--no-fund"];
const byNode = (program) => ({ program, install: npm, start: [program, "app.mjs"] });
const byYarn = (linker) => ({ linker, install: [process.execPath, yarn, "install"], start: [process.execPath, yarn, "node", "app.mjs"] });
const MANAGERS = {
  "npm, this Node": byNode(process.execPath),
  "npm, Node 22": byNode(node(22)),
  "npm, Node 24": byNode(node(24)),
  "npm, Node 26": byNode(node(26)),
  pnpm: { install: [process.execPath, pnpm, "install"], start: [process.execPath, "app.mjs"] },
  "Yarn, Plug'n'Play": byYarn("pnp"),
  "Yarn, node_modules": byYarn("node-modules"),
  Bun: { program: bun, install: [bun, "install"], start: [bun, "app.mjs"] },
  // `deno install` unpacks a tarball, but `deno run` doesn't find it there.
  "Deno, installed by npm": { program: deno, install: npm, start: [deno, "run", "--allow-all", "app.mjs"] },
};

for (const [name, { program, linker = "pnp", install, start }] of Object.entries(MANAGERS)) {
  const isMissing = "program" in MANAGERS[name] && program === undefined;
  test(name, { skip: isMissing && "npm has no build for this platform", timeout: 120_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "idempotency-keys-"));
    try {
      copyFileSync(tarball(), join(folder, "idempotency-keys.tgz"));
      writeFileSync(join(folder, "package.json"), '{ "private": true, "dependencies": { "idempotency-keys": "file:./idempotency-keys.tgz" } }\n');
      writeFileSync(join(folder, "app.mjs"), APP);
      writeFileSync(join(folder, ".yarnrc.yml"), `nodeLinker: ${linker}\nenableTelemetry: false\nenableGlobalCache: false\n`);
      writeFileSync(join(folder, "yarn.lock"), "");
      // npm itself runs in the Node that comes first.
      const path = [dirname(program ?? process.execPath), process.env.PATH].join(delimiter);
      const env = { ...process.env, PATH: path, DENO_NO_UPDATE_CHECK: "1" };
      const options = { cwd: folder, env };
      await run(install[0], install.slice(1), options);
      if (name === "Yarn, Plug'n'Play") assert.ok(existsSync(join(folder, ".pnp.cjs")) && !existsSync(join(folder, "node_modules")));
      const { stdout } = await run(start[0], start.slice(1), options);
      const { loaded, hashes } = JSON.parse(stdout);
      assert.equal(loaded, ENTRIES.length * 2);
      const expected = createHash("sha256").update("send-email").digest("hex");
      // The main entry and /js at least, both ways.
      assert.ok(hashes.length >= 4);
      assert.ok(
        hashes.every((hash) => hash === expected),
        hashes.join(),
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}
