/** Plays the recorded resets, over HTTP, through any function that resets. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { decode } from "../conformance/decode.mjs";
import { startScriptedServer } from "./scripted-server.mjs";
import { REFERENCE } from "../support/sdk.mjs";
import { cases, expectation } from "../support/vectors.mjs";

const REGISTRY = Symbol.for("dev.trigger.ts.api");
export const vectors = cases(JSON.parse(readFileSync(new URL("../../vectors/reset.json", import.meta.url), "utf8")));

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
export const REFUSED = {
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

/** What the SDK's client makes of its settings and of answers; the rest is its module's. */
const OF_THE_CLIENT = /^reset\/(?:body|config)\//;

/** Delays are noted, not waited for, until `close`. */
export async function startReplay() {
  const server = await startScriptedServer();
  let delays;
  const { setTimeout, process } = globalThis;
  const env = { ...process.env };
  // The platform's fetch sets timers, too: those stay.
  globalThis.setTimeout = (callback, delay, ...rest) => {
    const isPause = /idempotency-keys|@trigger\.dev/.test(new Error().stack);
    if (isPause) {
      delays.push(delay);
    }
    return setTimeout(callback, isPause ? 0 : delay, ...rest);
  };

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
      globalThis[REGISTRY]?.["idempotency-key-catalog"]?.clear?.();
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
  async function differences({ hasCodes, refused = REFUSED, client = REFERENCE, create, reset }, vector) {
    const { id, input } = vector;
    const ofClient = expectation(vector, client);
    const { headerNames, headers } = ofClient;
    const expect = OF_THE_CLIENT.test(id) ? ofClient : { ...vector.expect, headerNames, headers };
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
        assert.deepEqual(
          PROTOCOL.filter((name) => name in server.headers),
          names,
        );
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

  return {
    /**
     * What differs from the recordings, for a surface: `create` and `reset`, whether its errors have codes (`hasCodes`), what is
     * `refused`, and the version of the `client` that sends.
     */
    async play(surface, played = vectors) {
      const failures = [];
      for (const vector of played) {
        failures.push(...(await differences(surface, vector)));
      }
      return failures;
    },
    async close() {
      globalThis.setTimeout = setTimeout;
      process.env = env;
      await server.close();
    },
  };
}

/** Those whose keys are made in the run that resets them: the catalog keeps the options of strings for their run only. */
export const withinRuns = vectors.filter(({ input: { setup = [], ctx } }) => setup.every((made) => made.ctx?.runId === ctx?.runId));
