/** What a reset does beyond the recorded cases: how it ends early, its settings, its secrets. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";

import { apiClientManager, resetIdempotencyKey } from "@trigger.dev/core/v3";

import { installedPackage } from "../support/install-package.mjs";
import { startScriptedServer } from "./scripted-server.mjs";
import { startStandIn } from "../support/mock-api/server.mjs";

const dist = join(installedPackage(), "node_modules/idempotency-keys/dist/esm");
const { idempotencyKeys, ApiError, ConnectionError, IdempotencyKeyError, NotFoundError } = await import(pathToFileURL(join(dist, "index.js")).href);

const REGISTRY = Symbol.for("dev.trigger.ts.api");
const GLOBAL = { scope: "global" };
const SECRET = "tr_prod_a-very-secret-token";
const sha256 = (text) => createHash("sha256").update(text).digest("hex");

describe("a reset", () => {
  let server, keys;
  const env = { ...process.env };
  before(async () => {
    server = await startScriptedServer();
  });
  after(() => server.close());
  beforeEach(() => {
    delete globalThis[REGISTRY];
    keys = idempotencyKeys.with({ baseURL: server.url, accessToken: SECRET });
    server.play();
  });
  afterEach(() => {
    process.env = env;
    delete globalThis[REGISTRY];
  });

  it("makes the server forget a run's key, and says so when there is none", async () => {
    const api = await startStandIn();
    try {
      const here = idempotencyKeys.with({ baseURL: api.url, accessToken: "tr_dev" });
      const key = await here.create("k", GLOBAL);
      const trigger = async () => {
        const response = await fetch(`${api.url}/api/v1/tasks/t/trigger`, {
          method: "POST",
          headers: { authorization: "Bearer tr_dev" },
          body: JSON.stringify({ options: { idempotencyKey: key } }),
        });
        return response.json();
      };
      assert.deepEqual(await trigger(), { id: "run_1", isCached: false });
      assert.deepEqual(await trigger(), { id: "run_1", isCached: true });
      assert.deepEqual(await here.reset("t", key), { id: key.hash });
      assert.deepEqual(await trigger(), { id: "run_2", isCached: false });
      await assert.rejects(here.reset("other", key), (error) => {
        assert.ok(error instanceof NotFoundError && error instanceof ApiError && error instanceof IdempotencyKeyError);
        assert.deepEqual([error.code, error.status], ["ERR_NOT_FOUND", 404]);
        assert.match(error.message, /^No runs found with idempotency key: /);
        assert.equal(error.body.error, error.message);
        assert.equal(error.headers["content-type"], "application/json");
        return true;
      });
    } finally {
      await api.close();
    }
  });

  describe("ends early", { timeout: 20_000 }, () => {
    const forever = { any: { status: 503 } };

    it("before any request, on a signal that has aborted", async () => {
      const reason = new Error("never mind");
      await assert.rejects(keys.reset("t", "k", GLOBAL, { signal: AbortSignal.abort(reason) }), reason);
      assert.deepEqual(server.requests, []);
    });

    it("before any request, where its options can't be followed", async () => {
      for (const [options, message] of [
        [{ timeoutMs: NaN }, /^timeoutMs is NaN/],
        [{ timeoutMs: -1 }, /^timeoutMs is -1/],
        [{ timeoutMs: "50" }, /^timeoutMs is 50/],
        [{ timeoutMs: null }, /^timeoutMs is null/],
        [{ signal: {} }, /^signal is no AbortSignal/],
        [{ headers: { "x y": "1" } }, /^the request's headers can't be sent: .*x y/],
        [{ headers: { "x-branch": "fix/🚀" } }, /^the request's headers can't be sent: /],
      ]) {
        await assert.rejects(keys.reset("t", "k", GLOBAL, options), { code: "ERR_INVALID_ARGUMENT", message });
        await assert.rejects(keys.with({ requestOptions: options }).reset("t", "k", GLOBAL), { code: "ERR_INVALID_ARGUMENT", message });
      }
      globalThis[REGISTRY] = { "api-client": { requestOptions: { additionalHeaders: { "x-branch": "fix/🚀" } } } };
      await assert.rejects(keys.reset("t", "k", GLOBAL), { code: "ERR_INVALID_ARGUMENT", message: /headers can't be sent/ });
      assert.deepEqual(server.requests, []);
    });

    it("in the wait between two attempts, with the signal's reason", async () => {
      server.play(forever);
      const controller = new AbortController();
      const call = keys.reset("t", "k", GLOBAL, { signal: controller.signal });
      while (server.requests.length === 0) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      controller.abort();
      await assert.rejects(call, { name: "AbortError" });
      assert.equal(server.requests.length, 1);
    });

    it("in the middle of a request, without another one", async () => {
      let sent = 0;
      const hanging = keys.with({
        fetch: (_url, { signal }) => {
          sent++;
          return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
        },
      });
      const controller = new AbortController();
      const call = hanging.reset("t", "k", GLOBAL, { signal: controller.signal });
      controller.abort();
      await assert.rejects(call, { name: "AbortError" });
      assert.equal(sent, 1);
    });

    it("when its time is up, waits and both candidates included", async () => {
      server.play({ verbatim: { status: 404 }, other: { status: 503 } }, "a".repeat(64));
      await assert.rejects(keys.reset("t", "a".repeat(64), GLOBAL, { timeoutMs: 300 }), {
        name: "RequestTimeoutError",
        code: "ERR_REQUEST_TIMEOUT",
        message: "the call took longer than timeoutMs, 300 ms, retries and the waits between them included: raise it, or lower retry.maxAttempts",
      });
      assert.equal(server.requests.length, 2, "before the first retry");
    });

    it("not at all, within its time", async () => {
      assert.deepEqual(await keys.reset("t", "k", GLOBAL, { timeoutMs: 60_000 }), { id: "run_reset" });
      assert.deepEqual(await keys.reset("t", "k", GLOBAL, { timeoutMs: Number.POSITIVE_INFINITY }), { id: "run_reset" });
    });
  });

  it("waits for the end of a rate limit", async () => {
    const resetAt = Date.now() + 400;
    server.play({ sequence: [{ status: 429, headers: { "x-ratelimit-reset": `${resetAt}` } }, { status: 200 }] });
    const patched = globalThis.setTimeout;
    const delays = [];
    globalThis.setTimeout = (callback, delay, ...rest) => {
      const isPause = /idempotency-keys/.test(new Error().stack);
      if (isPause) delays.push(delay);
      return patched(callback, isPause ? 0 : delay, ...rest);
    };
    try {
      await keys.reset("t", "k", GLOBAL);
    } finally {
      globalThis.setTimeout = patched;
    }
    assert.equal(delays.length, 1);
    assert.ok(delays[0] > 0 && delays[0] <= 400 + 1_000, `waits ${delays[0]} ms`);
  });

  it("is not sent again on a 429 that was the last attempt", async () => {
    server.play({ any: { status: 429, headers: { "x-ratelimit-reset": `${Date.now() + 5_000}` } } });
    await assert.rejects(keys.reset("t", "k", GLOBAL, { retry: { maxAttempts: 1 } }), { status: 429, code: "ERR_API" });
    assert.equal(server.requests.length, 1);
  });

  it("is not sent for ever where the number of attempts is none", async () => {
    server.play({ any: { status: 503 } });
    await assert.rejects(keys.reset("t", "k", GLOBAL, { retry: { maxAttempts: NaN, minTimeoutInMs: 1 }, timeoutMs: 2_000 }), { status: 503 });
    assert.equal(server.requests.length, 1);
  });

  it("reports a server that can't be reached, with the cause", async () => {
    const nowhere = keys.with({ baseURL: "http://127.0.0.1:1" });
    await assert.rejects(nowhere.reset("t", "k", GLOBAL, { retry: { maxAttempts: 1 } }), (error) => {
      assert.ok(error instanceof ConnectionError);
      assert.deepEqual([error.code, error.message], ["ERR_CONNECTION", "Connection error."]);
      assert.ok(error.cause instanceof TypeError);
      return true;
    });
  });

  it("never tries the derived key after a failure that isn't a 404", async () => {
    for (const failure of [{ status: 400 }, { status: 401 }, { status: 410 }, { status: 503 }, { destroy: true }]) {
      server.play({ verbatim: failure, other: { status: 200 } }, "a".repeat(64));
      await assert.rejects(keys.reset("t", "a".repeat(64), GLOBAL, { retry: { maxAttempts: 1 } }));
      assert.equal(server.requests.length, 1, JSON.stringify(failure));
    }
  });

  describe("takes its settings", () => {
    const authorization = async (instance) => {
      server.play();
      await instance.reset("t", "k", GLOBAL);
      return server.headers.authorization;
    };

    it("from the config, then the SDK, then the environment, each on its own", async () => {
      process.env = { ...env, TRIGGER_API_URL: server.url, TRIGGER_ACCESS_TOKEN: "tr_env_access" };
      assert.equal(await authorization(idempotencyKeys), "Bearer tr_env_access");
      process.env.TRIGGER_SECRET_KEY = "tr_env_secret";
      assert.equal(await authorization(idempotencyKeys), "Bearer tr_env_secret");
      globalThis[REGISTRY] = { "api-client": { accessToken: "tr_sdk_access" } };
      assert.equal(await authorization(idempotencyKeys), "Bearer tr_sdk_access");
      globalThis[REGISTRY]["api-client"].secretKey = "tr_sdk_secret";
      assert.equal(await authorization(idempotencyKeys), "Bearer tr_sdk_secret");
      assert.equal(await authorization(idempotencyKeys.with({ accessToken: "tr_config" })), "Bearer tr_config");
    });

    it("an empty token is none to the end: a run's own token doesn't change what is missing", async () => {
      for (const sdk of [{}, { secretKey: "" }]) {
        process.env = { ...env, TRIGGER_RUN_TOKEN: "tr_run", TRIGGER_SECRET_KEY: sdk.secretKey === "" ? "tr_env" : "" };
        globalThis[REGISTRY] = { "api-client": sdk };
        apiClientManager.setGlobalAPIClientConfiguration(sdk);
        const theirs = await resetIdempotencyKey("t", "k", GLOBAL).catch(({ message }) => message);
        assert.match(theirs, /^You need to set the TRIGGER_SECRET_KEY/);
        await assert.rejects(idempotencyKeys.reset("t", "k", GLOBAL), { code: "ERR_MISSING_CREDENTIALS", message: theirs });
      }
    });

    it("at each call, not before", async () => {
      process.env = { ...env, TRIGGER_API_URL: server.url };
      const instance = idempotencyKeys.with({});
      await assert.rejects(instance.reset("t", "k", GLOBAL), { code: "ERR_MISSING_CREDENTIALS" });
      process.env.TRIGGER_SECRET_KEY = "tr_late";
      assert.equal(await authorization(instance), "Bearer tr_late");
    });

    it("of the branch", async () => {
      for (const [config, sdk, variables, branch] of [
        [{ previewBranch: "config" }, { previewBranch: "sdk" }, { TRIGGER_PREVIEW_BRANCH: "env" }, "config"],
        [{}, { previewBranch: "sdk" }, { TRIGGER_PREVIEW_BRANCH: "env" }, "sdk"],
        [{}, {}, { TRIGGER_PREVIEW_BRANCH: "env", VERCEL_GIT_COMMIT_REF: "vercel" }, "env"],
        [{}, {}, { VERCEL_GIT_COMMIT_REF: "vercel", TRIGGER_DEV_BRANCH: "dev" }, "vercel"],
        [{}, {}, { TRIGGER_DEV_BRANCH: "dev" }, "dev"],
        [{}, {}, { TRIGGER_DEV_BRANCH: "default" }, undefined],
        [{ previewBranch: "" }, {}, { TRIGGER_PREVIEW_BRANCH: "env" }, undefined],
      ]) {
        process.env = { ...env, ...variables };
        globalThis[REGISTRY] = { "api-client": sdk };
        await authorization(keys.with(config));
        assert.equal(server.headers["x-trigger-branch"], branch);
      }
    });

    it("of the requests from the SDK, the config and the call, field by field", async () => {
      globalThis[REGISTRY] = {
        "api-client": {
          requestOptions: { retry: { maxAttempts: 1 }, additionalHeaders: { "x-sdk": "1", authorization: "Bearer no" } },
        },
      };
      server.play({ any: { status: 503 } });
      await assert.rejects(keys.reset("t", "k", GLOBAL), { status: 503 });
      assert.equal(server.requests.length, 1);
      assert.deepEqual([server.headers["x-sdk"], server.headers.authorization], ["1", `Bearer ${SECRET}`]);
      const own = keys.with({ requestOptions: { retry: { maxAttempts: 2, minTimeoutInMs: 1 }, headers: { "x-config": "1", "x-both": "1" } } });
      server.play({ any: { status: 503 } });
      await assert.rejects(own.reset("t", "k", GLOBAL, { retry: { maxAttempts: 3 }, headers: { "x-both": "2" } }), { status: 503 });
      assert.equal(server.requests.length, 3);
      assert.deepEqual([server.headers["x-config"], server.headers["x-both"]], ["1", "2"]);
    });

    it("of fetch from the config, or else the platform's at the time of the call", async (t) => {
      const urls = [];
      const answer = (url) => {
        urls.push(url);
        return Promise.resolve(Response.json({ id: "run_1" }));
      };
      const path = `/api/v1/idempotencyKeys/${sha256("k")}/reset`;
      await idempotencyKeys.with({ accessToken: "t", fetch: answer }).reset("t", "k", GLOBAL);
      const platform = globalThis.fetch;
      t.after(() => (globalThis.fetch = platform));
      globalThis.fetch = answer;
      await keys.reset("t", "k", GLOBAL);
      assert.deepEqual(urls, [`https://api.trigger.dev${path}`, server.url + path]);
    });

    it("where there is no process, and where looking at it is forbidden", async () => {
      const { process: real } = globalThis;
      const setProcess = (value) => Object.defineProperty(globalThis, "process", { value, writable: true, configurable: true });
      const forbidden = {
        get env() {
          throw new Error("NotCapable: requires env access");
        },
      };
      try {
        for (const value of [undefined, forbidden]) {
          setProcess(value);
          await assert.rejects(idempotencyKeys.reset("t", "k", GLOBAL), { code: "ERR_MISSING_CREDENTIALS" });
          assert.deepEqual(await keys.reset("t", "k", GLOBAL), { id: "run_reset" });
        }
      } finally {
        setProcess(real);
      }
    });
  });

  it("shows the access token in no error, and in nothing that can be looked at", async () => {
    const lineBreak = `${SECRET}\nx-injected: 1`;
    const failures = [
      [keys, { any: { status: 401 } }],
      [keys, { any: { status: 404 } }],
      [keys, { any: { destroy: true } }],
      [keys, { any: { status: 200, body: "nope" } }],
      [keys.with({ accessToken: lineBreak }), undefined],
      [keys.with({ baseURL: "not a URL" }), undefined],
    ];
    for (const [instance, script] of failures) {
      server.play(script);
      const error = await instance.reset("t", "k", GLOBAL, { retry: { maxAttempts: 1 } }).then(
        () => assert.fail("it fails"),
        (reason) => reason,
      );
      assert.ok(error instanceof IdempotencyKeyError, inspect(error));
      const seen = inspect(error, { depth: null, showHidden: true }) + JSON.stringify(error) + error.stack;
      assert.ok(!seen.includes(SECRET), seen);
    }
    assert.ok(!inspect(keys, { depth: null, showHidden: true }).includes(SECRET));
    assert.ok(!JSON.stringify(keys).includes(SECRET));
  });

  it("words what is wrong with an answer as the SDK's own client does", async () => {
    const client = () => apiClientManager.clientOrThrow({ baseURL: server.url, accessToken: SECRET });
    const bodies = [
      null,
      true,
      0,
      5,
      "text",
      "",
      [],
      [1],
      {},
      { id: null },
      { id: 5 },
      { id: [] },
      { id: {} },
      { id: true },
      { id: "" },
      { id: "run_1" },
      { error: null },
      { error: "" },
      { error: "E" },
      { error: 5 },
      { error: true },
      { error: [] },
      { error: ["a"] },
      { error: {} },
      { error: { message: "M" } },
      { error: { message: "" } },
      { error: { message: { a: 1 } } },
      { error: { message: 5 } },
      { error: { code: "C" } },
      { message: "top" },
      { error: "E", code: "C" },
    ].map((body) => JSON.stringify(body));
    const texts = ["", " ", "nope", "<html>", "{", '\ufeff{"id":"run_1"}', '"\\ud800"'];
    let compared = 0;
    for (const status of [200, 201, 203, 301, 400, 402, 404, 418, 422, 503]) {
      for (const body of [...bodies, ...texts]) {
        server.play({ any: { status, body } });
        const once = { retry: { maxAttempts: 1 } };
        const end = async (call) => {
          try {
            return { value: await call() };
          } catch ({ message, status: reported }) {
            return { message, status: reported };
          }
        };
        const theirs = await end(() => client().resetIdempotencyKey("t", sha256("k"), once));
        const ours = await end(() => keys.reset("t", "k", GLOBAL, once));
        assert.deepEqual(ours, theirs, `${status} ${body}`);
        compared++;
      }
    }
    assert.equal(compared, 10 * (bodies.length + texts.length));
  });
});
