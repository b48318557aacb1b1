/** docs/api.md: made from the sources as they are, its examples run. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it, test } from "node:test";
import { promisify } from "node:util";

import { apiReference } from "../../../tools/api-reference.mjs";
import { makeProject } from "../support/sdk-project.mjs";
import { REFERENCE } from "../support/sdk.mjs";
import { apiExamples, makesClaims, textOf, withChecks } from "../support/snippets.mjs";
import { startStandIn } from "../support/mock-api/server.mjs";

/** These need an engine or a framework: tests/npm/run-once, tests/npm/transaction and tests/npm/http run them. */
const WITH_ENGINE = /\/(redis|postgres|sqlite|durable-object|upstash|d1|transaction|hono|express|fastify)$/;
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

test("the page is up to date", () => {
  const wanted = apiReference().split("\n");
  const found = textOf("docs/api.md").split("\n");
  const line = wanted.findIndex((text, index) => text !== found[index]);
  assert.ok(wanted.join("\n") === found.join("\n"), `line ${line + 1}: run \`node tools/api-reference.mjs --write\``);
});

test("each error's words begin with its code", () => {
  const page = textOf("docs/api.md");
  for (const file of ["errors", "run-once/errors"]) {
    const source = readFileSync(new URL(`../../../pkg-template/src/${file}.ts`, import.meta.url), "utf8");
    const classes = [...source.matchAll(/^export class (\w+) extends \w+Error \{$.*?"(ERR_\w+)"/gms)];
    assert.ok(classes.length > 5);
    for (const [, name, code] of classes) {
      assert.ok(page.includes(`### class ${name}\n\n\`${code}\`: `), name);
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

  for (const { code, entry, line } of examples) {
    it(`${entry}, line ${line}`, async () => {
      writeFileSync(join(project.folder, `${line}.mjs`), withChecks(code));
      const env = { ...process.env, TRIGGER_API_URL: api.url, TRIGGER_SECRET_KEY: "tr_dev", NODE_TEST_CONTEXT: undefined };
      await promisify(execFile)(process.execPath, ["--import", "./exports.mjs", `${line}.mjs`], { cwd: project.folder, env });
    });
  }

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
