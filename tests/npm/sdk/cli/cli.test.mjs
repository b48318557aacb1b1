/**
 * The build extension in the hands of the real CLI: its bundler builds a project of two tasks, and what
 * is built triggers against the mock API. `make test-all` runs this; it needs this folder's packages.
 */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync } from "node:fs";
import { afterEach, beforeEach, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { startStandIn } from "../../support/mock-api/server.mjs";
import { makeProject } from "../../support/sdk-project.mjs";

const run = promisify(execFile);
const inFolder = (name) => fileURLToPath(new URL(name, import.meta.url));
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const FAN_OUT = 6_235;

describe("idempotencyKeysExtension in the CLI's own bundler", () => {
  let api, project;
  beforeEach(async () => {
    api = await startStandIn();
  });
  afterEach(async () => {
    project.dispose();
    await api.close();
  });

  /** Builds the project. */
  async function build(version, target, settings = {}) {
    project = makeProject(version, {});
    cpSync(inFolder("project"), project.folder, { recursive: true });
    const cli = inFolder(`node_modules/cli-${version}`);
    const { stdout } = await run(process.execPath, [inFolder("build.mjs"), cli, target], {
      cwd: project.folder,
      env: { ...process.env, ...settings },
    });
    const [, manifest] = /^manifest (.*)$/m.exec(stdout);
    return JSON.parse(manifest);
  }

  /** Runs the parent task, and returns how many options arrived, and the options of the last trigger. */
  async function runParent({ files: [{ out }] }, settings = {}) {
    const { stdout } = await run(process.execPath, [inFolder("run-task.mjs"), out, `${FAN_OUT}`], {
      cwd: project.folder,
      env: { ...process.env, TRIGGER_API_URL: api.url, TRIGGER_SECRET_KEY: "tr_dev", ...settings },
    });
    assert.equal(stdout, "string\n", "what the SDK's create returns");
    const lines = api.requests.flatMap((request) => request.lines ?? []);
    assert.equal(lines.length, FAN_OUT);
    const { idempotencyKey, idempotencyKeyOptions } = api.requests.at(-1).body.options;
    return {
      received: lines.filter(({ index, options }) => options.idempotencyKeyOptions?.key === `item-${index}`).length,
      last: { idempotencyKey, idempotencyKeyOptions },
    };
  }

  const ALL = {
    received: FAN_OUT,
    last: { idempotencyKey: sha256("summary"), idempotencyKeyOptions: { key: "summary", scope: "global" } },
  };

  for (const version of ["4.4.6", "4.8.3"]) {
    for (const target of ["dev", "deploy"]) {
      it(`${version}, ${target}: all options arrive, and a key is taken as it is`, async () => {
        const manifest = await build(version, target);
        assert.deepEqual(manifest.externals, []);
        assert.deepEqual(await runParent(manifest), ALL);
      });
    }
  }

  it("4.4.6 without the extension: 1,000 options arrive, and the key's hash is hashed", async () => {
    const { received, last } = await runParent(await build("4.4.6", "deploy", { PLAIN: "1" }));
    assert.equal(received, 1_000);
    assert.equal(last.idempotencyKey, sha256(`${sha256("summary")}-run_parent`));
  });

  it("4.8.3 with build.external: the CLI bundles the SDK all the same, and all options arrive", async () => {
    const manifest = await build("4.8.3", "deploy", { EXTERNAL: "@trigger.dev/sdk @trigger.dev/core idempotency-keys" });
    assert.ok(!manifest.externals.some(({ name }) => name.startsWith("@trigger.dev/")), JSON.stringify(manifest.externals));
    assert.deepEqual(await runParent(manifest), ALL);
  });
});
