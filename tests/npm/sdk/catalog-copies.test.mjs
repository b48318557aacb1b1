/** Catalogs of several copies of this package in one process: the ES module beside CommonJS, and another version. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, beforeEach, describe, it, mock } from "node:test";
import { pathToFileURL } from "node:url";

import * as sdk from "sdk-4.4.6";

import { installedPackage } from "../support/install-package.mjs";
import { startStandIn } from "../support/mock-api/server.mjs";

const REGISTRY = Symbol.for("dev.trigger.ts.api");
const CATALOGS = Symbol.for("idempotency-keys.catalogs@1");
const CATALOG = "idempotency-key-catalog";
const OWN_OPTIONS = { key: "the SDK's own", scope: "run" };
const GLOBAL = { scope: "global" };

const scratch = mkdtempSync(join(tmpdir(), "idempotency-keys-"));
after(() => rmSync(scratch, { recursive: true }));

const folder = join(installedPackage(), "node_modules/idempotency-keys");
const otherFolder = join(scratch, "node_modules/idempotency-keys");
cpSync(folder, otherFolder, { recursive: true });
const manifest = join(otherFolder, "package.json");
writeFileSync(manifest, JSON.stringify({ ...JSON.parse(readFileSync(manifest, "utf8")), version: "0.99.0" }));

const esm = async (of) => ({
  ...(await import(pathToFileURL(join(of, "dist/esm/index.js")).href)),
  ...(await import(pathToFileURL(join(of, "dist/esm/trigger-sdk/index.js")).href)),
});
const require = createRequire(import.meta.url);
const commonjs = (of) => ({ ...require(join(of, "dist/cjs/index.cjs")), ...require(join(of, "dist/cjs/trigger-sdk/index.cjs")) });
const COPIES = { esm: await esm(folder), commonjs: commonjs(folder), "of another version": await esm(otherFolder) };
const copies = Object.entries(COPIES);

function permutations(items) {
  return items.length < 2 ? [items] : items.flatMap((item) => permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]));
}

describe("copies of this package in one process", () => {
  let api, own;
  beforeEach(async () => {
    api = await startStandIn();
    own = { registerKeyOptions() {}, getKeyOptions: () => OWN_OPTIONS };
    globalThis[REGISTRY] = { [CATALOG]: own, "api-client": { baseURL: api.url, accessToken: "tr_dev" } };
  });
  afterEach(async () => {
    delete globalThis[REGISTRY];
    await api.close();
  });
  const current = () => globalThis[REGISTRY][CATALOG];

  it("are as many modules", () => {
    assert.equal(new Set(copies.map(([, { installCatalog }]) => installCatalog)).size, 3);
  });

  for (const [name, { installCatalog }] of copies) {
    it(`the catalog of the copy ${name} knows the keys of all`, async () => {
      const uninstall = installCatalog();
      for (const [maker, { idempotencyKeys }] of copies) {
        await sdk.tasks.trigger("t", {}, { idempotencyKey: idempotencyKeys.createSync(maker, GLOBAL).hash });
        await sdk.tasks.trigger("t", {}, { idempotencyKey: idempotencyKeys.createMany([`${maker}, many`], GLOBAL)[0].hash });
      }
      uninstall();
      const expected = copies.flatMap(([maker]) => [maker, `${maker}, many`]).map((key) => ({ key, scope: "global" }));
      assert.deepEqual(
        api.requests.map(({ body }) => body.options.idempotencyKeyOptions),
        expected,
      );
    });

    it(`the catalog of the copy ${name} warns when the hash of any one's key is hashed, and names register`, async (t) => {
      const warn = mock.method(console, "warn", () => {});
      t.after(() => warn.mock.restore());
      for (const [maker, { idempotencyKeys }] of copies) {
        const uninstall = installCatalog();
        await sdk.tasks.trigger("t", {}, { idempotencyKey: idempotencyKeys.createSync(maker, GLOBAL) });
        uninstall();
      }
      const texts = warn.mock.calls.map(({ arguments: [text] }) => text);
      assert.equal(texts.length, copies.length);
      for (const text of texts) {
        assert.match(text, /pass key\.hash to the SDK, or start with "node --import idempotency-keys\/register"/);
      }
    });
  }

  it("uninstalled in any order, leave what was there", () => {
    for (const order of permutations(copies.map(([, { installCatalog }], index) => ({ installCatalog, index })))) {
      for (const removal of permutations([0, 1, 2])) {
        const installed = order.map(({ installCatalog }) => ({ uninstall: installCatalog(), catalog: current() }));
        const left = new Set([0, 1, 2]);
        for (const index of removal) {
          installed[index].uninstall();
          installed[index].uninstall();
          left.delete(index);
          const top = Math.max(...left);
          assert.equal(current(), left.size === 0 ? own : installed[top].catalog);
          for (const [maker, { idempotencyKeys }] of left.size === 0 ? [] : copies) {
            const { hash } = idempotencyKeys.createSync(`${maker}-${removal}`, GLOBAL);
            assert.equal(current().getKeyOptions(hash).key, `${maker}-${removal}`);
          }
        }
        assert.equal(globalThis[CATALOGS], undefined);
        // Who held on to one that is gone is answered by what it stood in for.
        for (const { catalog } of installed) {
          assert.equal(catalog.getKeyOptions("k"), OWN_OPTIONS);
        }
      }
    }
  });
});

/** Fills catalogs, uninstalls them, holds on to them all the same, and prints the bytes of heap before and after. */
const HELD = `
  const { createRequire } = await import("node:module");
  const require = createRequire(import.meta.url);
  const copies = [
    { ...await import("idempotency-keys"), ...await import("idempotency-keys/trigger-sdk") },
    { ...require("idempotency-keys"), ...require("idempotency-keys/trigger-sdk") },
  ];
  const heap = () => { gc(); gc(); return process.memoryUsage().heapUsed; };
  const registry = (globalThis[Symbol.for("dev.trigger.ts.api")] = {});
  const held = [];
  const weak = [];
  function fill(count) {
    const first = copies.map(({ installCatalog }) => {
      const uninstall = installCatalog();
      const catalog = registry["idempotency-key-catalog"];
      held.push(uninstall, catalog);
      for (let index = 0; index < count; index++) {
        catalog.registerKeyOptions("hash-" + index, { key: "item-" + index, scope: "run" });
      }
      weak.push(new WeakRef(catalog.getKeyOptions("hash-" + (count - 1))));
      return uninstall;
    });
    copies[0].idempotencyKeys.createMany(Array.from({ length: count }, (_, index) => "own-" + index));
    const filled = heap();
    first.forEach((uninstall) => uninstall());
    return filled;
  }
  fill(10);
  const sizes = [];
  for (const ctx of [{ run: { id: "run_abc123" }, attempt: { number: 1 } }, undefined]) {
    registry["task-context"] = ctx && { ctx };
    await new Promise(setImmediate);
    const before = heap();
    const filled = fill(100_000);
    await new Promise(setImmediate);
    sizes.push({ filled: filled - before, left: heap() - before });
  }
  await new Promise(setImmediate);
  gc();
  console.log(JSON.stringify({ sizes, alive: weak.filter((ref) => ref.deref() !== undefined).length, held: held.length }));
`;

it("an uninstalled catalog keeps nothing alive, in a run and outside one, even if it is held", (t) => {
  const output = execFileSync(process.execPath, ["--expose-gc", "--input-type=module", "-e", HELD], { cwd: installedPackage(), encoding: "utf8" });
  const { sizes, alive, held } = JSON.parse(output);
  t.diagnostic(output.trim());
  assert.deepEqual([alive, held], [0, 12]);
  for (const { filled, left } of sizes) {
    assert.ok(filled > 5_000_000, `${filled} bytes while it is installed`);
    assert.ok(left < 100_000, `${left} bytes left`);
  }
});
