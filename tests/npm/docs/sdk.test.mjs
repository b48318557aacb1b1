/** Every block of code in docs/sdk.md and docs/sdk-module.md, run as the page says, against the mock API. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

import { documentedFiles, makeProject, sdkPages } from "../support/sdk-project.mjs";
import { foldersOf, VERSIONS } from "../support/sdk.mjs";
import { startStandIn } from "../support/mock-api/server.mjs";

const run = promisify(execFile);
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const files = documentedFiles();

/** The blocks below run one of these, or are run by name. */
const RUN = new Set();

describe("docs/sdk.md", () => {
  let api;
  beforeEach(async () => {
    api = await startStandIn();
  });
  afterEach(() => api.close());

  /** Runs Node with `args` in a project with all of the page's files. */
  async function node(project, ...args) {
    for (const name of args.filter((arg) => !arg.startsWith("--"))) {
      RUN.add(name.replace("./", ""));
    }
    const env = { ...process.env, TRIGGER_API_URL: api.url, TRIGGER_SECRET_KEY: "tr_dev" };
    const { stdout } = await run(process.execPath, args, { cwd: project.folder, env });
    return stdout;
  }
  function load(project, name) {
    RUN.add(name);
    return import(pathToFileURL(join(project.folder, name)).href);
  }
  const sent = () => api.requests.map(({ path, body }) => [path, body.options?.idempotencyKey, body.options?.idempotencyKeyOptions]);

  const WELCOME = ["/api/v1/tasks/send-email/trigger", sha256("welcome-ada"), { key: "welcome-ada", scope: "global" }];
  const GOODBYE = [WELCOME[0], sha256("goodbye-ada"), { key: "goodbye-ada", scope: "global" }];
  const RECEIPT = { key: "receipt-order-42", scope: "global" };

  for (const version of VERSIONS) {
    describe(`with SDK ${version}`, () => {
      let project;
      before(() => {
        project = makeProject(version, files);
      });
      after(() => project.dispose());

      it("runs unchanged with --import idempotency-keys/register", async () => {
        assert.equal(await node(project, "--import=idempotency-keys/register", "app.mjs"), "string\n");
        assert.deepEqual(sent(), [WELCOME, GOODBYE]);
      });

      it("has the extension in its config", async () => {
        const config = await load(project, "trigger.config.mjs");
        assert.equal(config.default.build.extensions[0].name, "idempotency-keys");
      });

      it("sends a hash's options through the installed catalog, and resets with the SDK's settings", async () => {
        await node(project, "beside.mjs");
        assert.deepEqual(sent(), [["/api/v1/tasks/send-receipt/trigger", sha256("receipt-order-42"), RECEIPT]]);
        await node(project, "reset.mjs");
        assert.equal(api.requests[1].path, `/api/v1/idempotencyKeys/${sha256("receipt-order-42")}/reset`);
        assert.equal(api.runs[0].idempotencyKey, undefined);
      });

      // tests/npm/sdk/swap.mjs has the other versions.
      if (version !== "4.5.0") return;

      it("runs unchanged with --require idempotency-keys/register", async () => {
        assert.equal(await node(project, "--require=idempotency-keys/register", "app.mjs"), "string\n");
        assert.deepEqual(sent(), [WELCOME, GOODBYE]);
      });

      it("is swapped by the esbuild plugin", async () => {
        await node(project, "build.mjs");
        assert.equal(await node(project, "app.bundle.mjs"), "string\n");
        assert.deepEqual(sent(), [WELCOME, GOODBYE]);
      });

      it("hashes a key's hash without any of them", async () => {
        await node(project, "app.mjs");
        assert.deepEqual(sent()[1], [GOODBYE[0], sha256(GOODBYE[1]), { key: GOODBYE[1], scope: "run" }]);
      });
    });
  }

  it("transforms as Jest asks for it", async () => {
    const project = makeProject("4.4.6", files);
    try {
      const { default: config } = await load(project, "jest.config.cjs");
      const [[pattern, transformer]] = Object.entries(config.transform);
      const require = createRequire(join(project.folder, "jest.config.cjs"));
      const file = join(foldersOf("4.4.6").core, "dist/commonjs/v3/idempotencyKeys.js");
      assert.match(file, new RegExp(pattern));
      assert.doesNotMatch(file, new RegExp(config.transformIgnorePatterns[0]));
      const { code } = require(transformer).process("original", file);
      assert.match(code, /createSdkModule/);
      assert.equal(require(transformer).process("original", "/elsewhere.js").code, "original");
    } finally {
      project.dispose();
    }
  });

  describe("without an SDK", () => {
    let project;
    before(() => {
      project = makeProject(VERSIONS[0], files);
    });
    after(() => project.dispose());

    it("triggers once from a worker, until the key is forgotten", async () => {
      const { default: worker } = await load(project, "worker.mjs");
      const { forget } = await load(project, "forget.mjs");
      const env = { TRIGGER_API_URL: api.url, TRIGGER_SECRET_KEY: "tr_dev" };
      const deliver = async () => {
        const webhook = { method: "POST", body: JSON.stringify({ id: "evt_1", order: 42 }) };
        return (await worker.fetch(new Request("https://worker.test", webhook), env)).json();
      };
      assert.deepEqual(await deliver(), { id: "run_1", isCached: false });
      assert.deepEqual(await deliver(), { id: "run_1", isCached: true });
      const { options, payload } = api.requests[0].body;
      assert.deepEqual(payload, { order: 42 });
      assert.deepEqual(options, {
        idempotencyKey: sha256("webhook-evt_1"),
        idempotencyKeyOptions: { key: "webhook-evt_1", scope: "global" },
        idempotencyKeyTTL: "1d",
      });
      await forget("evt_1", env);
      assert.deepEqual(await deliver(), { id: "run_2", isCached: false });
    });

    it("takes the context that it is given", async () => {
      const output = await node(project, "context.mjs");
      assert.equal(output, "true\n{ key: 'send-email', scope: 'attempt' }\n");
    });
  });

  describe("a task that triggers through an isolated client", () => {
    const main = readFileSync(new URL("../sdk/isolated.mjs", import.meta.url), "utf8");
    const inRun = sha256("raw-key-run_abc123");
    const isolated = sha256("raw-key");
    const UNTOUCHED = { plain: inRun, isolated, "isolated-batch": isolated, inheriting: inRun };
    const commonjs = main.replace(
      'import * as sdk from "@trigger.dev/sdk";',
      'import { createRequire } from "node:module";\nconst sdk = createRequire(import.meta.url)("@trigger.dev/sdk");',
    );

    /** The hash that each task was triggered with, and whether the SDK makes `IdempotencyKey`s. */
    async function play(version, extra, ...args) {
      const project = makeProject(version, { ...files, "isolated.mjs": main, ...extra });
      try {
        const { swapped } = JSON.parse(await node(project, ...args, "isolated.mjs"));
        const single = api.requests.filter(({ body }) => body?.options !== undefined);
        assert.equal(single.length, 3);
        for (const { body } of single) {
          assert.deepEqual(body.options.idempotencyKeyOptions, { key: "raw-key", scope: "run" });
        }
        return { swapped, hashes: Object.fromEntries(api.runs.map(({ task, idempotencyKey }) => [task, idempotencyKey])) };
      } finally {
        project.dispose();
      }
    }

    it("hashes without the run in the untouched SDK", async () => {
      assert.deepEqual(await play("4.8.3", {}), { swapped: false, hashes: UNTOUCHED });
    });

    it("hashes alike with the core's module replaced as its author would", async () => {
      RUN.add("idempotencyKeys.js");
      const author = {
        "author.mjs": `
          import { register } from "node:module";
          const data = import.meta.resolve("idempotency-keys/trigger-sdk");
          register("./author-hooks.mjs", import.meta.url, { data });
        `,
        "author-hooks.mjs": `
          import { readFile } from "node:fs/promises";
          let url;
          export function initialize(data) {
            url = data;
          }
          export async function resolve(specifier, context, next) {
            return specifier === "idempotency-keys/trigger-sdk" ? { url, shortCircuit: true } : next(specifier, context);
          }
          export async function load(url, context, next) {
            if (!url.endsWith("/@trigger.dev/core/dist/esm/v3/idempotencyKeys.js")) return next(url, context);
            const source = await readFile(new URL("./idempotencyKeys.js", import.meta.url), "utf8");
            return { format: "module", source, shortCircuit: true };
          }
        `,
      };
      assert.deepEqual(await play("4.8.3", author, "--import=./author.mjs"), { swapped: true, hashes: UNTOUCHED });
    });

    for (const version of ["4.5.0", "4.8.3"]) {
      for (const [format, text] of Object.entries({ "an ES module": main, CommonJS: commonjs })) {
        it(`hashes alike with register, ${version} as ${format}`, async () => {
          const played = await play(version, { "isolated.mjs": text }, "--import=idempotency-keys/register");
          assert.deepEqual(played, { swapped: false, hashes: UNTOUCHED });
        });
      }
    }
  });

  it("says which batch functions send options", async () => {
    const rows = [...sdkPages().matchAll(/^ *\| (`\S*\.(?:batchT|t)rigger.*`) \| (sent|never) \| (sent|never) \|$/gm)];
    const told = rows.flatMap(([, names, array, stream]) =>
      Array.from(names.matchAll(/`([^`]+)`/g), ([, name]) => [`${name}, array, ${array}`, `${name}, stream, ${stream}`]).flat(),
    );
    assert.equal(told.length, 16);
    const project = makeProject("4.8.3", { "batches.mjs": readFileSync(new URL("../sdk/batch-options.mjs", import.meta.url), "utf8") });
    try {
      for (const args of [[], ["--import=idempotency-keys/register"]]) {
        api.requests.length = 0;
        await node(project, ...args, "batches.mjs");
        const items = api.requests.flatMap(({ lines = [] }) => lines);
        const nameOf = Object.fromEntries(told.map((text) => text.replace(/, \w+$/, "")).map((name) => [sha256(name), name]));
        const seen = items.map(({ options }) => `${nameOf[options.idempotencyKey]}, ${options.idempotencyKeyOptions ? "sent" : "never"}`);
        assert.deepEqual(seen.sort(), told.toSorted());
      }
    } finally {
      project.dispose();
    }
  });

  it("has no block of code that isn't run here", () => {
    assert.equal(sdkPages().match(/^```(?!sh$)\w+$/gm).length, Object.keys(files).length);
    assert.deepEqual(
      Object.keys(files).filter((name) => !RUN.has(name)),
      [],
    );
  });
});
