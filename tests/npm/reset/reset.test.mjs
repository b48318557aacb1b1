/** Every recorded reset, over HTTP: through both entries, and through the real SDK's own client. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";

import { apiClientManager, taskContext } from "@trigger.dev/core/v3";

import { installedPackage } from "../support/install-package.mjs";
import { REFUSED, startReplay, vectors, withinRuns } from "./recorded-resets.mjs";

/** What the main entry refuses besides: options that are no object. */
const REFUSED_BY_MAIN = {
  "reset/odd-options/string/short/none": "ERR_INVALID_ARGUMENT",
  "reset/odd-options/string/a64/ctx": "ERR_INVALID_ARGUMENT",
};

const dist = (entry) => pathToFileURL(join(installedPackage(), "node_modules/idempotency-keys/dist/esm", entry)).href;
const { idempotencyKeys } = await import(dist("index.js"));
const unbound = await import(dist("trigger-sdk/index.js"));
const bound = unbound.createSdkModule({ taskContext, apiClientManager });
/** As `idempotency-keys/register` has it. */
const strings = unbound.createSdkModule({ taskContext, apiClientManager, keys: "string" });

const { create } = idempotencyKeys;
const SURFACES = {
  "idempotencyKeys.reset": { create, reset: idempotencyKeys.reset, hasCodes: true, refused: { ...REFUSED, ...REFUSED_BY_MAIN } },
  "resetIdempotencyKey, unbound": { create, reset: unbound.resetIdempotencyKey, hasCodes: true },
  // Bound, the SDK's own client sends, and fails, in its own way.
  "resetIdempotencyKey, bound to the real SDK": { create, reset: bound.resetIdempotencyKey, hasCodes: false },
  "resetIdempotencyKey of strings": { create: strings.createIdempotencyKey, reset: strings.resetIdempotencyKey, hasCodes: false },
};

describe("reset", () => {
  let replay;
  before(async () => {
    replay = await startReplay();
  });
  after(() => replay.close());

  it("has every recorded case to play", () => {
    assert.deepEqual([vectors.length, withinRuns.length], [650, 594]);
  });

  for (const [name, surface] of Object.entries(SURFACES)) {
    it(`${name} sends and answers what was recorded`, async () => {
      assert.deepEqual(await replay.play(surface, surface.create === create ? vectors : withinRuns), []);
    });
  }
});

it("createSdkModule refuses settings without the SDK's objects, and names and values that none has", () => {
  const parts = { taskContext, apiClientManager };
  for (const [settings, message] of [
    [undefined, /^the settings are undefined, expected an object with taskContext, apiClientManager, keys$/],
    [{ taskContext }, /^apiClientManager is missing/],
    [{ ...parts, key: "string" }, /^the settings have no "key".*write "keys"$/],
    [{ ...parts, keys: "strings" }, /^keys is "strings", expected "object" or "string"$/],
  ]) {
    assert.throws(() => unbound.createSdkModule(settings), { code: "ERR_INVALID_ARGUMENT", message });
  }
});
