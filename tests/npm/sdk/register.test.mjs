/** `idempotency-keys/register` on every kind of loader: several SDKs in one process, laid out by pnpm; SDKs of another shape. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";

import { findBun, findDeno, findNode, ifInstalled } from "../runtimes/process.mjs";
import { makePnpmProject } from "../support/pnpm-project.mjs";
import { startStandIn } from "../support/mock-api/server.mjs";
import { VERSIONS } from "../support/sdk.mjs";

const run = promisify(execFile);
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const node = (major) => ifInstalled(() => findNode(major));
const [bun, deno] = [ifInstalled(findBun), ifInstalled(findDeno)];

const ENTRY = "idempotency-keys/register";
/**
 * How each is started. Node 20 has `module.register` alone; the others `module.registerHooks`. The first of each kind
 * runs all versions, the others two.
 */
const RUNTIMES = {
  "this Node, --import": { program: process.execPath, flags: ["--import", ENTRY], versions: VERSIONS },
  "this Node, --require and --import": { program: process.execPath, flags: ["--require", ENTRY, "--import", ENTRY] },
  "Node 22, NODE_OPTIONS": { program: node(22), flags: [], env: { NODE_OPTIONS: `--import=${ENTRY}` } },
  "Node 24, --require": { program: node(24), flags: ["--require", ENTRY] },
  "Node 26, --import": { program: node(26), flags: ["--import", ENTRY], versions: VERSIONS },
  "Bun, --preload": { program: bun, flags: ["--preload", ENTRY], versions: VERSIONS },
  "Deno, --preload": { program: deno, flags: ["run", "--allow-all", "--preload", "./preload.mjs"], env: { DENO_NO_UPDATE_CHECK: "1" } },
};

/** Deno takes a file. */
const PRELOAD = { "preload.mjs": `import "${ENTRY}";`, "package.json": `{ "dependencies": { "idempotency-keys": "*" } }` };

/** A program whose SDK is loaded by a worker. */
const WORKER = `
  import { isMainThread, Worker } from "node:worker_threads";
  if (isMainThread) {
    new Worker(new URL(import.meta.url));
  } else {
    const { idempotencyKeys } = await import("idempotency-keys");
    const { tasks } = await import("sdk-4.8.3");
    await tasks.trigger("worker", {}, { idempotencyKey: idempotencyKeys.createSync("own", { scope: "global" }) });
    console.log("{}");
  }
`;

/** Runs a project's `app.mjs`, and returns what it wrote and what it sent. */
async function start(project, { program, flags, env = {} }, args, settings, main = "app.mjs") {
  const api = await startStandIn();
  try {
    const { stdout, stderr } = await run(program, [...flags, main, ...args], {
      cwd: project.folder,
      env: { ...process.env, ...env, ...settings, TRIGGER_API_URL: api.url, TRIGGER_SECRET_KEY: "tr_dev" },
    });
    return { output: JSON.parse(stdout), lines: stderr.split("\n"), requests: api.requests };
  } finally {
    await api.close();
  }
}

/** The lines that say what was swapped. */
const swapsIn = (lines) => lines.filter((line) => line.startsWith("idempotency-keys: ")).sort();

function skipWithout(program) {
  return program === undefined ? "npm has no build for this platform" : false;
}

