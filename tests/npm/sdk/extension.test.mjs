/** The build extension where the SDK stays out of the bundle, and where its module has another shape. The CLI's own bundler is in cli/. */

import assert from "node:assert/strict";
import { appendFileSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import { installedPackage } from "../support/install-package.mjs";
import { makePnpmProject } from "../support/pnpm-project.mjs";

const { build } = createRequire(fileURLToPath(new URL("../../../tools/package.json", import.meta.url)))("esbuild");
const folder = join(installedPackage(), "node_modules/idempotency-keys");
const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
const { idempotencyKeysExtension } = await import(pathToFileURL(join(folder, "dist/esm/trigger-sdk/swap/extension.js")).href);

const FILES = { "task.mjs": 'export { tasks } from "@trigger.dev/sdk";' };

describe("idempotencyKeysExtension", () => {
  let known, later;
  before(() => {
    known = makePnpmProject({ "@trigger.dev/sdk": "4.4.6" }, FILES);
    const edit = (core) => appendFileSync(join(core, "dist/esm/v3/idempotencyKeys.js"), "\nexport function added() {}\n");
    later = makePnpmProject({ "@trigger.dev/sdk": { version: "4.8.3", edit } }, FILES);
  });
  after(() => {
    known.dispose();
    later.dispose();
  });

  /** Builds as the CLI does: what was bundled, the layers added, and what was logged. */
  async function run(project, external) {
    const plugins = [];
    const layers = [];
    const logged = { debug: [], warn: [] };
    const context = {
      registerPlugin: (plugin) => plugins.push(plugin),
      addLayer: (layer) => layers.push(layer),
      logger: { debug: (text) => logged.debug.push(text), warn: (text) => logged.warn.push(text) },
    };
    const extension = idempotencyKeysExtension();
    extension.onBuildStart(context);
    const { metafile } = await build({
      absWorkingDir: project.folder,
      entryPoints: ["task.mjs"],
      bundle: true,
      platform: "node",
      format: "esm",
      write: false,
      metafile: true,
      logLevel: "silent",
      external,
      plugins,
    });
    extension.onBuildComplete(context);
    return { inputs: Object.keys(metafile.inputs), layers, logged };
  }

  it("bundles this package with the SDK, and adds nothing to the image", async () => {
    const { inputs, layers, logged } = await run(known, []);
    assert.ok(inputs.some((file) => /dist\/esm\/trigger-sdk\/index\.js$/.test(file)));
    assert.deepEqual([layers, logged.warn], [[], []]);
    assert.match(logged.debug.join("\n"), /^swapped the key module of @trigger\.dev\/core 4\.4\.6: \S+$/);
  });

  for (const external of ["@trigger.dev/sdk", "@trigger.dev/*"]) {
    it(`warns where ${external} stays out, and adds this package in its own version to the image`, async () => {
      const { inputs, layers, logged } = await run(known, [external]);
      assert.deepEqual(inputs, ["task.mjs"]);
      assert.deepEqual(layers, [{ id: "idempotency-keys", dependencies: { "idempotency-keys": version } }]);
      assert.equal(logged.warn.length, 1);
      assert.match(logged.warn[0], /^@trigger\.dev\/sdk is not in the bundle.+NODE_OPTIONS=--import=idempotency-keys\/register$/);
    });
  }

  it("leaves a module of another shape alone, and says so", async () => {
    const { inputs, logged } = await run(later, []);
    assert.ok(!inputs.some((file) => /dist\/esm\/trigger-sdk\/index\.js$/.test(file)));
    assert.equal(logged.warn.length, 1);
    assert.match(logged.warn[0], /^the key module of @trigger\.dev\/core 4\.8\.3 has a shape .+ pass key\.hash to the SDK/);
  });
});
