/** Runtimes that are a program: it runs a script, whose last line of output is the report. */

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { Missing } from "./missing.mjs";

/** Enough for an interpreter on a busy machine. */
const MINUTES = 5;
const folders = ["node_modules", "bundlers/node_modules"].map((folder) => fileURLToPath(new URL(folder, import.meta.url)));

async function output(program, args, cwd) {
  const { stdout } = await promisify(execFile)(program, args, { cwd, timeout: MINUTES * 60_000 });
  return stdout.trim();
}

/** The first of these files of npm packages that is there: npm installs those of this platform. */
export function fromPackages(files, what) {
  const found = folders.flatMap((folder) => files.map((file) => join(folder, file))).find((file) => existsSync(file));
  if (found === undefined) throw new Missing(`${what} is not installed (tools/setup.sh tests/npm/runtimes tests/npm/runtimes/bundlers)`);
  return found;
}

/** What one of the functions below finds; undefined where it is not installed. */
export function ifInstalled(find) {
  try {
    return find();
  } catch (error) {
    if (error instanceof Missing) return undefined;
    throw error;
  }
}

export function findBun() {
  return fromPackages(
    ["linux-x64", "linux-aarch64", "darwin-aarch64"].map((platform) => `@oven/bun-${platform}/bin/bun`),
    "bun",
  );
}

export function findDeno() {
  return fromPackages(
    ["linux-x64-glibc", "linux-arm64-glibc", "darwin-arm64"].map((platform) => `@deno/${platform}/deno`),
    "deno",
  );
}

/** The version that a program answers with, such as `26.10.0`. */
export async function versionOf(program) {
  return /\d+(\.\d+)+\w*/.exec(await output(program, ["--version"]))[0];
}

/** Node of that major version, for tools that don't run on an older one. */
export function findNode(major) {
  return fromPackages(
    ["x64", "arm64"].map((cpu) => `node${major}-linux-${cpu}/bin/node`),
    `node ${major}`,
  );
}

/** Runs `script` of the stage. */
export async function runProgram({ folder }, program, args, script) {
  const lines = (await output(program, [...args, join(folder, script)], folder)).split("\n");
  return { version: await versionOf(program), report: JSON.parse(lines.at(-1)) };
}
