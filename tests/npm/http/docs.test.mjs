/** docs/http.md: its programs run, and print what they say. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";

import { withChecks } from "../support/snippets.mjs";
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
