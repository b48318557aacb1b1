/** The access token goes into one header of one host's requests, and is seen nowhere else. */

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { inspect } from "node:util";

import { importEntries } from "../support/entries.mjs";

const { main } = await importEntries();
const { idempotencyKeys } = main;
const SECRET = "tr_prod_s3cr3tT0ken";
const once = { retry: { maxAttempts: 1 } };
const global = { scope: "global" };

/** Answers as `answer` says, and keeps what was asked. */
async function listen(answer) {
  const requests = [];
  const server = createServer((request, response) => {
    requests.push({ url: request.url, headers: request.headers });
    answer(request, response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, requests, close: () => server.close() };
}

const STATUSES = [400, 401, 403, 404, 409, 422, 429, 500, 503];
let refusing, odd, elsewhere, redirecting;
before(async () => {
  refusing = await listen((request, response) => {
    response.statusCode = Number(request.url.split("/")[1]);
    response.end(JSON.stringify({ error: "refused" }));
  });
  odd = await listen((_, response) => response.end("<html>"));
  elsewhere = await listen((_, response) => response.end('{"id":"run_elsewhere"}'));
  redirecting = await listen((_, response) => {
    response.writeHead(307, { location: `${elsewhere.url}/stolen` });
    response.end();
  });
});
after(() => [refusing, odd, elsewhere, redirecting].forEach((server) => server.close()));

/** All that can be read off a value: by inspection, as JSON, property by property, causes included. */
function everything(value, seen = new Set()) {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return String(value);
  if (seen.has(value)) return "";
  seen.add(value);
  const own = Reflect.ownKeys(value).map((name) => `${String(name)}: ${everything(Object.getOwnPropertyDescriptor(value, name).value, seen)}`);
  return [inspect(value, { depth: Infinity, showHidden: true, getters: true }), ...own].join("\n");
}

function assertHidden(value, what) {
  const text = everything(value);
  assert.ok(!text.includes(SECRET), `${what} shows the token: ${text}`);
  assert.ok(!text.includes(Buffer.from(SECRET).toString("base64")), `${what} shows the token in base64`);
}

/** What the reset ends with, which has to be an error, and all that is written meanwhile. */
async function failure(config, key = "a", requestOptions = once) {
  const written = [];
  const patched = ["log", "info", "warn", "error", "debug", "trace"].map((name) => [console, name]);
  const originals = patched.map(([owner, name]) => owner[name]);
  patched.forEach(([owner, name]) => (owner[name] = (...args) => void written.push(inspect(args))));
  try {
    await idempotencyKeys.with(config).reset("my-task", key, global, requestOptions);
  } catch (error) {
    return { error, written: written.join("\n") };
  } finally {
    patched.forEach(([owner, name], index) => (owner[name] = originals[index]));
  }
  return assert.fail("the reset went well");
}

test("no failure of a reset shows the access token, in the error, its causes or the output", async () => {
  const config = { baseURL: odd.url, accessToken: SECRET };
  const controller = new AbortController();
  controller.abort();
  const unread = new Response("");
  const failures = {
    ...Object.fromEntries(STATUSES.map((status) => [status, () => failure({ ...config, baseURL: `${refusing.url}/${status}` })])),
    "an answer that is no JSON": () => failure(config),
    "no connection": () => failure({ ...config, baseURL: "http://127.0.0.1:1" }),
    "an address that is none": () => failure({ ...config, baseURL: "not an address" }),
    "an address of another protocol": () => failure({ ...config, baseURL: "file:///etc" }),
    "a line break in the token": () => failure({ ...config, accessToken: `${SECRET}\n` }),
    "a character that headers can't carry": () => failure({ ...config, accessToken: `${SECRET}é日` }),
    "a fetch that fails": () => failure({ ...config, fetch: () => Promise.reject(new TypeError("failed")) }),
    "a fetch that answers nonsense": () => failure({ ...config, fetch: async () => unread }),
    "an abort": () => failure(config, "a", { ...once, signal: controller.signal }),
    "a timeout": () =>
      failure({ ...config, fetch: (_, { signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))) }, "a", {
        ...once,
        timeoutMs: 5,
      }),
    "a key that is refused": () => failure(config, [null]),
    "half a character": () => failure(config, `\ud800${"a".repeat(63)}`),
  };
  for (const [what, fail] of Object.entries(failures)) {
    const { error, written } = await fail();
    assertHidden(error, what);
    assert.ok(!written.includes(SECRET), what);
  }
});

test("a token from the environment is as hidden as one from the config", async (t) => {
  process.env.TRIGGER_SECRET_KEY = SECRET;
  t.after(() => delete process.env.TRIGGER_SECRET_KEY);
  const { error } = await failure({ baseURL: `${refusing.url}/401` });
  assert.equal(refusing.requests.at(-1).headers.authorization, `Bearer ${SECRET}`);
  assertHidden(error, "the error");
});

test("neither an instance nor a key made by it shows its config", () => {
  const instance = idempotencyKeys.with({ accessToken: SECRET, baseURL: odd.url, ctx: { run: { id: "run_1" } } });
  assertHidden(instance, "the instance");
  assertHidden(instance.with({ previewBranch: "x" }), "one made from it");
  const key = instance.createSync("a");
  assertHidden(key, "a key");
  if (key.toToken) assertHidden(key.toToken(), "a token");
  assertHidden(instance.planReset("a"), "a plan");
});

test("whatever the key, the request goes to one path of the configured host", async () => {
  const pad = (text) => text + "x".repeat(64 - text.length);
  const keys = [
    "../../",
    "..%2f..%2f",
    "/..//",
    "?a=b&",
    "#",
    "@evil.example/",
    "http://evil.example/",
    "\\..\\",
    "\r\nhost: evil.example\r\n",
    "%00",
    ".",
    " ",
    "é",
    "日😀",
  ].map(pad);
  for (const key of [...keys, ".".repeat(64), "/".repeat(64), "a", ["..", "/"]]) {
    const urls = [];
    const fetch = async (url) => (urls.push(url), Response.json({ id: "run_1" }));
    const options = typeof key === "string" && key.length === 64 ? {} : global;
    await idempotencyKeys.with({ baseURL: "https://api.example/base", accessToken: SECRET, fetch }).reset("t", key, options);
    const { origin, pathname, search, hash } = new URL(urls[0]);
    assert.equal(origin, "https://api.example");
    assert.match(pathname, /^\/base\/api\/v1\/idempotencyKeys\/[^/]+\/reset$/, key);
    assert.equal(search + hash, "");
    if (typeof key === "string" && key.length === 64) assert.equal(decodeURIComponent(pathname.split("/").at(-2)), key);
  }
});

test("a redirect to another origin does not take the access token along", async () => {
  const instance = idempotencyKeys.with({ baseURL: redirecting.url, accessToken: SECRET });
  assert.deepEqual(await instance.reset("my-task", "a", global, once), { id: "run_elsewhere" });
  assert.equal(redirecting.requests[0].headers.authorization, `Bearer ${SECRET}`);
  assert.equal(elsewhere.requests.length, 1);
  assert.ok(!JSON.stringify(elsewhere.requests).includes(SECRET));
});

test("what a key or a copy of one carries can't change where a reset goes", async () => {
  const urls = [];
  const instance = idempotencyKeys.with({
    baseURL: "https://api.example",
    accessToken: SECRET,
    fetch: async (url) => (urls.push(url), Response.json({ id: "x" })),
  });
  const key = instance.createSync("https://evil.example/?", global);
  const forged = { [Symbol.for("idempotency-keys.IdempotencyKey")]: true, hash: "../../evil" };
  await instance.reset("my-task", key);
  await assert.rejects(instance.reset("my-task", forged), { code: "ERR_INVALID_KEY" });
  await assert.rejects(instance.reset("my-task", { ...forged, baseURL: "https://evil.example", hash: undefined }), { code: "ERR_INVALID_KEY" });
  assert.deepEqual(urls, [`https://api.example/api/v1/idempotencyKeys/${key.hash}/reset`]);
  if (!main.IdempotencyKey.fromToken) return;
  await instance.reset("my-task", main.IdempotencyKey.fromToken(key.toToken()));
  assert.equal(urls[1], urls[0]);
});
