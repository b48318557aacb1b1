/** docs/command-line.md: its commands, run as they stand, but for the one that sends a request. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { installedPackage } from "../support/install-package.mjs";
import { blocksOf } from "../support/snippets.mjs";

const bin = join(installedPackage(), "node_modules/.bin/idempotency-keys");
const folder = mkdtempSync(join(tmpdir(), "idempotency-keys-"));
after(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, "order.json"), '{"total":990,"id":42}');

const sha256 = (text) => createHash("sha256").update(text).digest("hex");
/** What each command's output has to hold. */
const PRINTS = {
  create: new RegExp(`${sha256("send-email-run_abc123")}[^]*\\bmaterial +send-email-run_abc123\\n[^]*\\btoken +\\S+\\n`),
  payload: new RegExp(sha256('{"id":42,"total":990}')),
  ttl: /5400000|5,400,000/,
  inspect: new RegExp(`${sha256("order-42")}[^]*\\bkey +order-42\\n`),
  random: /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\n$/,
};
const commands = blocksOf("docs/command-line.md")
  .filter(({ info }) => info === "sh")
  .flatMap(({ code }) => code.trim().split("\n"))
  .map((line) => /^npx idempotency-keys (\S+.*?) *(#.*)?$/.exec(line)[1].split(" "));

test("the page has one command of each kind", () => {
  assert.deepEqual(
    commands.map(([name]) => name),
    Object.keys(PRINTS),
  );
});

for (const args of commands) {
  test(args.join(" "), () => {
    assert.match(execFileSync(bin, args, { cwd: folder, encoding: "utf8" }), PRINTS[args[0]]);
  });
}
