/** The examples of README and of the pages that need nothing but the package, run against the installed package. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import { installedPackage } from "../support/install-package.mjs";
import { blocksOf, makesClaims, textOf, withChecks } from "../support/snippets.mjs";
import { startWorker } from "../support/workerd.mjs";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const folder = installedPackage();
const readme = blocksOf("README.md");
const sha256 = (text) => createHash("sha256").update(text).digest("hex");

function run(code) {
  return execFileSync(process.execPath, ["--input-type=module", "-e", code], { cwd: folder, encoding: "utf8" });
}

function block(info) {
  const found = readme.filter((candidate) => candidate.info === info);
  assert.equal(found.length, 1, `README has one block of ${info}`);
  return found[0].code;
}

for (const page of ["README.md", "docs/payloads.md", "docs/tokens.md", "docs/wire-format.md", "docs/runtimes.md"]) {
  const examples = blocksOf(page).filter(({ info }) => info === "js");

  test(`${page} has examples, and they check their results`, () => {
    assert.ok(examples.length > 0);
    assert.ok(examples.some(({ code }) => makesClaims(code)));
  });

  for (const { code, line } of examples) {
    test(`${page}: the example in line ${line}`, () => {
      run(withChecks(code));
    });
  }
}

test("README has at most 900 words", () => {
  const words = textOf("README.md").split(/\s+/).filter(Boolean).length;
  assert.ok(words <= 900, `${words} words`);
});

test("README has no block that no test knows", () => {
  const infos = readme.map(({ info }) => info);
  assert.deepEqual(
    infos.filter((info) => !["js", "js send", "js worker", "sh", "rust"].includes(info)),
    [],
  );
});

test("the quick start sends its key", () => {
  const stub = `
    globalThis.fetch = async (url, init) => {
      const { method, headers } = new Request(url, init);
      console.log(method, headers.get("idempotency-key"));
      return Response.json({}, { status: 201 });
    };
  `;
  const code = block("js send");
  assert.ok(makesClaims(code));
  assert.equal(run(stub + withChecks(code)), `POST ${sha256("charge-order-42")}\n`);
});

test("the Worker of README charges once for a key", async () => {
  mkdirSync(join(folder, "readme"), { recursive: true });
  const script = join(folder, "readme/worker.js");
  writeFileSync(script, block("js worker"));
  const worker = await startWorker(script, folder);
  after(() => worker.dispose());
  const send = () => worker.fetch("/charges", { method: "POST", headers: { "idempotency-key": "order-42", "x-account": "acct_1" } });
  const first = await send();
  const second = await send();
  assert.deepEqual([first.status, await first.json()], [201, { charged: "order-42" }]);
  assert.deepEqual([second.status, await second.json()], [201, { charged: "order-42" }]);
  assert.deepEqual([first.headers.get("idempotent-replayed"), second.headers.get("idempotent-replayed")], [null, "true"]);
});

test("the Rust of README compiles and runs", () => {
  const crate = join(root, ".tools/scratch/readme-crate");
  mkdirSync(join(crate, "src"), { recursive: true });
  const manifest = `[package]\nname = "readme"\nversion = "0.0.0"\nedition = "2024"\n\n[dependencies]\nidempotency-keys = { path = ${JSON.stringify(root)} }\n\n[workspace]\n`;
  writeFileSync(join(crate, "Cargo.toml"), manifest);
  writeFileSync(join(crate, "Cargo.lock"), readFileSync(join(root, "Cargo.lock")));
  writeFileSync(join(crate, "src/main.rs"), `fn main() -> Result<(), idempotency_keys::Error> {\n${block("rust")}Ok(())\n}\n`);
  const env = { ...process.env, CARGO_TARGET_DIR: join(root, "target/readme") };
  execFileSync("cargo", ["run", "--quiet", "--offline"], { cwd: crate, env, stdio: ["ignore", "pipe", "inherit"] });
});

test("README's figures are those of docs/bench.json", () => {
  const [, table] = /<!-- figures -->\n(.*?)<!-- \/figures -->/s.exec(textOf("README.md"));
  const reports = Object.values(JSON.parse(textOf("docs/bench.json")));
  const time = (ns) => (ns < 1000 ? `${ns.toFixed(0)} ns` : `${(ns / 1000).toFixed(ns < 10_000 ? 1 : 0)} µs`);
  const row = (group, name) => reports.map(({ results }) => time(results[group][name].median));
  const wanted = [
    row("one key", "createSync (ours)"),
    row("2,560 keys", "createMany (ours)"),
    row("one key", "await create (ours)"),
    row("one key", "SDK 4.8.3"),
    row("one key", "crypto.hash"),
  ];
  const cells = table
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .slice(1);
  assert.deepEqual(
    cells.map((line) =>
      line
        .split("|")
        .slice(2, 4)
        .map((cell) => cell.trim()),
    ),
    wanted,
  );
});
