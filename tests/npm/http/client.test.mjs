/** `createIdempotentFetch`: what is sent, how often and when. */
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";

import { client, http, keys, runOnce } from "./package.mjs";

const URL_ = "https://api.example.com/charges";

/** A server that gives these answers in turn: a status, a Response, an error, or a function of the request. */
function scripted(...answers) {
  const sent = [];
  const fetch = async (input, init) => {
    const request = new Request(input, { ...init, ...(init.body instanceof ReadableStream ? { duplex: "half" } : {}) });
    sent.push({ at: performance.now(), key: request.headers.get("idempotency-key"), headers: request.headers, body: await request.text() });
    const answer = answers[Math.min(sent.length, answers.length) - 1];
    const found = typeof answer === "function" ? await answer(request, init) : answer;
    if (found instanceof Error) throw found;
    return typeof found === "number" ? new Response(`answer ${sent.length}`, { status: found }) : found.clone();
  };
  return { sent, fetch };
}

const soon = { minDelay: 1, maxDelay: 2 };
const post = { method: "POST", body: "x" };
const idempotent = (server, options) => client.createIdempotentFetch({ ...soon, fetch: server.fetch, ...options });

test("503, 503, 201: one key, three requests", async () => {
  const server = scripted(503, 503, 201);
  const response = await idempotent(server)(URL_, post);
  assert.equal(response.status, 201);
  assert.equal(await response.text(), "answer 3");
  assert.equal(server.sent.length, 3);
  assert.equal(new Set(server.sent.map(({ key }) => key)).size, 1);
  assert.match(server.sent[0].key, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.deepEqual(
    server.sent.map(({ body }) => body),
    ["x", "x", "x"],
  );
});

test("two calls, two keys", async () => {
  const server = scripted(201);
  const send = idempotent(server);
  await send(URL_, post);
  await send(URL_, post);
  assert.notEqual(server.sent[0].key, server.sent[1].key);
});

test("the caller's key is kept: as an option, as a header, as an IdempotencyKey, as a Request's header", async () => {
  const server = scripted(500, 201);
  const key = keys.idempotencyKeys.createSync("order-1", { scope: "global" });
  for (const [init, expected] of [
    [{ idempotencyKey: "order-1" }, "order-1"],
    [{ headers: { "Idempotency-Key": "order-2" } }, "order-2"],
    [{ idempotencyKey: key }, key.hash],
  ]) {
    await idempotent(server)(URL_, { ...post, ...init });
    assert.deepEqual(
      server.sent
        .splice(0)
        .map(({ key }) => key)
        .filter((sent) => sent !== expected),
      [],
    );
  }
  await idempotent(server)(new Request(URL_, { ...post, headers: { "idempotency-key": "order-3" } }));
  assert.equal(server.sent[0].key, "order-3");
});

test("a Request's body is sent with each attempt", async () => {
  const server = scripted(503, 503, 201);
  await idempotent(server)(new Request(URL_, { method: "POST", body: "hello" }));
  assert.deepEqual(
    server.sent.map(({ body }) => body),
    ["hello", "hello", "hello"],
  );
});

test("quoted: a string of RFC 8941; another header's name", async () => {
  const server = scripted(201);
  await idempotent(server, { quoted: true, header: "X-Key" })(URL_, { ...post, idempotencyKey: 'a "b" \\' });
  assert.equal(server.sent[0].headers.get("x-key"), '"a \\"b\\" \\\\"');
});

test("a key that a header can't carry: an error, and nothing is sent", async () => {
  const server = scripted(201);
  for (const idempotencyKey of ["", "a b", "é", "a\n", 1, {}]) {
    await assert.rejects(idempotent(server)(URL_, { ...post, idempotencyKey }), { code: "ERR_INVALID_ARGUMENT" });
  }
  assert.equal(server.sent.length, 0);
});

test("network errors are retried, and the last one is thrown", async () => {
  const server = scripted(new TypeError("fetch failed"), 201);
  assert.equal((await idempotent(server)(URL_, post)).status, 201);
  const down = scripted(new TypeError("fetch failed"));
  await assert.rejects(idempotent(down, { attempts: 3 })(URL_, post), /fetch failed/);
  assert.equal(down.sent.length, 3);
});

const problem = (body, init) => new Response(JSON.stringify(body), { status: 409, ...init });

test("409: retried where it says in progress, or has Retry-After; an application's own is the answer", async () => {
  for (const answer of [
    problem({ code: "in-progress" }),
    problem({ error: { code: "idempotency_key_in_use", type: "invalid_request_error" } }),
    problem({ type: "invalid_request", code: "idempotency_in_flight" }),
    problem({}, { headers: { "retry-after": "0" } }),
  ]) {
    const server = scripted(answer, 201);
    assert.equal((await idempotent(server)(URL_, post)).status, 201);
    assert.equal(server.sent.length, 2);
  }
  for (const answer of [problem({ code: "out-of-stock" }), problem("x"), new Response("no JSON", { status: 409 }), problem({ code: "response-not-stored" })]) {
    const server = scripted(answer, 201);
    const response = await idempotent(server)(URL_, post);
    assert.equal(response.status, 409);
    assert.ok((await response.text()).length > 0, "its body can still be read");
    assert.equal(server.sent.length, 1);
  }
});

test("422, 400, 401 and a replayed 500 are the answer", async () => {
  for (const answer of [422, 400, 401, new Response("x", { status: 500, headers: { "idempotent-replayed": "true" } })]) {
    const server = scripted(answer, 201);
    await idempotent(server)(URL_, post);
    assert.equal(server.sent.length, 1);
  }
});

test("Stripe-Should-Retry decides", async () => {
  const yes = scripted(new Response("", { status: 400, headers: { "stripe-should-retry": "true" } }), 201);
  assert.equal((await idempotent(yes)(URL_, post)).status, 201);
  const no = scripted(new Response("", { status: 500, headers: { "stripe-should-retry": "false" } }), 201);
  assert.equal((await idempotent(no)(URL_, post)).status, 500);
});

test("Retry-After is obeyed, in seconds and as a date, unless it is beyond the budget", async () => {
  const server = scripted(new Response("", { status: 503, headers: { "retry-after": "1" } }), 201);
  await idempotent(server)(URL_, post);
  assert.ok(server.sent[1].at - server.sent[0].at > 950);
  const late = scripted(new Response("", { status: 503, headers: { "retry-after": new Date(Date.now() + 100_000).toUTCString() } }), 201);
  assert.equal((await idempotent(late)(URL_, post)).status, 503);
  assert.equal(late.sent.length, 1);
});

test("waits grow, and are shortened at random by a half at most", async () => {
  const server = scripted(503);
  await idempotent(server, { minDelay: 100, maxDelay: 200, attempts: 4 })(URL_, post);
  const waits = server.sent.slice(1).map(({ at }, index) => at - server.sent[index].at);
  waits.forEach((wait, index) => assert.ok(wait >= [50, 100, 100][index] - 2 && wait < [100, 200, 200][index] + 150, waits.join()));
});

test("a stream is sent once", async () => {
  const server = scripted(503, 201);
  const body = new ReadableStream({ start: (controller) => (controller.enqueue(new TextEncoder().encode("x")), controller.close()) });
  assert.equal((await idempotent(server)(URL_, { method: "POST", body, duplex: "half" })).status, 503);
  assert.equal(server.sent.length, 1);
});

test("abort ends the wait, with the signal's reason", async () => {
  const server = scripted(503);
  const controller = new AbortController();
  const sent = idempotent(server, { minDelay: "10s", maxDelay: "10s" })(URL_, { ...post, signal: controller.signal });
  setTimeout(() => controller.abort(new Error("enough")), 50);
  const since = performance.now();
  await assert.rejects(sent, /enough/);
  assert.ok(performance.now() - since < 2000);
  assert.equal(server.sent.length, 1);
  await assert.rejects(idempotent(server)(URL_, { ...post, signal: AbortSignal.abort(new Error("before")) }), /before/);
});

test("a signal that aborts while retry is asked ends the call before the wait", async () => {
  const server = scripted(503);
  const controller = new AbortController();
  const retry = () => (controller.abort(new Error("enough")), true);
  const since = performance.now();
  await assert.rejects(idempotent(server, { retry, minDelay: "10s", maxDelay: "10s" })(URL_, { ...post, signal: controller.signal }), /enough/);
  assert.ok(performance.now() - since < 2000);
  assert.equal(server.sent.length, 1);
});

test("with a time for each attempt, the caller's signal still reaches the body, and keeps nothing of a call that is over", async () => {
  const signals = [];
  const fetch = async (_, init) => (signals.push(init.signal), new Response("x"));
  const send = client.createIdempotentFetch({ attemptTimeout: "5s", fetch });
  const controller = new AbortController();
  for (let call = 0; call < 20; call++) await (await send(URL_, { ...post, signal: controller.signal })).text();
  assert.equal(getEventListeners(controller.signal, "abort").length, 0);
  controller.abort(new Error("enough"));
  assert.deepEqual([signals.length, signals.at(-1).aborted, signals.at(-1).reason.message], [20, true, "enough"]);
});

test("an attempt that takes too long is retried", async () => {
  const hangs = (_, { signal }) => new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const server = scripted(hangs, 201);
  assert.equal((await idempotent(server, { attemptTimeout: 50 })(URL_, post)).status, 201);
  await assert.rejects(idempotent(scripted(hangs), { attemptTimeout: 20, attempts: 2 })(URL_, post), { name: "TimeoutError" });
});

test("retry decides, where it says something", async () => {
  const seen = [];
  const server = scripted(404, 503, 201);
  const retry = ({ attempt, response }) => (seen.push([attempt, response.status]), response.status === 404 ? true : undefined);
  assert.equal((await idempotent(server, { retry })(URL_, post)).status, 201);
  assert.deepEqual(seen, [
    [1, 404],
    [2, 503],
    [3, 201],
  ]);
  assert.equal((await idempotent(scripted(503, 201), { retry: () => false })(URL_, post)).status, 503);
});

test("settings that can't be are refused", () => {
  for (const options of [{ attempts: 0 }, { header: "a b" }, { header: "" }, { header: null }, { attempt: 3 }, "x"]) {
    assert.throws(() => client.createIdempotentFetch(options), { code: "ERR_INVALID_ARGUMENT" });
  }
  assert.throws(() => client.createIdempotentFetch({ budget: "soon" }), { code: "ERR_INVALID_TTL" });
});

test("against the wrapper: an answer that was lost is replayed to the client's retry", async () => {
  let runs = 0;
  const handler = http.createIdempotency({ store: new runOnce.MemoryStore(), caller: "anyone" })(async () => Response.json({ run: ++runs }, { status: 201 }));
  let losses = 2;
  const lossy = async (input, init) => {
    const response = await handler(new Request(input, init));
    if (losses-- > 0) throw new TypeError("fetch failed");
    return response;
  };
  const response = await client.createIdempotentFetch({ ...soon, fetch: lossy })(URL_, post);
  assert.deepEqual([await response.json(), response.headers.get("idempotent-replayed"), runs], [{ run: 1 }, "true", 1]);
});
