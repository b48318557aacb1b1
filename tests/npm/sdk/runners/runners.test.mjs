/**
 * Jest and Vitest as docs/sdk.md sets them up: the program's code is unchanged, and keys are taken as they
 * are. `make test-all` runs this; it needs this folder's packages.
 */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { startStandIn } from "../../support/mock-api/server.mjs";
import { makePnpmProject } from "../../support/pnpm-project.mjs";
import { documentedFiles } from "../../support/sdk-project.mjs";
import { VERSIONS } from "../../support/sdk.mjs";

const run = promisify(execFile);
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const inFolder = (name) => fileURLToPath(new URL(`./node_modules/${name}`, import.meta.url));

const BODY = `
  test("keys", async () => {
    const theirs = await idempotencyKeys.create("theirs", { scope: "global" });
    expect(typeof theirs).toBe("string");
    await tasks.trigger("theirs", {}, { idempotencyKey: theirs });
    await tasks.trigger("own", {}, { idempotencyKey: ownKeys.createSync("own", { scope: "global" }) });
  });
`;
const ESM = `
  import { idempotencyKeys, tasks } from "@trigger.dev/sdk";
  import { idempotencyKeys as ownKeys } from "idempotency-keys";
  ${BODY}`;
const FILES = {
  "package.json": "{}",
  "jest.config.cjs": documentedFiles()["jest.config.cjs"],
  "plain.config.cjs": `module.exports = { testEnvironment: "node", transform: {} };`,
  "esm.test.mjs": ESM,
  "commonjs.test.cjs": `
    const { idempotencyKeys, tasks } = require("@trigger.dev/sdk");
    const { idempotencyKeys: ownKeys } = require("idempotency-keys");
    ${BODY}`,
  "vitest.spec.mjs": `import { expect, test } from "vitest";\n${ESM}`,
};
const KEYS = ["theirs", "own"].map((key) => [sha256(key), { key, scope: "global" }]);
/** Without a swap the hash of a key is hashed. */
const UNTOUCHED = [KEYS[0], [sha256(sha256("own")), { key: sha256("own"), scope: "run" }]];

/** The SDK itself imports while it runs, which Jest allows only so. */
const JEST = { NODE_OPTIONS: "--experimental-vm-modules" };
const jest = (config, file) => [inFolder("jest/bin/jest.js"), "--no-cache", `--config=${config}`, "--runTestsByPath", file];
const vitest = [inFolder("vitest/vitest.mjs"), "run", "vitest.spec.mjs"];

for (const version of VERSIONS) {
  describe(`with SDK ${version}`, () => {
    let project;
    before(() => {
      project = makePnpmProject({ "@trigger.dev/sdk": version }, FILES, { vitest: inFolder("vitest") });
    });
    after(() => project.dispose());

    /** What arrived as key and options, in order. */
    async function sent(args, env = {}) {
      const api = await startStandIn();
      try {
        const settings = { ...env, TRIGGER_API_URL: api.url, TRIGGER_SECRET_KEY: "tr_dev", CI: "1" };
        await run(process.execPath, args, { cwd: project.folder, env: { ...process.env, ...settings } });
        return api.requests.map(({ body: { options } }) => [options.idempotencyKey, options.idempotencyKeyOptions]);
      } finally {
        await api.close();
      }
    }

    it("Jest transforms the SDK's module", async () => {
      assert.deepEqual(await sent(jest("jest.config.cjs", "esm.test.mjs"), JEST), KEYS);
      assert.deepEqual(await sent(jest("plain.config.cjs", "esm.test.mjs"), JEST), UNTOUCHED);
    });

    // 4.3.3 itself can't be required in Jest: it requires superjson, an ES module.
    if (version !== "4.3.3") {
      it("Jest transforms the SDK's module in CommonJS", async () => {
        assert.deepEqual(await sent(jest("jest.config.cjs", "commonjs.test.cjs"), JEST), KEYS);
        assert.deepEqual(await sent(jest("plain.config.cjs", "commonjs.test.cjs"), JEST), UNTOUCHED);
      });
    }

    it("Vitest leaves the SDK to Node, which is told to register", async () => {
      assert.deepEqual(await sent(vitest, { NODE_OPTIONS: "--import=idempotency-keys/register" }), KEYS);
      assert.deepEqual(await sent(vitest), UNTOUCHED);
    });
  });
}
