/**
 * What is committed and published tells nothing of the machine that it was made on, and is held to checksums.
 * `make audit` and `make reproducible` look further.
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { installedPackage } from "../support/install-package.mjs";

const root = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");
const read = (file) => readFileSync(join(root, file), "latin1");
const output = (command, ...args) => execFileSync(command, args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();

const CRATES_IO = "registry+https://github.com/rust-lang/crates.io-index";
const OUR_CRATES = ["idempotency-keys", "idempotency-keys-fuzz"];
const REGISTRY_HOST = /\b(?:registry|index|static|mirror)\.[\w-]+(?:\.[\w-]+)*\.?(?:io|org|com|net|dev|local)\b/;
const HOME = /(?:^|[^\w.])(?:\/(?:home|Users)\/[\w.-]+|\/root|[A-Z]:\\+Users\\+[\w.-]+)[\\/]/;

const { host } = new URL(output("npm", "config", "get", "registry"));
const here = [host, root, process.env.CARGO_HOME, homedir()].filter((name) => name !== undefined && name.length > 1);

/** What of this machine a text gives away. */
function leaks(text) {
  const patterns = [REGISTRY_HOST, HOME].map((pattern) => pattern.exec(text)?.[0]);
  return [...patterns, ...here.filter((name) => text.includes(`${name}/`) || text.includes(`"${name}"`))].filter((found) => found !== undefined);
}

/** Packages in a lock file that no checksum holds, or that come from elsewhere than the registry. */
function unheld(name, text) {
  if (name.endsWith("Cargo.lock")) {
    return text
      .split("\n[[package]]\n")
      .slice(1)
      .filter((entry) => !OUR_CRATES.includes(/^name = "(.+)"/.exec(entry)[1]))
      .filter((entry) => !entry.includes(`\nsource = "${CRATES_IO}"\n`) || !/^checksum = "[0-9a-f]{64}"$/m.test(entry))
      .map((entry) => entry.split("\n")[0]);
  }
  return Object.entries(JSON.parse(text).packages)
    .filter(([path, { integrity, inBundle, resolved }]) => path !== "" && ((!inBundle && !/^sha512-/.test(integrity)) || resolved !== undefined))
    .map(([path]) => path);
}

/** A file, and the wasm modules in it as base64, in which nothing can be read. */
function layers(text) {
  const modules = text.matchAll(/"(AGFzb[A-Za-z0-9+/]{1000,}=*)"/g);
  return [text, ...Array.from(modules, ([, base64]) => Buffer.from(base64, "base64").toString("latin1"))];
}

const locks = output("git", "ls-files")
  .split("\n")
  .filter((file) => /(^|\/)(Cargo\.lock|package-lock\.json)$/.test(file));

test("every package that a lock file names is held to a checksum, and comes from the registry", () => {
  assert.ok(locks.length >= 8, locks.join());
  for (const lock of locks) {
    assert.deepEqual(unheld(lock, read(lock)), [], lock);
  }
});

test("each npm folder that is installed from has a lock file", () => {
  const wanted = read("tests/run.sh")
    .match(/tools\/setup\.sh (.+)/)[1]
    .split(" ")
    .filter((folder) => existsSync(join(root, folder)));
  assert.ok(wanted.length > 1);
  assert.deepEqual(
    wanted.filter((folder) => !locks.includes(`${folder}/package-lock.json`)),
    [],
  );
});

test("no lock file holds a registry's host or a path of the machine that made it", () => {
  for (const lock of locks) {
    assert.deepEqual(leaks(read(lock)), [], lock);
  }
});

test("no file of the package holds a registry's host or a path of the machine that built it", () => {
  const folder = join(installedPackage(), "node_modules/idempotency-keys");
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  let modules = 0;
  for (const entry of files) {
    const file = join(entry.parentPath, entry.name);
    const [text, ...inside] = layers(readFileSync(file, "latin1"));
    modules += inside.length;
    for (const layer of [text, ...inside]) {
      assert.deepEqual(leaks(layer), [], relative(folder, file));
    }
  }
  assert.equal(modules, 6, "both wasm modules are in the ESM build, the CommonJS build and page.js");
});

test("what would give a machine away is found", () => {
  for (const [found, text] of [
    [true, `"resolved": "https://${host}/sha2/-/sha2-0.11.1.tgz"`],
    [true, "crates/registry/src/index.crates.io-1949cf8c6b5b557f/sha2-0.11.1/src/lib.rs"],
    [true, `${root}/src/key.rs`],
    [true, `${homedir()}/.cargo/config.toml`],
    [true, "at /home/someone/src/key.rs"],
    [true, "C:\\Users\\someone\\key.rs"],
    [false, "src/key.rs crates/sha2-0.11.1/src/lib.rs /rustc/5980/library/core/src/str.rs"],
    [false, "const registry = sdkRegistry(); https://example.com/home/page"],
  ]) {
    assert.equal(leaks(text).length > 0, found, text);
    const hidden = `"${Buffer.from(`\0asm ${text.padEnd(2_000)}`, "latin1").toString("base64")}"`;
    assert.equal(
      layers(hidden).some((layer) => leaks(layer).length > 0),
      found,
      text,
    );
  }
  const lock = read("Cargo.lock");
  assert.equal(unheld("Cargo.lock", lock.replace(/\nchecksum = .+/, "")).length, 1);
  assert.equal(unheld("Cargo.lock", lock.replace(CRATES_IO, "registry+https://example.com/index")).length, 1);
  const npm = JSON.parse(read("tools/package-lock.json"));
  const [first, second] = Object.values(npm.packages).slice(1);
  delete first.integrity;
  second.resolved = `https://${host}/x.tgz`;
  assert.equal(unheld("package-lock.json", JSON.stringify(npm)).length, 2);
});
