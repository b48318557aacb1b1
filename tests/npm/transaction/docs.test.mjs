/** Every block of docs/transactions.md is run as it stands. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { startPostgres } from "../run-once/services.mjs";
import { nodeWithSqlite } from "../run-once/sqlite-node.mjs";
import { installedPackage } from "../support/install-package.mjs";

const page = readFileSync(new URL("../../../docs/transactions.md", import.meta.url), "utf8");
const blocks = [...page.matchAll(/<!-- file: (\S+) -->\n```js\n([\s\S]*?)```/g)].map(([, name, text]) => ({ name, text }));
const folder = mkdtempSync(join(tmpdir(), "idempotency-keys-"));
mkdirSync(join(folder, "node_modules"));
symlinkSync(join(installedPackage(), "node_modules/idempotency-keys"), join(folder, "node_modules/idempotency-keys"));
symlinkSync(join(import.meta.dirname, "node_modules/pg"), join(folder, "node_modules/pg"));
const service = await startPostgres();
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await service.stop();
});

test("there is no block of code without a name", () => {
  assert.equal(page.match(/^```\w+$/gm).length, blocks.length);
  assert.equal(blocks.length, 2);
});

for (const { name, text } of blocks) {
  test(name, () => {
    writeFileSync(join(folder, name), text);
    const node = name === "sqlite.mjs" ? nodeWithSqlite() : process.execPath;
    const env = { ...process.env, DATABASE_URL: service.url, DATABASE_FILE: join(folder, "orders.db") };
    const { stdout, stderr, status } = spawnSync(node, [name], { cwd: folder, env, encoding: "utf8" });
    assert.equal(status, 0, stderr);
    assert.equal(stdout.trim(), /\/\/ (.*)\nawait pool|\/\/ (.*)\ndatabase\.close/.exec(text).slice(1).find(Boolean));
  });
}