describe("register, with several versions in one process, each as an ES module and as CommonJS", { concurrency: 2 }, () => {
  let project;
  before(() => {
    const app = readFileSync(new URL("./register-app.mjs", import.meta.url), "utf8");
    project = makePnpmProject(Object.fromEntries(VERSIONS.map((version) => [`sdk-${version}`, version])), { "app.mjs": app, "worker.mjs": WORKER, ...PRELOAD });
  });
  after(() => project.dispose());

  /** What the SDK sends for each call of register-app.mjs: where, the key's hash, and its options. */
  function expectedOf(copy) {
    const made = (key, scope, options = true) => [sha256(scope === "run" ? `${key}-run_abc123` : key), options ? { key, scope } : undefined];
    const ofBuild = (build) => {
      const key = (name, options) => made(`${copy}-${build}-${name}`, "global", options);
      return [
        ["/api/v1/tasks/trigger/trigger", ...key("trigger")],
        ["/api/v1/tasks/triggerAndWait/trigger", ...key("triggerAndWait")],
        ["/api/v3/batches/_/items", ...key("batchTrigger")],
        // Never sent by the SDK itself.
        ["/api/v3/batches/_/items", ...key("batch", false)],
        ["/api/v1/waitpoints/tokens", ...key("createToken", false)],
        ["/engine/v1/runs/run_abc123/wait/duration", ...key("waitFor", false)],
        [`/api/v1/idempotencyKeys/${key("trigger")[0]}/reset`, undefined, undefined],
      ];
    };
    return [
      ["/api/v1/tasks/string/trigger", ...made(`${copy}-theirs`, "run")],
      ["/api/v1/tasks/raw/trigger", ...made(`${copy}-raw`, "run")],
      ...ofBuild("esm"),
      ...ofBuild("commonjs"),
    ];
  }

  function sentBy(copy, requests) {
    return requests
      .filter(({ headers, path }) => headers.authorization === `Bearer tr_${copy}` && path !== "/api/v3/batches")
      .map(({ path, body, lines }) => {
        const source = lines?.[0].options ?? body.options ?? body;
        return [path.replace(/batch_\d+/, "_"), source.idempotencyKey, source.idempotencyKeyOptions];
      });
  }

  for (const [name, runtime] of Object.entries(RUNTIMES)) {
    const { versions = ["4.3.3", "4.8.3"] } = runtime;
    const copies = versions.flatMap((version) => [`sdk-${version}-esm`, `sdk-${version}-commonjs`]);
    it(`${name}: a string is made, keys are taken as they are, and their options arrive`, { skip: skipWithout(runtime.program) }, async () => {
      const args = versions.map((version) => `sdk-${version}`);
      const { output, lines, requests } = await start(project, runtime, args, { IDEMPOTENCY_KEYS_DEBUG: "1" });
      assert.deepEqual(output, Object.fromEntries(copies.map((copy) => [copy, "string"])));
      for (const copy of copies) {
        assert.deepEqual(sentBy(copy, requests), expectedOf(copy), copy);
      }
      const folder = realpathSync(project.folder);
      const file = (version, format) =>
        join(folder, `node_modules/.pnpm/@trigger.dev+core-sdk-${version}/node_modules/@trigger.dev/core/dist/${format}/v3/idempotencyKeys.js`);
      const said = ["esm", "commonjs"].flatMap((format) =>
        versions.map((version) => `idempotency-keys: swapped the key module of @trigger.dev/core ${version}: ${file(version, format)}`),
      );
      assert.deepEqual(swapsIn(lines), said.sort());
    });
  }

  for (const name of ["this Node, --import", "this Node, --require and --import", "Node 26, --import"]) {
    const runtime = RUNTIMES[name];
    it(`${name}: a worker's SDK takes a key as it is`, { skip: skipWithout(runtime.program) }, async () => {
      const { requests } = await start(project, runtime, [], {}, "worker.mjs");
      const own = [sha256("own"), { key: "own", scope: "global" }];
      assert.deepEqual(
        requests.map(({ body: { options } }) => [options.idempotencyKey, options.idempotencyKeyOptions]),
        [own],
      );
    });
  }

  it("says nothing unless it is asked to", async () => {
    const { lines } = await start(project, RUNTIMES["this Node, --import"], ["sdk-4.8.3"], { IDEMPOTENCY_KEYS_DEBUG: undefined });
    assert.deepEqual(lines, [""]);
  });
});

