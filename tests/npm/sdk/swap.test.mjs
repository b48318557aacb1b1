/**
 * The module of this package in place of the SDK's own, in the published SDKs, by every way of docs/sdk.md, each in a process of
 * its own: what arrives at the server is what the untouched reference sends.
 */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { decode } from "../conformance/decode.mjs";
import { documentedFiles, makeProject } from "../support/sdk-project.mjs";
import { RECORDED, REFERENCE } from "../support/sdk.mjs";
import { startStandIn } from "../support/mock-api/server.mjs";
import { requestsOf, sumsOf } from "./wire.mjs";
import { cases, expectation } from "../support/vectors.mjs";

const run = promisify(execFile);
const player = fileURLToPath(new URL("./replay.mjs", import.meta.url));
const vectors = cases(JSON.parse(readFileSync(new URL("../../vectors/trigger.json", import.meta.url), "utf8")));
const documented = documentedFiles();

const FAN_OUT = {
  id: "fan-out",
  input: { ctx: { runId: "run_abc123", attempt: 1 }, api: "tasks.batchTrigger", itemCount: 6_235, options: {} },
  expect: { itemsSent: 6_235, withKey: 6_235, withOptions: 6_235, firstWithOptions: 0 },
  at: { "4.3.3": { itemsSent: 6_235, withKey: 6_235, withOptions: 1_000, firstWithOptions: 5_235 }, "4.4.6": { itemsSent: 6_235, withKey: 6_235, withOptions: 1_000, firstWithOptions: 5_235 } },
};
const played = [...vectors, FAN_OUT];

/** A list with an undefined part, which the SDK hashes as if it were empty: refused here. */
const REFUSED = [
  "trigger/tasks.trigger/array-undefined/none",
  "trigger/tasks.triggerAndWait/array-undefined/ctx",
  "trigger/task.triggerAndWait/array-undefined/ctx",
  "trigger/tasks.triggerAndSubscribe/array-undefined/ctx",
];
const REFUSAL = {
  requests: [],
  error: {
    name: "InvalidKeyError",
    message:
      "part 1 of the key is undefined, expected a string, a number, a bigint, a boolean or an IdempotencyKey: convert it to a string that tells it from every other value",
  },
};

const PLAY = `
  const { readFileSync, writeFileSync } = process.getBuiltinModule("node:fs");
  const cases = JSON.parse(readFileSync("cases.json", "utf8"));
  const ends = await play(sdk, cases, { swapped: SWAPPED, baseURL: process.env.TRIGGER_API_URL });
  writeFileSync("ends.json", JSON.stringify(ends));
`;
const ESM = `
  import * as sdk from "@trigger.dev/sdk";
  import { play } from ${JSON.stringify(player)};
`;
const CJS = `
  const sdk = require("@trigger.dev/sdk");
`;
/** What an SDK's author would do: the core's module of docs/sdk.md, in place of its own. */
const AUTHOR = {
  "author.mjs": `
    import { register } from "node:module";
    register("./author-hooks.mjs", import.meta.url, { data: import.meta.resolve("idempotency-keys/trigger-sdk") });
  `,
  "author-hooks.mjs": `
    import { readFile } from "node:fs/promises";
    let entry;
    export function initialize(url) {
      entry = url;
    }
    export async function resolve(specifier, context, next) {
      return specifier === "idempotency-keys/trigger-sdk" ? { url: entry, shortCircuit: true } : next(specifier, context);
    }
    export async function load(url, context, next) {
      if (!url.endsWith("/core/dist/esm/v3/idempotencyKeys.js")) return next(url, context);
      return { format: "module", source: await readFile(new URL("./idempotencyKeys.js", import.meta.url), "utf8"), shortCircuit: true };
    }
  `,
};

