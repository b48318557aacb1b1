/**
 * The module of this package in place of the SDK's own, in the published SDKs, by every way of docs/sdk.md, each in a process of
 * its own: what arrives at the server is what the untouched reference sends. Each version has a test file, swap-<version>.test.mjs.
 */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
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
const replay = fileURLToPath(new URL("./replay.mjs", import.meta.url));
const vectors = cases(JSON.parse(readFileSync(new URL("../../vectors/trigger.json", import.meta.url), "utf8")));
const documented = documentedFiles();

const FAN_OUT = {
  id: "fan-out",
  input: { ctx: { runId: "run_abc123", attempt: 1 }, api: "tasks.batchTrigger", itemCount: 6_235, options: {} },
  expect: { itemsSent: 6_235, withKey: 6_235, withOptions: 6_235, firstWithOptions: 0 },
};
/** The recordings around the SDK's bound of 1,000 keys; where there is no bound, the larger ones and the fan-out say the same. */
const AT_A_BOUND = ["tasks.batchTrigger/999", "tasks.batchTrigger/1001", "batch.trigger/1000", "batch.trigger/3000"];
const swappedCases = [...vectors.filter(({ id }) => !AT_A_BOUND.some((name) => id === `trigger/many/${name}`)), FAN_OUT];

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

/** Plays each SDK's cases, one SDK after the other: the catalog is of the process. */
const PLAY = `
  const { readFileSync, writeFileSync } = process.getBuiltinModule("node:fs");
  const cases = JSON.parse(readFileSync("cases.json", "utf8"));
  const ends = [];
  for (const [copy, sdk] of sdks.entries()) {
    globalThis[Symbol.for("dev.trigger.ts.api")]?.["idempotency-key-catalog"]?.clear?.();
    ends.push(...await play(sdk, cases[copy], { swapped: SWAPPED, baseURL: process.env.TRIGGER_API_URL, first: ends.length }));
  }
  writeFileSync("ends.json", JSON.stringify(ends));
`;
const ESM = `
  import * as sdk from "@trigger.dev/sdk";
  import { play } from ${JSON.stringify(replay)};
  const sdks = [sdk];
`;
const BOTH = `
  import { createRequire } from "node:module";
  ${ESM}
  sdks.push(createRequire(import.meta.url)("@trigger.dev/sdk"));
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

const UNTOUCHED = { files: { "main.mjs": ESM + PLAY }, commands: [["main.mjs"]] };
/**
 * The ways to swap. `objects`: the SDK's keys are objects. `isMeant`: for each copy of the SDK in the process, what is played;
 * all of it once, and where the module is the same one, loaded otherwise, a case of each kind.
 */
const WAYS = {
  "an author's module": {
    objects: true,
    files: { ...AUTHOR, "main.mjs": ESM + PLAY },
    commands: [["--import", "./author.mjs", "main.mjs"]],
  },
  "register, an ES module and a CommonJS copy": {
    isMeant: [() => true, isFirstOfItsKind],
    files: { "main.mjs": BOTH + PLAY },
    commands: [["--import", "idempotency-keys/register", "main.mjs"]],
  },
  "the esbuild plugin": { files: { "app.mjs": ESM + PLAY }, commands: [["build.mjs"], ["app.bundle.mjs"]], isMeant: [isFirstOfItsKind] },
};

/** A case of every call with a key, and of every kind of key. */
function isFirstOfItsKind(vector) {
  const [, call, kind] = vector.id.split("/");
  const first = (isMeant) => swappedCases.find((other) => !crossesRuns(other) && isMeant(...other.id.split("/").slice(1)));
  return [first((other, of) => other === call && of !== "none"), first((_, of) => of === kind)].includes(vector) || vector.id === FAN_OUT.id;
}

/** Whether a key is made in one run and sent in another: the catalog keeps the options of strings for their run only. */
const crossesRuns = ({ input: { ctx, setup = [] } }) => setup.some((made) => made.ctx?.runId !== ctx?.runId);

/** Plays lists of cases, one for each copy, through an SDK, and returns what differs from `expected(vector)`. */
async function differences(version, { files, commands, objects = false }, lists, expected) {
  const standIn = await startStandIn({
    intercept: ({ path }) => (path.includes("/session-streams/") ? { status: 400, body: { error: "harness stop" } } : undefined),
  });
  const flagged = Object.entries(files).map(([name, text]) => [name, `const SWAPPED = ${objects};\n${text}`]);
  const project = makeProject(version, { ...documented, ...Object.fromEntries(flagged) });
  try {
    writeFileSync(join(project.folder, "cases.json"), JSON.stringify(lists.map((list) => list.map(({ input }) => input))));
    const env = { ...process.env, TRIGGER_API_URL: standIn.url };
    for (const command of commands) {
      await run(process.execPath, command, { cwd: project.folder, env });
    }
    const ends = JSON.parse(readFileSync(join(project.folder, "ends.json"), "utf8"));
    const played = lists.flat();
    assert.equal(ends.length, played.length);
    return ends.flatMap((end, index) => {
      const vector = played[index];
      try {
        check(expected(vector), requestsOf(standIn, index), end);
        return [];
      } catch (error) {
        return [`${vector.id}, ${index < lists[0].length ? "first" : "second"} copy: ${error.message}`];
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

export function testSwapped(version) {
  describe(`SDK ${version}, its module swapped`, { concurrency: 2 }, () => {
    it("has every recorded case to play, and every recorded version", () => {
      assert.equal(vectors.length, 378);
      assert.equal(swappedCases.length, 378 - AT_A_BOUND.length + 1);
      assert.ok(RECORDED.every((recorded) => existsSync(new URL(`./swap-${recorded}.test.mjs`, import.meta.url))));
    });

    it("untouched sends what was recorded of it", async () => {
      assert.deepEqual(await differences(version, UNTOUCHED, [vectors], (vector) => expectation(vector, version)), []);
    });

    for (const [name, way] of Object.entries(WAYS)) {
      // An author's module is for the newest SDK.
      if (way.objects && version !== REFERENCE) continue;
      it(`with ${name} sends what the untouched ${REFERENCE} sends`, async () => {
        const { objects = false, isMeant = [() => true] } = way;
        const playable = objects ? swappedCases : swappedCases.filter((vector) => !crossesRuns(vector));
        const lists = isMeant.map((chosen) => playable.filter(chosen));
        assert.deepEqual(await differences(version, way, lists, asReference(version)), []);
      });
    }
  });
}
