/** docs/http.md: its programs run, and print what they say; its Worker compiles (tests/npm/newcomers runs it). */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";

import { blocksOf, filesOf, withChecks } from "../support/snippets.mjs";
import { folder } from "./package.mjs";

const page = readFileSync(fileURLToPath(new URL("../../../docs/http.md", import.meta.url)), "utf8");
const programs = [...page.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code);

test("the page has programs", () => assert.equal(programs.length, 3));

for (const [index, code] of programs.entries()) {
  test(`program ${index + 1}`, async () => {
    const file = join(folder, `http-page-${index}.mjs`);
    writeFileSync(file, withChecks(code));
    await promisify(execFile)(process.execPath, [file], { cwd: folder, env: { ...process.env, NODE_TEST_CONTEXT: undefined } });
  });
}

test("the Worker compiles under strict TypeScript, and every other block is run", async () => {
  const { files } = filesOf("docs/http.md");
  assert.deepEqual(Object.keys(files), ["worker.ts", "wrangler.jsonc"]);
  assert.equal(blocksOf("docs/http.md").filter(({ info }) => info !== "sh").length, programs.length + 2);
  const project = mkdtempSync(join(tmpdir(), "idempotency-keys-"));
  after(() => rmSync(project, { recursive: true, force: true }));
  const at = (path) => fileURLToPath(new URL(path, import.meta.url));
  const packages = {
    "idempotency-keys": join(folder, "node_modules/idempotency-keys"),
    "@cloudflare/workers-types": at("../run-once/node_modules/@cloudflare/workers-types"),
    hono: at("node_modules/hono"),
  };
  for (const [name, target] of Object.entries(packages)) {
    mkdirSync(dirname(join(project, "node_modules", name)), { recursive: true });
    symlinkSync(target, join(project, "node_modules", name));
  }
  writeFileSync(join(project, "package.json"), '{ "type": "module" }\n');
  writeFileSync(join(project, "worker.ts"), files["worker.ts"]);
  const options = [
    "--noEmit",
    "--strict",
    "--exactOptionalPropertyTypes",
    "--skipLibCheck",
    "--target",
    "es2022",
    "--lib",
    "es2022",
    "--types",
    "@cloudflare/workers-types",
  ];
  const tsc = at("../../../tools/node_modules/typescript/bin/tsc");
  await promisify(execFile)(process.execPath, [tsc, ...options, "--module", "esnext", "--moduleResolution", "bundler", "worker.ts"], { cwd: project });
});
