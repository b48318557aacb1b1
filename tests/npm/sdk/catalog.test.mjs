/** `installCatalog` under the SDKs as published, untouched. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, it, mock } from "node:test";
import { pathToFileURL } from "node:url";

import { installedPackage } from "../support/install-package.mjs";
import { importCore, VERSIONS } from "../support/sdk.mjs";
import { startStandIn } from "../support/mock-api/server.mjs";

const dist = join(installedPackage(), "node_modules/idempotency-keys/dist/esm");
const { idempotencyKeys } = await import(pathToFileURL(join(dist, "index.js")).href);
const { installCatalog } = await import(pathToFileURL(join(dist, "trigger-sdk/index.js")).href);

const REGISTRY = Symbol.for("dev.trigger.ts.api");
const registry = () => (globalThis[REGISTRY] ??= {});
const CATALOG = "idempotency-key-catalog";
/** Past the 1,000 keys that the SDK keeps. */
const FAN_OUT = 1_500;
/** What the catalog keeps outside a run. */
const KEPT = 32_768;

function enterRun(id) {
  registry()["task-context"] = id && {
    ctx: { run: { id }, attempt: { number: 1 }, environment: { type: "PRODUCTION" } },
    worker: {},
  };
}

describe("installCatalog", () => {
  beforeEach(() => {
    enterRun(undefined);
    delete registry()[CATALOG];
  });
  afterEach(() => {
    enterRun(undefined);
    delete registry()[CATALOG];
  });

  for (const version of VERSIONS) {
    describe(`under SDK ${version}`, () => {
      let api, sdk, core, uninstall;
      before(async () => {
        api = await startStandIn();
        sdk = await import(`sdk-${version}`);
        core = await importCore(version, "idempotencyKeys");
      });
      after(() => api.close());
      beforeEach(() => {
        api.requests.length = 0;
        registry()["api-client"] = { baseURL: api.url, accessToken: "tr_dev" };
        uninstall = undefined;
      });
      afterEach(() => uninstall?.());

      const optionsSent = () => api.requests.map(({ body }) => body?.options?.idempotencyKeyOptions);

      async function fanOut(create) {
        const keys = await Promise.all(Array.from({ length: FAN_OUT }, (_, index) => create(`item-${index}`)));
        const items = keys.map((idempotencyKey) => ({ payload: {}, options: { idempotencyKey } }));
        await sdk.tasks.batchTrigger("fan-out", items);
        const lines = api.requests.flatMap((request) => request.lines ?? []);
        assert.equal(lines.length, FAN_OUT);
        return lines.filter(({ index, options }) => options.idempotencyKeyOptions?.key === `item-${index}`).length;
      }

      it("keeps every key of a fan-out that the SDK made, in a run and outside one", async () => {
        const untouched = await fanOut((key) => sdk.idempotencyKeys.create(key));
        assert.equal(untouched, ["4.5.0", "4.8.3"].includes(version) ? FAN_OUT : 1_000);
        uninstall = installCatalog();
        for (const run of ["run_1", undefined]) {
          enterRun(run);
          api.requests.length = 0;
          assert.equal(await fanOut((key) => sdk.idempotencyKeys.create(key)), FAN_OUT);
        }
      });

      it("keeps every key of a fan-out that this package made", async () => {
        uninstall = installCatalog();
        enterRun("run_1");
        assert.equal(await fanOut((key) => idempotencyKeys.createSync(key).hash), FAN_OUT);
      });

      it("is not told of keys without being installed", async () => {
        const { hash } = idempotencyKeys.createSync("k", { scope: "global" });
        await sdk.tasks.trigger("t", {}, { idempotencyKey: hash });
        assert.deepEqual(optionsSent(), [undefined]);
      });

      it("knows what this package makes, however it is made", async () => {
        uninstall = installCatalog();
        const made = [
          idempotencyKeys.createSync("sync", { scope: "global" }),
          await idempotencyKeys.create(["a", "b"], { scope: "global" }),
          ...idempotencyKeys.createMany(["m0", "m1"], { scope: "global" }),
        ];
        for (const { hash } of made) {
          await sdk.tasks.trigger("t", {}, { idempotencyKey: hash });
        }
        const keys = ["sync", "a-b", "m0", "m1"];
        assert.deepEqual(
          optionsSent(),
          keys.map((key) => ({ key, scope: "global" })),
        );
      });

      it("drops a run's keys when the run changes, when it ends and when it is cleared", () => {
        uninstall = installCatalog();
        const ends = {
          "another run": () => enterRun("run_2"),
          "no run": () => enterRun(undefined),
          clear: () => registry()[CATALOG].clear(),
        };
        for (const [name, end] of Object.entries(ends)) {
          enterRun("run_1");
          const { hash } = idempotencyKeys.createSync("k", { scope: "global" });
          assert.deepEqual(core.getIdempotencyKeyOptions(hash), { key: "k", scope: "global" });
          end();
          assert.equal(core.getIdempotencyKeyOptions(hash), undefined, name);
          enterRun("run_1");
          assert.equal(core.getIdempotencyKeyOptions(hash), undefined, `${name}, back again`);
        }
      });

      it("hands out one object for each key, the latest registration of a hash", async () => {
        uninstall = installCatalog();
        const own = idempotencyKeys.createSync("k", { scope: "global" }).hash;
        assert.equal(core.getIdempotencyKeyOptions(own), core.getIdempotencyKeyOptions(own));
        const again = await core.createIdempotencyKey("k", { scope: "run" });
        assert.equal(again, own);
        assert.deepEqual(core.getIdempotencyKeyOptions(own), { key: "k", scope: "run" });
      });

      it("puts back what was there", async () => {
        const theirs = await core.createIdempotencyKey("theirs", { scope: "global" });
        const before = registry()[CATALOG];
        const remove = installCatalog();
        assert.notEqual(registry()[CATALOG], before);
        remove();
        assert.equal(registry()[CATALOG], before);
        assert.deepEqual(core.getIdempotencyKeyOptions(theirs), { key: "theirs", scope: "global" });
        const { hash } = idempotencyKeys.createSync("k", { scope: "global" });
        assert.equal(core.getIdempotencyKeyOptions(hash), undefined);
      });

      describe("given a key instead of its hash", () => {
        it("warns, once", async (t) => {
          const warn = mock.method(console, "warn", () => {});
          t.after(() => warn.mock.restore());
          uninstall = installCatalog();
          const key = idempotencyKeys.createSync("k", { scope: "global" });
          await sdk.tasks.trigger("t", {}, { idempotencyKey: key });
          await sdk.tasks.trigger("t", {}, { idempotencyKey: key });
          assert.notEqual(api.requests[0].body.options.idempotencyKey, key.hash);
          assert.deepEqual(
            warn.mock.calls.map(({ arguments: [text] }) => text),
            [
              `InvalidKeyError [ERR_INVALID_KEY]: the Trigger.dev SDK hashed the hash of an idempotency key (key "k", scope "global"), so the server doesn't get ${key.hash}: pass key.hash to the SDK, or start with "node --import idempotency-keys/register", and it takes the key itself`,
            ],
          );
        });

        it("fails the call where it is told to", async () => {
          uninstall = installCatalog({
            onDoubleHash(error) {
              throw error;
            },
          });
          const key = idempotencyKeys.createSync("k", { scope: "global" });
          await assert.rejects(sdk.tasks.trigger("t", {}, { idempotencyKey: key }), { code: "ERR_INVALID_KEY" });
          assert.deepEqual(api.requests, []);
        });

        it("says nothing of a hash, nor of the items of a batch with a key", async (t) => {
          const warn = mock.method(console, "warn", () => {});
          t.after(() => warn.mock.restore());
          uninstall = installCatalog();
          const { hash } = idempotencyKeys.createSync("k", { scope: "global" });
          await sdk.tasks.trigger("t", {}, { idempotencyKey: hash });
          await sdk.tasks.batchTrigger("t", [{ payload: {} }], { idempotencyKey: hash });
          assert.equal(warn.mock.callCount(), 0);
        });
      });
    });
  }

  it("is used by an SDK that is loaded later", async () => {
    delete globalThis[REGISTRY];
    const uninstall = installCatalog();
    const { hash } = idempotencyKeys.createSync("k", { scope: "global" });
    const fresh = await importCore("4.3.3", "idempotencyKeys");
    assert.deepEqual(fresh.getIdempotencyKeyOptions(hash), { key: "k", scope: "global" });
    uninstall();
    assert.equal(registry()[CATALOG], undefined);
  });

  it("grows to a bound outside a run, and keeps the latest keys and those in use", () => {
    const uninstall = installCatalog();
    const catalog = registry()[CATALOG];
    const known = (from, to) => {
      let count = 0;
      for (let index = from; index < to; index++) {
        count += catalog.getKeyOptions(`hash-${index}`) === undefined ? 0 : 1;
      }
      return count;
    };
    const total = 10 * KEPT + 7;
    for (let index = 0; index < total; index++) {
      catalog.registerKeyOptions(`hash-${index}`, { key: `${index}`, scope: "run" });
      catalog.getKeyOptions("hash-0");
    }
    assert.ok(catalog.getKeyOptions("hash-0"), "in use all the time");
    assert.ok(known(1, total) < 2 * KEPT, "a bound");
    for (let index = 0; index < total; index++) {
      catalog.registerKeyOptions(`hash-${index}`, { key: `${index}`, scope: "run" });
    }
    assert.equal(known(total - KEPT, total), KEPT, "the latest");
    uninstall();
  });

  it("forgets nothing in a run, whatever its size", () => {
    enterRun("run_1");
    const uninstall = installCatalog();
    const catalog = registry()[CATALOG];
    const total = 3 * KEPT;
    for (let index = 0; index < total; index++) {
      catalog.registerKeyOptions(`hash-${index}`, { key: `${index}`, scope: "run" });
    }
    for (let index = 0; index < total; index++) {
      assert.equal(catalog.getKeyOptions(`hash-${index}`)?.key, `${index}`);
    }
    uninstall();
  });

  it("can be uninstalled in any order, and twice", () => {
    const before = { registerKeyOptions() {}, getKeyOptions() {} };
    registry()[CATALOG] = before;
    const first = installCatalog();
    const second = installCatalog();
    const top = registry()[CATALOG];
    first();
    assert.equal(registry()[CATALOG], top, "the second one stays");
    const { hash } = idempotencyKeys.createSync("k", { scope: "global" });
    assert.deepEqual(top.getKeyOptions(hash), { key: "k", scope: "global" });
    second();
    assert.equal(registry()[CATALOG], before);
    registry()[CATALOG] = top;
    second();
    first();
    assert.equal(registry()[CATALOG], before);
  });
});
