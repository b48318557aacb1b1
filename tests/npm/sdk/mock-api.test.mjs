import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";

import { startStandIn } from "../support/mock-api/server.mjs";

const DAY = 24 * 60 * 60 * 1_000;

describe("the mock API", () => {
  let api;
  beforeEach(async () => {
    api = await startStandIn();
  });
  afterEach(() => api.close());

  async function post(path, body, { token = "tr_dev", branch, type = "application/json" } = {}) {
    const response = await fetch(api.url + path, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": type, ...(branch && { "x-trigger-branch": branch }) },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    return { status: response.status, ...(await response.json()) };
  }
  const trigger = (task, options, settings) => post(`/api/v1/tasks/${task}/trigger`, { payload: "{}", options }, settings);
  const reset = (task, key) => post(`/api/v1/idempotencyKeys/${key}/reset`, { taskIdentifier: task });

  it("answers a second trigger with the first one's run, within environment, task and key", async () => {
    const options = { idempotencyKey: "k" };
    assert.deepEqual(await trigger("a", options), { status: 200, id: "run_1", isCached: false });
    assert.deepEqual(await trigger("a", options), { status: 200, id: "run_1", isCached: true });
    assert.equal((await trigger("b", options)).isCached, false);
    assert.equal((await trigger("a", { idempotencyKey: "l" })).isCached, false);
    assert.equal((await trigger("a", options, { token: "tr_prod" })).isCached, false);
    assert.equal((await trigger("a", options, { branch: "feature" })).isCached, false);
    assert.equal((await trigger("a")).isCached, false);
    assert.equal((await trigger("a")).isCached, false);
  });

  it("forgets a key after its TTL, or after 30 days where it can't read the TTL", async () => {
    const windows = [
      [undefined, 30 * DAY],
      ["90s", 90_000],
      ["2h", 7_200_000],
      ["3d", 3 * DAY],
      ["1h30m", 30 * DAY],
      ["1w", 30 * DAY],
    ];
    for (const [ttl, window] of windows) {
      const options = { idempotencyKey: `k-${ttl}`, idempotencyKeyTTL: ttl };
      await trigger("a", options);
      api.advance(window - 1_000);
      assert.equal((await trigger("a", options)).isCached, true, `${ttl} still holds`);
      api.advance(2_000);
      assert.equal((await trigger("a", options)).isCached, false, `${ttl} is over`);
    }
  });

  it("forgets the key of a failed run, keeps that of a successful or cancelled one", async () => {
    for (const [status, isCached] of [
      ["FAILED", false],
      ["CRASHED", false],
      ["TIMED_OUT", false],
      ["COMPLETED", true],
      ["CANCELED", true],
    ]) {
      const options = { idempotencyKey: status };
      const { id } = await trigger("a", options);
      api.finish(id, status);
      assert.equal((await trigger("a", options)).isCached, isCached, status);
    }
    assert.throws(() => api.finish("run_99", "FAILED"), /no run run_99/);
  });

  it("resets every run with the key, and answers 404 when there is none", async () => {
    await trigger("a", { idempotencyKey: "k" });
    assert.deepEqual(await reset("a", "k"), { status: 200, id: "k" });
    assert.equal((await trigger("a", { idempotencyKey: "k" })).id, "run_2");
    assert.equal((await reset("b", "k")).status, 404);
    assert.equal((await reset("a", "k")).status, 200);
    assert.equal((await reset("a", "k")).status, 404);
  });

  it("refuses a key of more than 2,048 characters, and a request without a token", async () => {
    assert.equal((await trigger("a", { idempotencyKey: "k".repeat(2_048) })).status, 200);
    const { status, error } = await trigger("a", { idempotencyKey: "k".repeat(2_049) });
    assert.deepEqual([status, error], [400, "idempotencyKey must be 2048 characters or less"]);
    assert.equal((await trigger("a", {}, { token: "" })).status, 401);
  });

  it("takes batches in both of the SDKs' ways, dedupes each item, and seals when all arrived", async () => {
    const items = [
      { task: "a", options: { idempotencyKey: "0" } },
      { task: "a", options: { idempotencyKey: "1" } },
    ];
    assert.equal((await post("/api/v2/tasks/batch", { items })).runCount, 2);
    const batch = await post("/api/v3/batches", { runCount: 3, idempotencyKey: "b" });
    assert.deepEqual([batch.runCount, batch.isCached], [3, false]);
    assert.equal((await post("/api/v3/batches", { runCount: 3, idempotencyKey: "b" })).isCached, true);
    const lines = (...indexes) => indexes.map((index) => JSON.stringify({ index, task: "a", options: { idempotencyKey: `${index}` } })).join("\n");
    const send = (body) => post(`/api/v3/batches/${batch.id}/items`, body, { type: "application/x-ndjson" });
    assert.deepEqual(pick(await send(lines(0, 1))), { itemsAccepted: 2, itemsDeduplicated: 0, sealed: false });
    assert.deepEqual(pick(await send(lines(1, 2))), { itemsAccepted: 1, itemsDeduplicated: 1, sealed: true });
    assert.deepEqual(
      api.runs.map(({ idempotencyKey }) => idempotencyKey),
      ["0", "1", "2"],
    );
  });

  it("gives the same wait token for the same key", async () => {
    const token = { idempotencyKey: "k", idempotencyKeyTTL: "1m" };
    assert.equal((await post("/api/v1/waitpoints/tokens", token)).isCached, false);
    assert.equal((await post("/api/v1/waitpoints/tokens", token)).isCached, true);
    api.advance(61_000);
    assert.equal((await post("/api/v1/waitpoints/tokens", token)).isCached, false);
  });

  it("records what was sent", async () => {
    await trigger("a%20b", { idempotencyKey: "k" }, { branch: "feature" });
    const [{ method, path, headers, body }] = api.requests;
    assert.deepEqual([method, path, headers["x-trigger-branch"]], ["POST", "/api/v1/tasks/a%20b/trigger", "feature"]);
    assert.deepEqual(body.options, { idempotencyKey: "k" });
    assert.equal(api.runs[0].task, "a b");
  });
});

const pick = ({ itemsAccepted, itemsDeduplicated, sealed }) => ({ itemsAccepted, itemsDeduplicated, sealed });
