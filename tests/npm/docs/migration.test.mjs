/**
 * docs/migration.md: what stands before and after a change prints the same and sends the same
 * requests; all other blocks are as they claim to be.
 */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { promisify } from "node:util";

import { makeProject } from "../support/sdk-project.mjs";
import { REFERENCE } from "../support/sdk.mjs";
import { blocksOf, withChecks } from "../support/snippets.mjs";
import { startStandIn } from "../support/mock-api/server.mjs";

const blocks = blocksOf("docs/migration.md");
const UUID = /^"[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"\n$/;

/** A reset finds its key, whoever made it. */
const knowsEveryKey = ({ path }) => (path.endsWith("/reset") ? { status: 200, body: { id: "run_1" } } : undefined);

describe("docs/migration.md", () => {
  let project;
  let api;
  before(() => {
    project = makeProject(REFERENCE, {});
  });
  beforeEach(async () => {
    api = await startStandIn({ intercept: knowsEveryKey });
  });
  afterEach(() => api.close());
  after(() => project.dispose());

  /** What a module prints, and what it sends. */
  async function play(code) {
    writeFileSync(join(project.folder, "block.mjs"), code);
    const env = { ...process.env, TRIGGER_API_URL: api.url, TRIGGER_SECRET_KEY: "tr_dev" };
    const begun = api.requests.length;
    const { stdout } = await promisify(execFile)(process.execPath, ["block.mjs"], { cwd: project.folder, env });
    const sent = api.requests.slice(begun).map(({ method, path, body }) => ({ method, path, body }));
    return { printed: stdout, sent };
  }

  blocks.forEach(({ info, code, line }, index) => {
    if (info === "js") {
      it(`the block in line ${line} is as it claims`, async () => {
        await play(withChecks(code));
      });
    } else if (info.endsWith("before")) {
      it(`line ${line}: the same before and after`, async () => {
        const next = blocks[index + 1];
        assert.equal(next.info, info.replace("before", "after"));
        const old = await play(code);
        const now = await play(next.code);
        if (info.includes("uuid")) {
          assert.match(old.printed, UUID);
          assert.match(now.printed, UUID);
        } else {
          assert.deepEqual(now, old);
        }
        assert.ok(old.printed !== "" || old.sent.length > 0);
      });
    }
  });

  it("has no block that isn't run here", () => {
    const after = blocks.filter(({ info }, index) => info.endsWith("after") && blocks[index - 1].info.endsWith("before"));
    const run = blocks.filter(({ info }) => info === "js" || info.endsWith("before"));
    assert.equal(run.length + after.length, blocks.length);
    assert.ok(after.length > 5);
  });
});