/** The ways to swap, and none. `swapped`: the SDK's keys are objects. */
const WAYS = {
  "no swap, ES modules": { files: { "main.mjs": ESM + PLAY }, commands: [["main.mjs"]] },
  "an author's module": {
    swapped: true,
    files: { ...AUTHOR, "main.mjs": ESM + PLAY },
    commands: [["--import", "./author.mjs", "main.mjs"]],
  },
  "register, ES modules": { meant: true, files: { "main.mjs": ESM + PLAY }, commands: [["--import", "idempotency-keys/register", "main.mjs"]] },
  "register, CommonJS": {
    meant: true,
    files: { "main.cjs": `${CJS}import(${JSON.stringify(player)}).then(async ({ play }) => {${PLAY}});` },
    commands: [["--require", "idempotency-keys/register", "main.cjs"]],
  },
  "the esbuild plugin": { meant: true, files: { "app.mjs": ESM + PLAY }, commands: [["build.mjs"], ["app.bundle.mjs"]] },
};

/** Whether a key is made in one run and sent in another: the catalog keeps the options of strings for their run only. */
const crossesRuns = ({ input: { ctx, setup = [] } }) => setup.some((made) => made.ctx?.runId !== ctx?.runId);

/** Plays all cases through one SDK, and returns what differs from `expected(vector)`. */
async function differences(version, way, expected) {
  const standIn = await startStandIn({
    intercept: ({ path }) => (path.includes("/session-streams/") ? { status: 400, body: { error: "harness stop" } } : undefined),
  });
  const flag = `const SWAPPED = ${way.swapped === true};\n`;
  const files = Object.fromEntries(
    Object.entries({ ...documented, ...way.files }).map(([name, text]) => [name, name in way.files ? flag + text : text]),
  );
  const project = makeProject(version, files);
  try {
    writeFileSync(join(project.folder, "cases.json"), JSON.stringify(played.map(({ input }) => input)));
    const env = { ...process.env, TRIGGER_API_URL: standIn.url };
    for (const command of way.commands) {
      await run(process.execPath, command, { cwd: project.folder, env });
    }
    const ends = JSON.parse(readFileSync(join(project.folder, "ends.json"), "utf8"));
    assert.equal(ends.length, played.length);
    return played.flatMap((vector, index) => {
      if (way.meant && crossesRuns(vector)) {
        return [];
      }
      try {
        check(expected(vector), requestsOf(standIn, index), ends[index]);
        return [];
      } catch (error) {
        return [`${vector.id}: ${error.message}`];
      }
    });
  } finally {
    project.dispose();
    await standIn.close();
  }
}

function check(expect, requests, end) {
  assert.equal(end.unsupported, expect.unsupported);
  if (expect.unsupported) {
    return;
  }
  if (expect.itemsSent !== undefined) {
    const { itemsSent, withKey, withOptions, firstWithOptions } = expect;
    assert.deepEqual(sumsOf(requests), { itemsSent, withKey, withOptions, firstWithOptions });
    return;
  }
  assert.deepEqual(requests, decode(expect.requests));
  const error = expect.error && { name: expect.error.name, message: expect.error.message };
  assert.deepEqual(end.error, error);
}

/** What the untouched reference sends; where `version` lacks the function, nothing. */
function asReference(version) {
  return (vector) => {
    const own = expectation(vector, version);
    return own.unsupported ? own : REFUSED.includes(vector.id) ? REFUSAL : vector.expect;
  };
}

describe("the SDK's module, swapped", { concurrency: 2 }, () => {
  it("has every recorded case to play", () => assert.equal(vectors.length, 378));

  for (const version of RECORDED) {
    it(`untouched ${version} sends what was recorded of it`, async () => {
      const own = (vector) => expectation(vector, version);
      assert.deepEqual(await differences(version, WAYS["no swap, ES modules"], own), []);
    });
    for (const [name, way] of Object.entries(WAYS).filter(([, { swapped, meant }]) => swapped || meant)) {
      it(`${version} with ${name} sends what the untouched ${REFERENCE} sends`, async () => {
        assert.deepEqual(await differences(version, way, asReference(version)), []);
      });
    }
  }
});
