/** docs/api: made from the sources as they are, nothing without words, its examples run. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { makeProject } from "../support/sdk-project.mjs";
import { REFERENCE } from "../support/sdk.mjs";
import { API_PAGES, apiExamples, makesClaims, textOf, withChecks } from "../support/snippets.mjs";
import { startStandIn } from "../support/mock-api/server.mjs";

/** These need an engine, a framework or a build: tests/npm/run-once runs those of its stores; transaction, http and sdk run the like of the others. */
const WITH_ENGINE = /\/(redis|postgres|sqlite|durable-object|upstash|d1|transaction|hono|express|fastify|trigger-extension)$/;
const examples = apiExamples().filter(({ entry }) => !WITH_ENGINE.test(entry));

/** An example imports what is new in it, and finds the package's exports by name. */
const EXPORTS = `
  import * as main from "idempotency-keys";
  import * as triggerSdk from "idempotency-keys/trigger-sdk";
  import * as runOnce from "idempotency-keys/run-once";
  import * as http from "idempotency-keys/http";
  import * as client from "idempotency-keys/fetch";
  Object.assign(globalThis, main, triggerSdk, runOnce, http, client);
`;

const root = fileURLToPath(new URL("../../..", import.meta.url));
const run = promisify(execFile);

/** A folder that is empty now, and gone after the tests. */
function scratch() {
  mkdirSync(join(root, ".tools/scratch"), { recursive: true });
  const folder = mkdtempSync(join(root, ".tools/scratch/api-"));
  after(() => rmSync(folder, { recursive: true }));
  return folder;
}

const typedoc = (...args) => run(process.execPath, ["tools/node_modules/typedoc/bin/typedoc", ...args], { cwd: root });
const pagesIn = (folder) =>
  readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(".md"))
    .sort();

test("the pages are up to date", async () => {
  const wanted = scratch();
  await typedoc("--options", "tools/typedoc.config.mjs", "--out", wanted);
  const found = join(root, "docs/api");
  assert.deepEqual(pagesIn(found), pagesIn(wanted), "run `make api`");
  for (const page of pagesIn(wanted)) {
    assert.ok(readFileSync(join(found, page), "utf8") === readFileSync(join(wanted, page), "utf8"), `${page}: run \`make api\``);
  }
});

/** In which words are missing, and what must be said of it. */
const GAPS = `/** The entry. @module */
export function undocumented(): void {}
/** @param named Has words. */
export function silent(named: string): void {}
/**
 * Has words.
 *
 * @param named Has words.
 */
export function documented(named: string, forgotten: string): void {}
/** Has words. */
export interface Options {
  /** Has words. */
  told: string;
  untold: string;
}
/** Has words: its shape says the rest. */
export interface Shape { read(name: string): string; size: number; }
/** Has words. See {@link nowhere}. */
export class Thing { method(): void {} }
`;

test("what has no words, and a link that leads nowhere, end it with an error", async () => {
  const folder = scratch();
  writeFileSync(join(folder, "package.json"), '{ "name": "idempotency-keys" }');
  writeFileSync(join(folder, "tsconfig.json"), '{ "compilerOptions": { "lib": ["es2022"], "types": [] }, "files": ["index.ts"] }');
  writeFileSync(join(folder, "index.ts"), GAPS);
  const [options, tsconfig, entry, out] = ["typedoc.config.mjs", "tsconfig.json", "index.ts", "out"].map((name) => join(folder, name));
  const changed = JSON.stringify({ tsconfig, entryPoints: [entry], out });
  writeFileSync(
    options,
    `import config from "${new URL("../../../tools/typedoc.config.mjs", import.meta.url)}";\nexport default { ...config, ...${changed} };`,
  );
  const { code, stdout, stderr } = await typedoc("--options", options).then(
    () => assert.fail("it passed"),
    (error) => error,
  );
  assert.ok(code > 0, `${code}`);
  const missing = [...(stdout + stderr).matchAll(/ (\S+) \(\w+\), defined in .* does not have any documentation/g)].map(([, name]) => name);
  assert.deepEqual(missing.sort(), ["Options.untold", "Thing.method", "documented.forgotten", "silent", "undocumented"]);
  assert.match(stdout + stderr, /Failed to resolve link to "nowhere"/);
});

test("there is a page for each entry that package.json names", () => {
  const { exports } = JSON.parse(readFileSync(join(root, "pkg-template/package.json"), "utf8"));
  const files = new Map();
  for (const [subpath, { default: file }] of Object.entries(exports)) {
    if (file !== undefined) files.set(file, [...(files.get(file) ?? []), `idempotency-keys${subpath.slice(1)}`]);
  }
  assert.ok(files.size > 15);
  for (const names of files.values())
    assert.ok(
      names.some((name) => API_PAGES.includes(`docs/api/${name}.md`)),
      names.join(),
    );
});

test("each error's words begin with its code", () => {
  const pages = API_PAGES.map(textOf).join("\n");
  for (const file of ["errors", "run-once/errors"]) {
    const source = readFileSync(new URL(`../../../pkg-template/src/${file}.ts`, import.meta.url), "utf8");
    const classes = [...source.matchAll(/^export class (\w+) extends \w+Error \{$.*?"(ERR_\w+)"/gms)];
    assert.ok(classes.length > 5);
    for (const [, name, code] of classes) {
      assert.ok(pages.includes(`\n### ${name}\n\n\`${code}\`: `), name);
    }
  }
});

describe("the examples", () => {
  let api;
  let project;
  before(async () => {
    api = await startStandIn({ intercept: ({ path }) => (path.endsWith("/reset") ? { status: 200, body: { id: "run_1" } } : undefined) });
    project = makeProject(REFERENCE, { "exports.mjs": EXPORTS });
  });
  after(async () => {
    project.dispose();
    await api.close();
  });

  examples.forEach(({ code, page, line }, index) => {
    it(`${page}, line ${line}`, async () => {
      writeFileSync(join(project.folder, `${index}.mjs`), withChecks(code));
      const env = { ...process.env, TRIGGER_API_URL: api.url, TRIGGER_SECRET_KEY: "tr_dev", NODE_TEST_CONTEXT: undefined };
      await run(process.execPath, ["--import", "./exports.mjs", `${index}.mjs`], { cwd: project.folder, env });
    });
  });

  it("send what they say", () => {
    const sent = api.requests.map(({ path, body }) => [path.split("/").at(-1), body.options?.idempotencyKeyOptions ?? body.taskIdentifier]);
    assert.deepEqual(sent, [
      ["reset", "send-email"],
      ["reset", "send-email"],
      ["trigger", { key: "welcome", scope: "global" }],
    ]);
  });

  it("check their results", () => {
    assert.ok(examples.length > 20, `${examples.length}`);
    assert.ok(examples.filter(({ code }) => makesClaims(code)).length > 15);
  });
});
