/** When a runtime passes, fails or is skipped: above all one that isn't there. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { installedPackage } from "../support/install-package.mjs";
import { outcomeOf } from "./outcome.mjs";
import { fromPackages } from "./process.mjs";
import { row, SIMD } from "./row.mjs";

const absent = (options) => row("Nowhere", "`import`", SIMD, () => fromPackages(["nowhere/bin/nowhere"], "nowhere"), options);
const outcome = (runtime, inCI) => outcomeOf(runtime, {}, { inCI });

test("a runtime that isn't there is skipped by name, and in CI a required one fails", async () => {
  const line = "nowhere is not installed (tools/setup.sh tests/npm/runtimes tests/npm/runtimes/bundlers)";
  assert.deepEqual(await outcome(absent({ required: true }), false), { outcome: "skipped", line });
  assert.deepEqual(await outcome(absent({ required: true }), true), { outcome: "failed", line });
  assert.deepEqual(await outcome(absent({ required: false }), true), { outcome: "skipped", line });
});

test("a runtime passes only with checks, all of them, and by the engine that it should have", async () => {
  const ran = (changes) => {
    const report = { engine: SIMD, passed: 5, failed: 0, failures: [], skipped: 1, ...changes };
    return outcome(
      row("Here", "`import`", SIMD, () => ({ version: "1.0", report })),
      false,
    );
  };
  const counts = "5 checks passed, 0 failed, 1 skipped, engine wasm-simd";
  assert.deepEqual(await ran({}), { outcome: "passed", version: "1.0", line: counts });

  const failures = [{ id: "token/a run key", expected: "1", actual: "2" }];
  const failed = await ran({ failed: 1, failures });
  assert.equal(failed.outcome, "failed");
  assert.match(failed.line, /1 failed.*\n +token\/a run key: expected 1, got 2$/);

  const fallback = await ran({ engine: "js" });
  assert.equal(fallback.outcome, "failed");
  assert.match(fallback.line, /engine "js" answered, expected "wasm-simd"/);

  const silent = await ran({ passed: 0 });
  assert.equal(silent.outcome, "failed");
  assert.match(silent.line, /no check ran/);
});

test("a runtime that breaks down fails, in CI or not", async () => {
  const broken = row("Here", "`import`", SIMD, () => Promise.reject(new Error("no report within 90 s")));
  for (const inCI of [true, false]) {
    const { outcome: what, line } = await outcome(broken, inCI);
    assert.equal(what, "failed");
    assert.match(line, /no report within 90 s/);
  }
});

/** The command on a machine without browsers: all of them are looked for in PATH. */
function withoutBrowsers(CI) {
  // npm, which installs the package, is looked for in PATH, too.
  installedPackage();
  const script = fileURLToPath(new URL("runtimes.mjs", import.meta.url));
  return spawnSync(process.execPath, [script, "--only=Chromium, worker"], { encoding: "utf8", env: { ...process.env, PATH: "", CI } });
}

test("the command says which runtime is missing, and fails for it in CI", () => {
  const inCI = withoutBrowsers("true");
  assert.match(inCI.stdout, /^failed: Chromium, worker, [\d.]+ s: chromium is not installed \(apt-get install chromium\)\n0 passed, 1 failed, 0 skipped\n$/);
  assert.equal(inCI.status, 1);

  const elsewhere = withoutBrowsers("");
  assert.match(
    elsewhere.stdout,
    /^skipped: Chromium, worker, [\d.]+ s: chromium is not installed \(apt-get install chromium\)\n0 passed, 0 failed, 1 skipped\n$/,
  );
});
