/** The recorded resets through published SDKs that `idempotency-keys/register` swapped, several in one process. */

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";

import { startReplay, withinRuns } from "../reset/recorded-resets.mjs";
import { installedPackage } from "../support/install-package.mjs";
import { RECORDED, REFERENCE } from "../support/sdk.mjs";

await import(pathToFileURL(join(installedPackage(), "node_modules/idempotency-keys/dist/esm/trigger-sdk/swap/register.js")).href);

describe("reset of a registered SDK", () => {
  let replay;
  before(async () => {
    replay = await startReplay();
  });
  after(() => replay.close());

  const test = (version, format, load) =>
    it(`${version}, ${format}, sends and answers what was recorded of ${REFERENCE}`, async () => {
      const { create, reset } = (await load(`sdk-${version}`)).idempotencyKeys;
      assert.deepEqual(await replay.play({ create, reset, client: version, hasCodes: false }, withinRuns), []);
    });
  for (const version of RECORDED) {
    test(version, "ES module", (name) => import(name));
  }
  test("4.4.6", "CommonJS", createRequire(import.meta.url));
});
