/** The example worker in a real workerd, made from the packed tarball. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { installedPackage } from "../support/install-package.mjs";
import { startWorker } from "../support/workerd.mjs";

const sha256 = (text) => createHash("sha256").update(text).digest("hex");
let worker;

before(async () => {
  const entry = fileURLToPath(new URL("../../../examples/edge/src/worker.ts", import.meta.url));
  worker = await startWorker(entry, installedPackage());
});
after(() => worker?.dispose());

const post = (body) => worker.fetch("/", { method: "POST", body: JSON.stringify(body) });

test("the worker ships the wasm module as a file of its own", () => {
  assert.deepEqual(
    worker.modules.map(({ type }) => type),
    ["ESModule", "CompiledWasm"],
  );
});

test("the same event gets the same key, with its options", async () => {
  const event = { id: "evt_1", type: "invoice.paid", items: ["line-1", "línea-2"] };
  for (let delivery = 0; delivery < 3; delivery++) {
    const response = await post(event);
    const hash = sha256("invoice.paid-evt_1");
    assert.equal(response.headers.get("idempotency-key"), `"${hash}"`);
    assert.deepEqual(await response.json(), {
      idempotencyKey: hash,
      idempotencyKeyOptions: { key: "invoice.paid-evt_1", scope: "global" },
      items: event.items.map((item) => ({
        idempotencyKey: sha256(`${hash}-${item}`),
        idempotencyKeyOptions: { key: `${hash}-${item}`, scope: "global" },
      })),
    });
  }
});

test("a fan-out of 6,235 keys comes back whole", async () => {
  const items = Array.from({ length: 6_235 }, (_, index) => `line-${index}`);
  const answer = await (await post({ id: "evt_2", type: "invoice.paid", items })).json();
  const hash = sha256("invoice.paid-evt_2");
  assert.equal(answer.items.length, items.length);
  answer.items.forEach(({ idempotencyKey, idempotencyKeyOptions }, index) => {
    assert.equal(idempotencyKey, sha256(`${hash}-${items[index]}`));
    assert.equal(idempotencyKeyOptions.key, `${hash}-${items[index]}`);
  });
});

test("a request that is no event is told what is wanted", async () => {
  assert.equal((await post({ type: "invoice.paid" })).status, 400);
  assert.equal((await worker.fetch("/")).status, 400);
});
