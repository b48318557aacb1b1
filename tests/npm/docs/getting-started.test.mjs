/** docs/getting-started.md: each of its files, as a reader would run it. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";

import { installedPackage } from "../support/install-package.mjs";
import { startStandIn } from "../support/mock-api/server.mjs";
import { makeProject } from "../support/sdk-project.mjs";
import { blocksOf, filesOf } from "../support/snippets.mjs";
import { startWorker } from "../support/workerd.mjs";

const PAGE = "docs/getting-started.md";
const { files } = filesOf(PAGE);
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const project = makeProject("4.4.6", files);
after(() => project.dispose());

const node = async (args, env = {}) =>
  (await promisify(execFile)(process.execPath, args, { cwd: project.folder, env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...env } })).stdout;

test("every program of the page is run here", () => {
  assert.deepEqual(Object.keys(files), ["first.mjs", "once.mjs", "worker.js", "tasks.mjs"]);
  assert.equal(blocksOf(PAGE).filter(({ info }) => info !== "sh").length, Object.keys(files).length);
});

test("the first key", async () => {
  const hash = sha256("charge-order-42");
  assert.equal(await node(["first.mjs"]), `${hash}\n{ key: 'charge-order-42', scope: 'global' }\ntrue\n`);
  assert.match(files["first.mjs"], new RegExp(`// ${hash.slice(0, 3)}…`));
});

test("the mail is sent once", async () => {
  const hash = sha256("welcome-ada");
  assert.equal(await node(["once.mjs"]), `sending the mail, key ${hash.slice(0, 6)}\n{ sent: 'ada' }\n{ sent: 'ada' }\n`);
});

test("the Worker answers as the page says", async () => {
  const folder = join(installedPackage(), "getting-started");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "worker.js"), files["worker.js"]);
  const worker = await startWorker(join(folder, "worker.js"), installedPackage());
  after(() => worker.dispose());
  const send = (body) => worker.fetch("/", { method: "POST", headers: { "idempotency-key": "order-42", authorization: "me" }, body });
  const first = await send('{"amount":990}');
  const second = await send('{"amount":990}');
  assert.equal(first.status, 201);
  assert.equal(await second.text(), await first.text());
  assert.equal(second.headers.get("idempotent-replayed"), "true");
  assert.equal((await send('{"amount":991}')).status, 422);
});

test("the SDK's request carries the options, with the command of the page", async () => {
  const api = await startStandIn();
  after(() => api.close());
  const [{ code }] = blocksOf(PAGE).filter(({ code }) => code.includes("node --import"));
  const [, args] = /node (.*)/.exec(code);
  await node(args.split(" "), { TRIGGER_API_URL: api.url, TRIGGER_SECRET_KEY: "tr_dev" });
  const [{ body }] = api.requests;
  assert.equal(body.options.idempotencyKey, sha256("welcome-ada"));
  assert.deepEqual(body.options.idempotencyKeyOptions, { key: "welcome-ada", scope: "global" });
});