describe("register, with a module of another shape", { concurrency: 2 }, () => {
  const APP = `
    import { createRequire } from "node:module";
    import { idempotencyKeys as ownKeys } from "idempotency-keys";
    const require = createRequire(import.meta.url);
    const later = await import("sdk-later");
    require("sdk-later");
    const known = await import("sdk-known");
    const path = "./node_modules/.pnpm/@trigger.dev+core-sdk-later/node_modules/@trigger.dev/core/dist";
    const { added: inEsm } = await import(path + "/esm/v3/idempotencyKeys.js");
    const { added: inCommonjs } = require(path + "/commonjs/v3/idempotencyKeys.js");
    const { left } = await import("./node_modules/earlier/dist/esm/v3/idempotencyKeys.js");
    const own = ownKeys.createSync("own", { scope: "global" });
    await later.tasks.trigger("later", {}, { idempotencyKey: own.hash });
    await known.tasks.trigger("known", {}, { idempotencyKey: own });
    console.log(JSON.stringify({ inEsm: inEsm(), inCommonjs: inCommonjs(), left: left(), made: typeof (await later.idempotencyKeys.create("a")) }));
  `;
  let project;
  before(() => {
    const addExport = (core) => {
      const manifest = join(core, "package.json");
      writeFileSync(manifest, JSON.stringify({ ...JSON.parse(readFileSync(manifest, "utf8")), version: "4.99.0" }));
      appendFileSync(join(core, "dist/esm/v3/idempotencyKeys.js"), "\nexport function added() { return true; }\n");
      appendFileSync(join(core, "dist/commonjs/v3/idempotencyKeys.js"), "\nexports.added = added;\nfunction added() { return true; }\n");
    };
    project = makePnpmProject({ "sdk-later": { version: "4.8.3", edit: addExport }, "sdk-known": "4.4.6" }, { "app.mjs": APP, ...PRELOAD });
    // One that lacks exports, as before 4.3.3.
    const earlier = join(project.folder, "node_modules/earlier");
    mkdirSync(join(earlier, "dist/esm/v3"), { recursive: true });
    writeFileSync(join(earlier, "package.json"), '{ "name": "@trigger.dev/core", "version": "4.0.0", "type": "module" }');
    const source = 'import "./parts.js";\nexport function left() { return true; }\n// "./apiClientManager-api.js" "./task-context-api.js"\n';
    writeFileSync(join(earlier, "dist/esm/v3/idempotencyKeys.js"), source);
    writeFileSync(join(earlier, "dist/esm/v3/parts.js"), "");
  });
  after(() => project.dispose());

  for (const name of ["this Node, --import", "Node 26, --import", "Bun, --preload", "Deno, --preload"]) {
    const runtime = RUNTIMES[name];
    it(`${name}: it stays as it is, with one warning for each version, and the catalog serves it`, { skip: skipWithout(runtime.program) }, async () => {
      const { output, lines, requests } = await start(project, runtime, [], { IDEMPOTENCY_KEYS_DEBUG: "1" });
      assert.deepEqual(output, { inEsm: true, inCommonjs: true, left: true, made: "string" });
      const warnings = lines.filter((line) => line.includes("has a shape that"));
      assert.deepEqual(warnings.map((line) => /@trigger\.dev\/core (\S+) has/.exec(line)[1]).sort(), ["4.0.0", "4.99.0"]);
      for (const warning of warnings) {
        assert.match(warning, /IdempotencyKeysWarning/);
        assert.match(warning, /pass key\.hash to the SDK/);
        assert.match(warning, /for an older one, update the SDK; for a newer one, idempotency-keys\./);
      }
      assert.deepEqual(
        swapsIn(lines).map((line) => /core (\S+):/.exec(line)[1]),
        ["4.4.6"],
      );
      const sent = requests.map(({ body }) => [body.options.idempotencyKey, body.options.idempotencyKeyOptions]);
      const own = [sha256("own"), { key: "own", scope: "global" }];
      assert.deepEqual(sent, [own, own]);
    });
  }
});
