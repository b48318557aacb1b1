/** Test runners: they load packages their own way. The test writes its report to a file. */

import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { prepare, program, tool, version } from "./stage.mjs";

async function runTests(folder, name, args) {
  const file = join(folder, "report.json");
  await promisify(execFile)(process.execPath, [program(name), ...args], { cwd: folder, env: { ...process.env, REPORT: file } });
  return { version: version(name), report: JSON.parse(readFileSync(file, "utf8")) };
}

/** Jest's default is CommonJS; its jsdom environment has no TextEncoder. */
export const runJest =
  (environment) =>
  async ({ installed }) => {
    const { transform } = await tool("esbuild");
    const folder = prepare(installed, `jest-${environment}`, "jest");
    const { code } = await transform(readFileSync(join(folder, "check.mjs"), "utf8"), { format: "cjs" });
    writeFileSync(join(folder, "check.cjs"), code);
    return runTests(folder, "jest", ["--rootDir", folder, "--env", environment]);
  };

export async function runVitest({ installed }) {
  return runTests(prepare(installed, "vitest"), "vitest", ["run", "--root", "."]);
}
