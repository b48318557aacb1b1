/** docs/recipes.md: its files are type-checked against the package, compiled, and used on a PostgreSQL. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash, createHmac } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import { startPostgres } from "../run-once/services.mjs";
import { installedPackage } from "../support/install-package.mjs";
import { filesOf } from "../support/snippets.mjs";

const { files, blocks } = filesOf("docs/recipes.md");
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "idempotency-keys-"));
const PACKAGES = {
  "idempotency-keys": join(installedPackage(), "node_modules/idempotency-keys"),
  "@types/node": at("../node_modules/@types/node"),
  "@types/pg": at("../run-once/node_modules/@types/pg"),
  pg: at("../run-once/node_modules/pg"),
  hono: at("../http/node_modules/hono"),
};
for (const [name, target] of Object.entries(PACKAGES)) {
  mkdirSync(dirname(join(folder, "node_modules", name)), { recursive: true });
  symlinkSync(target, join(folder, "node_modules", name));
}
writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
for (const [name, code] of Object.entries(files)) writeFileSync(join(folder, name), code);

const compile = (names) => {
  const options = ["--strict", "--noUncheckedIndexedAccess", "--target", "es2022", "--lib", "es2022,dom", "--types", "node"];
  const tsc = at("../../../tools/node_modules/typescript/bin/tsc");
  const args = [tsc, ...options, "--module", "nodenext", "--moduleResolution", "nodenext", "--skipLibCheck", "--outDir", "out", ...names];
  execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
};
const load = (name) => import(pathToFileURL(join(folder, "out", `${name}.js`)).href);

const service = await startPostgres();
process.env.DATABASE_URL = service.url;
process.env.STRIPE_SECRET_KEY = "sk_test";
process.env.STRIPE_WEBHOOK_SECRET = "whsec_stripe";
process.env.GITHUB_WEBHOOK_SECRET = "It's a Secret to Everybody";

const realFetch = globalThis.fetch;
/** What was sent to a provider; its answers are `{ id }`, another one each time. */
const sent = [];
globalThis.fetch = async (url, init) => {
  sent.push({ url: String(url), key: new Headers(init.headers).get("idempotency-key"), body: String(init.body) });
  return Response.json({ id: `id_${sent.length}` });
};
after(async () => {
  globalThis.fetch = realFetch;
  await (await load("once")).pool.end();
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("every block has a name, and compiles under strict TypeScript", () => {
  assert.equal(blocks, Object.keys(files).length);
  compile(Object.keys(files));
});

test("a wrong call of the package does not compile", () => {
  writeFileSync(join(folder, "wrong.ts"), 'import { runOnce } from "./once.js";\nawait runOnce(["a", { id: 1 }], () => 1);\n');
  assert.throws(
    () => compile(["wrong.ts"]),
    ({ stdout }) => /wrong\.ts\(2,/.test(stdout),
  );
});

test("a charge is sent once, with its key; another amount is refused", async () => {
  const { charge } = await load("charge");
  const answers = await Promise.all([charge("order-1", 990), charge("order-1", 990)]);
  assert.deepEqual(answers[0], answers[1]);
  const requests = sent.filter(({ url }) => url.endsWith("/payment_intents"));
  assert.equal(requests.length, 1);
  assert.match(requests[0].key, /^[0-9a-f]{64}$/);
  assert.equal(requests[0].body, "amount=990&currency=eur");
  await assert.rejects(charge("order-1", 991), { code: "ERR_PAYLOAD_MISMATCH" });
});

test("signatures: the providers' published examples pass, a changed body doesn't", async () => {
  const { verifyGitHub, verifyStandard, verifyStripe } = await load("signatures");
  // docs.github.com, "Validating webhook deliveries".
  const github = (signature, body) =>
    verifyGitHub(new Headers({ "x-hub-signature-256": signature, "x-github-delivery": "d-1" }), body, "It's a Secret to Everybody");
  const published = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
  assert.deepEqual([github(published, "Hello, World!"), github(published, "Hello, World?"), github("", "Hello, World!")], ["d-1", undefined, undefined]);
  // Svix's documentation of manual verification.
  const [time, id, svixSecret, svixBody] = [1614265330_000, "msg_p5jXN8AQM9LWM0D4loKWxJek", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", '{"test": 2432232314}'];
  const svixHeaders = (prefix) =>
    new Headers({
      [`${prefix}-id`]: id,
      [`${prefix}-timestamp`]: "1614265330",
      [`${prefix}-signature`]: "v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    });
  for (const prefix of ["webhook", "svix"]) {
    assert.equal(verifyStandard(svixHeaders(prefix), svixBody, svixSecret, time), id);
    assert.equal(verifyStandard(svixHeaders(prefix), '{"test": 1}', svixSecret, time), undefined);
    assert.equal(verifyStandard(svixHeaders(prefix), svixBody, svixSecret, time + 301_000), undefined);
  }
  assert.equal(verifyStandard(new Headers(), svixBody, svixSecret, time), undefined);
  const body = '{"id":"evt_1"}';
  const signature = `t=1700000000,v1=${createHmac("sha256", "whsec_stripe").update(`1700000000.${body}`).digest("hex")},v0=00`;
  const stripe = (header, text, now = 1700000000_000) => verifyStripe(new Headers({ "stripe-signature": header }), text, "whsec_stripe", now);
  assert.deepEqual(
    [stripe(signature, body), stripe(signature, '{"id":"evt_2"}'), stripe(signature, body, 1700000301_000), stripe("", body)],
    ["evt_1", undefined, undefined, undefined],
  );
});

test("a webhook is handled once, and again after a failure; a wrong signature not at all, nor a provider without a secret", async () => {
  const { onWebhook } = await load("webhook");
  const handled = [];
  const body = '{"id":"evt_1"}';
  const time = Math.floor(Date.now() / 1000);
  const signed = createHmac("sha256", "whsec_stripe").update(`${time}.${body}`).digest("hex");
  const request = (headers) => new Request("https://example.com/", { method: "POST", body, headers });
  const deliver = async (provider, headers, handle = async (event) => void handled.push(event)) => (await onWebhook(provider, request(headers), handle)).status;
  const stripe = { "stripe-signature": `t=${time},v1=${signed}` };
  await assert.rejects(
    deliver("stripe", stripe, () => Promise.reject(new Error("no database"))),
    /no database/,
  );
  assert.deepEqual([await deliver("stripe", stripe), await deliver("stripe", stripe)], [204, 204]);
  assert.deepEqual(handled, [{ id: "evt_1" }]);
  assert.equal(await deliver("stripe", { "stripe-signature": `t=${time},v1=00` }), 401);
  const github = `sha256=${createHmac("sha256", "It's a Secret to Everybody").update(body).digest("hex")}`;
  assert.equal(await deliver("github", { "x-hub-signature-256": github, "x-github-delivery": "evt_1" }), 204);
  assert.equal(handled.length, 2);
  const unset = createHmac("sha256", "").update(`m.${time}.${body}`).digest("base64");
  assert.equal(await deliver("resend", { "svix-id": "m", "svix-timestamp": String(time), "svix-signature": `v1,${unset}` }), 401);
  assert.deepEqual([await deliver("paypal", stripe), await deliver("constructor", stripe)], [401, 401]);
});

test("an e-mail is sent once", async () => {
  const { sendWelcome } = await load("email");
  assert.deepEqual(await sendWelcome("ada", "ada@example.com"), await sendWelcome("ada", "ada@example.com"));
  assert.equal(sent.filter(({ url }) => url.endsWith("/emails")).length, 1);
});

test("a message is acknowledged when shipped, returned while another ships it or after a failure", async () => {
  const { consume } = await load("consumer");
  const calls = [];
  const message = (eventId) => ({
    body: { eventId, order: 1 },
    ack: () => calls.push("ack"),
    retry: ({ delaySeconds }) => calls.push(delaySeconds > 0 ? "retry" : "at once"),
  });
  let finish;
  const first = consume(message("a"), () => new Promise((resolve) => (finish = resolve)));
  while (finish === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
  await consume(message("a"), () => assert.fail("shipped twice"));
  assert.deepEqual(calls.splice(0), ["retry"]);
  finish();
  await first;
  await consume(message("a"), () => assert.fail("shipped twice"));
  assert.deepEqual(calls.splice(0), ["ack", "ack"]);
  await consume(message("b"), () => Promise.reject(new Error("no stock")));
  assert.deepEqual(calls, ["retry"]);
});

test("a job runs once a day", async () => {
  const { nightly } = await load("nightly");
  let runs = 0;
  const report = async () => ++runs;
  const at = (time) => nightly(new Date(time), report);
  assert.deepEqual([await at("2026-11-28T02:00:00Z"), await at("2026-11-28T02:00:01Z"), await at("2026-11-29T02:00:00Z")], [1, 1, 2]);
});

test("a fan-out has one key for each line", async () => {
  const { itemsFor } = await load("fan-out");
  const items = itemsFor([
    { invoice: "i1", sku: "a" },
    { invoice: "i1", sku: "b" },
  ]);
  assert.deepEqual(
    items,
    ["a", "b"].map((sku) => ({ payload: { invoice: "i1", sku }, options: { idempotencyKey: sha256(`line-i1-${sku}`) } })),
  );
});

test("the Next.js route wants a key, a user, and answers the same again", async () => {
  const { POST } = await load("route");
  const send = (headers) => POST(new Request("https://example.com/api/charges", { method: "POST", headers, body: '{"amount":990}' }), {});
  const headers = { "idempotency-key": "order-42", "x-user": "ada" };
  const [first, second] = [await send(headers), await send(headers)];
  assert.deepEqual([first.status, second.status, second.headers.get("idempotent-replayed")], [201, 201, "true"]);
  assert.equal(await first.text(), await second.text());
  assert.equal((await send({ "x-user": "ada" })).status, 400);
  assert.equal((await send({ "idempotency-key": "order-42" })).status, 401);
});

test("the Hono API answers the same again", async () => {
  const { default: app } = await load("api");
  const send = (sku) =>
    app.request("/orders", {
      method: "POST",
      headers: { "idempotency-key": "o-1", authorization: "ada", "content-type": "application/json" },
      body: JSON.stringify({ sku }),
    });
  const [first, second] = [await send("a"), await send("a")];
  assert.deepEqual([first.status, second.headers.get("idempotent-replayed")], [201, "true"]);
  assert.deepEqual(await first.json(), await second.json());
  assert.equal((await send("b")).status, 422);
});

test("a tool runs once a call; other arguments under one id are refused", async () => {
  const { callTool } = await load("tool");
  let runs = 0;
  const tool = async () => `done ${++runs}`;
  const call = { id: "call_1", name: "refund", arguments: { order: 42 } };
  assert.deepEqual(
    [await callTool("c", call, tool), await callTool("c", call, tool), await callTool("c", { ...call, id: "call_2" }, tool)],
    ["done 1", "done 1", "done 2"],
  );
  await assert.rejects(callTool("c", { ...call, arguments: { order: 43 } }, tool), { code: "ERR_PAYLOAD_MISMATCH" });
});

test("a tool without call ids: the order of the arguments' members doesn't count", async () => {
  const { toolKey } = await load("tool-key");
  const key = toolKey("c", "book", { from: "A", to: "B" });
  assert.equal(key.hash, toolKey("c", "book", { to: "B", from: "A" }).hash);
  const others = [toolKey("d", "book", { from: "A", to: "B" }), toolKey("c", "cancel", { from: "A", to: "B" }), toolKey("c", "book", { from: "B", to: "A" })];
  assert.equal(new Set([key, ...others].map(String)).size, 4);
});

test("a hash made by hand is the same key", async () => {
  assert.equal((await load("by-hand")).isTheSame, true);
});
