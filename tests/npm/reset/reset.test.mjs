/** Every recorded reset, over HTTP: through both entries, and through the real SDK's own client. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";

import { apiClientManager, taskContext } from "@trigger.dev/core/v3";

import { decode } from "../conformance/decode.mjs";
import { installedPackage } from "../support/install-package.mjs";
import { startScriptedServer } from "./scripted-server.mjs";
import { cases } from "../support/vectors.mjs";

const REGISTRY = Symbol.for("dev.trigger.ts.api");
const vectors = cases(JSON.parse(readFileSync(new URL("../../vectors/reset.json", import.meta.url), "utf8")));

/** The headers that are the API's, not the platform's. */
const PROTOCOL = [
  "authorization",
  "content-type",
  "trigger-version",
  "x-trigger-api-version",
  "x-trigger-branch",
  "x-trigger-engine-version",
  "x-trigger-request-idempotency-key",
  "x-trigger-source",
  "x-trigger-worker",
];

/** What the SDK makes something of, and this package refuses; see the table in API.md and docs/migration.md. */
const REFUSED = {
  "reset/js-key/undefined": "ERR_INVALID_KEY",
  "reset/js-key/null": "ERR_INVALID_KEY",
  "reset/js-key/boxed-64": "ERR_INVALID_KEY",
  "reset/js-key/array-undefined": "ERR_INVALID_KEY",
  "reset/js-key/array-null": "ERR_INVALID_KEY",
  "reset/odd-options/bogus/short/none": "ERR_INVALID_SCOPE",
  "reset/odd-options/bogus/short/ctx": "ERR_INVALID_SCOPE",
  "reset/odd-options/bogus/a64/none": "ERR_INVALID_SCOPE",
  "reset/odd-options/bogus/a64/ctx": "ERR_INVALID_SCOPE",
};
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

describe("reset", () => {
  let server;
  let delays;
  const { setTimeout, process } = globalThis;
  const env = { ...process.env };

  before(async () => {
    server = await startScriptedServer();
    // The delays are noted, not waited for. The platform's fetch sets timers, too: those stay.
    globalThis.setTimeout = (callback, delay, ...rest) => {
      const isPause = /idempotency-keys|@trigger\.dev/.test(new Error().stack);
      if (isPause) {
        delays.push(delay);
      }
      return setTimeout(callback, isPause ? 0 : delay, ...rest);
    };
  });
  after(async () => {
    globalThis.setTimeout = setTimeout;
    process.env = env;
    await server.close();
  });

  function setContext(ctx) {
    globalThis[REGISTRY] ??= {};
    if (ctx) {
      const { runId, attempt } = decode(ctx);
      const running = { run: { id: runId }, attempt: { number: attempt }, environment: { type: "PRODUCTION" } };
      globalThis[REGISTRY]["task-context"] = { ctx: running, worker: {} };
    } else {
      delete globalThis[REGISTRY]["task-context"];
    }
  }

  /** A vector's texts name the server's address as `<base>`. */
  const withBase = (value) => JSON.parse(JSON.stringify(value).replaceAll("<base>", server.url));

  async function play({ reset, create }, { ctx, args, setup = [], cold, server: script, ...input }) {
    const keys = {};
    for (const { as, key, options, ctx: made } of setup) {
      setContext(made);
      const created = await create(decode(key), decode(options));
      // An emptied catalog knows nothing of a hash: what this package knows stays with the object.
      keys[as] = cold ? String(created) : created;
    }
    if (cold) {
      strings.resetIdempotencyKeyCatalog();
    }
    setContext(ctx);
    const config = input.config === undefined ? { baseURL: "<base>", accessToken: "tr_test_key" } : input.config;
    globalThis[REGISTRY]["api-client"] = config === null ? undefined : withBase(config);
    process.env = { ...env, ...withBase(input.env ?? {}) };
    const decoded = decode(args, keys);
    server.play(script, String(decoded[1]));
    delays = [];
    try {
      return { value: await reset(...decoded) };
    } catch (error) {
      return { throws: error };
    }
  }

  /** What differs from the recording, or nothing. */
  async function differences({ hasCodes, refused = REFUSED, create = idempotencyKeys.create, reset }, { id, input, expect }) {
    const { value, throws } = await play({ reset, create }, input);
    try {
      if (refused[id]) {
        assert.equal(throws?.code, refused[id]);
        assert.deepEqual(server.requests, []);
        return [];
      }
      assert.deepEqual(server.requests, expect.requests);
      assert.deepEqual(delays, expect.retryDelaysMs);
      if (expect.headerNames) {
        const names = expect.headerNames.filter((name) => PROTOCOL.includes(name));
        assert.deepEqual(PROTOCOL.filter((name) => name in server.headers), names);
      }
      for (const name of expect.headers ? PROTOCOL : []) {
        const recorded = expect.headers[name];
        assert.equal(recorded === "<uuid>" ? "<uuid>" : server.headers[name], recorded, name);
      }
      const end = expect.result;
      if (end.throws) {
        const { message, status } = end.throws;
        assert.equal(throws?.message, decode(message));
        assert.equal(throws.status ?? null, status ?? null);
        assert.ok(!hasCodes || /^ERR_/.test(throws.code), "a stable code");
      } else {
        assert.equal(throws, undefined);
        assert.deepEqual(value, end.value);
      }
      return [];
    } catch (error) {
      return [`${id}: ${error.message}`];
    }
  }

  const SURFACES = {
    "idempotencyKeys.reset": { reset: idempotencyKeys.reset, hasCodes: true, refused: { ...REFUSED, ...REFUSED_BY_MAIN } },
    "resetIdempotencyKey, unbound": { reset: unbound.resetIdempotencyKey, hasCodes: true },
    // Bound, the SDK's own client sends, and fails, in its own way.
    "resetIdempotencyKey, bound to the real SDK": { reset: bound.resetIdempotencyKey, hasCodes: false },
    "resetIdempotencyKey of strings": { create: strings.createIdempotencyKey, reset: strings.resetIdempotencyKey, hasCodes: false },
  };
  for (const [name, surface] of Object.entries(SURFACES)) {
    it(`${name} sends and answers what was recorded`, async () => {
      assert.equal(vectors.length, 650);
      const failures = [];
      for (const vector of vectors) {
        // The catalog keeps the options of strings for the run that made them only.
        if (surface.create && vector.input.setup?.some(({ ctx }) => ctx?.runId !== vector.input.ctx?.runId)) {
          continue;
        }
        failures.push(...(await differences(surface, vector)));
      }
      assert.deepEqual(failures, []);
    });
  }
});
