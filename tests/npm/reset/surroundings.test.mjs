/** What a reset finds around it: settings from the environment, signals of polyfills. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { importEntries } from "../support/entries.mjs";

const { idempotencyKeys, IdempotencyKeyError } = (await importEntries()).main;

/** An instance that has what it needs; counts what it sends. */
function instance(config = {}) {
  const sent = [];
  const fetch = async (url, request) => {
    sent.push({ url, headers: Object.fromEntries(request.headers) });
    return Response.json({ id: "run_1" });
  };
  return { sent, keys: idempotencyKeys.with({ baseURL: "https://api.example", accessToken: "tr_test", fetch, ...config }) };
}

for (const [name, value, refused] of [
  ["VERCEL_GIT_COMMIT_REF", "fix/\u{1f680}", true],
  ["VERCEL_GIT_COMMIT_REF", "stra\u00dfe", true],
  ["TRIGGER_PREVIEW_BRANCH", "a\nb", true],
  ["TRIGGER_DEV_BRANCH", "caf\u00e9", true],
  ["VERCEL_GIT_COMMIT_REF", "fix/login #2", false],
]) {
  test(`${name}=${JSON.stringify(value)} is ${refused ? "refused, and the variable named" : "sent"}`, async () => {
    const { sent, keys } = instance();
    process.env[name] = value;
    try {
      const call = keys.reset("task", "a", { scope: "global" });
      if (!refused) {
        await call;
        assert.equal(sent[0].headers["x-trigger-branch"], value);
        return;
      }
      await assert.rejects(call, (error) => {
        assert.ok(error instanceof IdempotencyKeyError);
        assert.equal(error.code, "ERR_INVALID_ARGUMENT");
        assert.equal(error.found, value);
        assert.ok(error.message.startsWith(`${name} is `), error.message);
        return true;
      });
      assert.deepEqual(sent, []);
    } finally {
      delete process.env[name];
    }
  });
}

test("an access token that no header can carry is refused without showing it", async () => {
  for (const accessToken of ["tr_\u00df", "tr_\u{1f680}", "tr_a\nb"]) {
    const { sent, keys } = instance({ accessToken });
    await assert.rejects(keys.reset("task", "a", { scope: "global" }), (error) => {
      assert.equal(error.code, "ERR_MISSING_CREDENTIALS");
      assert.ok(!JSON.stringify(error).includes(accessToken));
      return true;
    });
    assert.deepEqual(sent, []);
  }
});

test("a malformed address is refused at once, and nothing is sent", async () => {
  for (const baseURL of ["api.trigger.dev", "localhost:3030", "http//api", "ftp://api.example", "https://", "http://a b"]) {
    const { sent, keys } = instance({ baseURL });
    const started = performance.now();
    await assert.rejects(keys.reset("task", "a", { scope: "global" }), { code: "ERR_INVALID_ARGUMENT", found: baseURL });
    assert.ok(performance.now() - started < 900);
    assert.deepEqual(sent, []);
  }
});

/** An abort signal as old polyfills have it: no reason, no throwIfAborted. */
class OldSignal extends EventTarget {
  aborted = false;
  abort() {
    this.aborted = true;
    this.dispatchEvent(new Event("abort"));
  }
}

test("a signal without reason and throwIfAborted ends the call with an AbortError", async () => {
  const fetch = (_, { signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  for (const when of ["before", "while"]) {
    const signal = new OldSignal();
    const { keys } = instance({ fetch });
    if (when === "before") signal.abort();
    const call = keys.reset("task", "a", { scope: "global" }, { signal });
    if (when === "while") setTimeout(() => signal.abort(), 10);
    await assert.rejects(call, { name: "AbortError" });
  }
});
