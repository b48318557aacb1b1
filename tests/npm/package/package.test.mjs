/** The packed tarball, installed in an empty folder and used as its users would. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";

import { installedPackage } from "../support/install-package.mjs";

const folder = installedPackage();
const require = createRequire(join(folder, "package.json"));
const required = require("idempotency-keys");
const imported = await import(pathToFileURL(join(folder, "node_modules/idempotency-keys/dist/esm/index.js")).href);

const ctx = { run: { id: "run_abc123" }, attempt: { number: 1 } };
const sha256 = (text) => createHash("sha256").update(text).digest("hex");

for (const [how, { IdempotencyKey, idempotencyKeys, engineName }] of [
  ["import", imported],
  ["require", required],
]) {
  const key = idempotencyKeys.createSync("send-email", { ctx });

  test(`${how}: the engine is the SIMD one`, () => {
    assert.equal(engineName(), "wasm-simd");
  });

  test(`${how}: a key coerces to its hash everywhere`, () => {
    const hash = sha256("send-email-run_abc123");
    assert.equal(key.hash, hash);
    assert.equal(`${key}`, hash);
    assert.equal(String(key), hash);
    assert.equal(key + "", hash);
    assert.equal(JSON.stringify({ key }), JSON.stringify({ key: hash }));
    assert.equal(new Headers({ "idempotency-key": key }).get("idempotency-key"), hash);
    assert.equal(encodeURIComponent(key), hash);
    assert.equal(new URL(`https://example.com/${key}`).pathname, `/${hash}`);
    assert.equal(idempotencyKeys.createSync([key, "child"], { scope: "global" }).hash, sha256(`${hash}-child`));
    assert.equal(idempotencyKeys.createSync(key, { scope: "global" }).hash, sha256(hash));
  });

  test(`${how}: a key carries its own options`, () => {
    assert.deepEqual(key.options, { key: "send-email", scope: "run" });
    assert.deepEqual(idempotencyKeys.createSync(["a", 1, true, 2n], { scope: "global" }).options, {
      key: "a-1-true-2",
      scope: "global",
    });
  });

  test(`${how}: assigning to a field throws, in strict code and in sloppy code`, () => {
    const sloppy = new Function("key", "name", "key[name] = 1");
    for (const name of ["hash", "key", "scope", "options"]) {
      assert.throws(() => (key[name] = 1), /immutable/, name);
      assert.throws(() => sloppy(key, name), /immutable/, name);
    }
    assert.equal(key.hash, sha256("send-email-run_abc123"));
  });

  test(`${how}: console.log shows key, scope and a short hash`, () => {
    assert.equal(inspect(key), "IdempotencyKey { key: 'send-email', scope: 'run', hash: '3896e0f6…' }");
    assert.equal(inspect({ key }, { breakLength: Infinity }), `{ key: ${inspect(key)} }`);
  });

  test(`${how}: nobody else makes keys`, () => {
    assert.throws(() => new IdempotencyKey(), /no public constructor/);
    assert.throws(() => new IdempotencyKey(Symbol("IdempotencyKey"), "x", "y", {}), /no public constructor/);
  });

  test(`${how}: the context comes from the call, then the instance, then the SDK's registry`, (t) => {
    const registry = Symbol.for("dev.trigger.ts.api");
    t.after(() => delete globalThis[registry]);
    const hashOf = (instance, options) => instance.createSync("a", options).hash;
    assert.equal(hashOf(idempotencyKeys), sha256("a"));
    globalThis[registry] = { "task-context": { ctx: { run: { id: "run_sdk" } } } };
    assert.equal(hashOf(idempotencyKeys), sha256("a-run_sdk"));
    const instance = idempotencyKeys.with({ ctx: () => ({ run: { id: "run_instance" } }) });
    assert.equal(hashOf(instance), sha256("a-run_instance"));
    assert.equal(hashOf(instance.with({})), sha256("a-run_instance"));
    assert.equal(hashOf(instance.with({ ctx: undefined })), sha256("a-run_instance"));
    assert.equal(hashOf(instance, { ctx }), sha256("a-run_abc123"));
    assert.equal(hashOf(idempotencyKeys.with({ ctx: () => undefined })), sha256("a-run_sdk"));
  });

  test(`${how}: contexts that alternate don't mix`, () => {
    for (let round = 0; round < 100; round++) {
      const run = { run: { id: `run_${round % 3}` }, attempt: { number: (round % 2) + 1 } };
      const { id } = run.run;
      assert.equal(idempotencyKeys.createSync("a", { ctx: run }).hash, sha256(`a-${id}`));
      assert.equal(idempotencyKeys.createSync([], { ctx: run }).hash, sha256(id));
      assert.equal(idempotencyKeys.createSync("a", { ctx: run, scope: "attempt" }).hash, sha256(`a-${id}-${run.attempt.number}`));
      assert.equal(idempotencyKeys.createSync("a", { ctx: run, scope: "global" }).hash, sha256("a"));
    }
  });

  test(`${how}: createMany makes the keys that createSync makes`, () => {
    const materials = Array.from({ length: 2_000 }, (_, index) =>
      index % 11 === 0 ? ["é😀", String(index)] : index % 7 === 0 ? "x".repeat(index * 40) : index % 5 === 0 ? [] : `item-${index}`,
    );
    const many = idempotencyKeys.createMany(materials, { ctx });
    materials.forEach((material, index) => {
      const one = idempotencyKeys.createSync(material, { ctx });
      assert.equal(many[index].hash, one.hash);
      assert.deepEqual(many[index].options, one.options);
    });
    assert.deepEqual(idempotencyKeys.createMany([]), []);
  });

  test(`${how}: keys of any length hash as their UTF-8`, () => {
    for (const piece of ["a", "é", "日", "😀"]) {
      for (const length of [1, 95, 96, 97, 21_844, 21_845, 21_846, 65_536, 200_001]) {
        const text = piece.repeat(length);
        const { hash } = idempotencyKeys.createSync(text, { scope: "global" });
        assert.equal(hash, sha256(text), `${length} × ${piece}`);
      }
    }
    const shifted = `a${"😀".repeat(50_000)}`;
    assert.equal(idempotencyKeys.createSync(shifted, { scope: "global" }).hash, sha256(shifted));
  });

  test(`${how}: lone surrogates hash as U+FFFD and stay in the options`, () => {
    for (const text of ["\ud800", "a\udc00b", `${"x".repeat(21_844)}\ud83d`]) {
      const lone = idempotencyKeys.createSync(text, { scope: "global" });
      assert.equal(lone.hash, sha256(text.toWellFormed()));
      assert.equal(lone.key, text);
    }
  });

  test(`${how}: a getter that makes keys itself disturbs no other key`, () => {
    const foreign = {
      __proto__: IdempotencyKey.prototype,
      get hash() {
        return idempotencyKeys.createSync("inner", { ctx: { run: { id: "run_inner" } } }).hash;
      },
    };
    const inner = sha256("inner-run_inner");
    assert.equal(idempotencyKeys.createSync(["a", foreign, "b"], { ctx }).hash, sha256(`a-${inner}-b-run_abc123`));
    assert.equal(idempotencyKeys.createMany(["a", [foreign]], { ctx })[1].hash, sha256(`${inner}-run_abc123`));
  });

  test(`${how}: create rejects where createSync throws`, async () => {
    await assert.rejects(idempotencyKeys.create(null), { code: "ERR_INVALID_KEY", name: "InvalidKeyError" });
    await assert.rejects(idempotencyKeys.create("a", { scope: "task" }), { code: "ERR_INVALID_SCOPE" });
  });
}

test("two copies of the package recognise each other's keys", () => {
  assert.notEqual(required.IdempotencyKeyError, imported.IdempotencyKeyError);
  const key = required.idempotencyKeys.createSync("a");
  assert.ok(imported.IdempotencyKey.isIdempotencyKey(key));
  assert.equal(imported.idempotencyKeys.createSync([key]).hash, required.idempotencyKeys.createSync([key]).hash);
  for (const other of [undefined, null, "a", key.hash, {}, [], () => {}]) {
    assert.equal(imported.IdempotencyKey.isIdempotencyKey(other), false);
  }
});

test("bare names resolve by import and by require", () => {
  const code = "console.log(idempotencyKeys.createSync('a', { scope: 'global' }).hash)";
  const run = (type, text) => execFileSync(process.execPath, [`--input-type=${type}`, "-e", text], { cwd: folder, encoding: "utf8" }).trim();
  assert.equal(run("module", `import { idempotencyKeys } from "idempotency-keys"; ${code}`), sha256("a"));
  assert.equal(run("commonjs", `const { idempotencyKeys } = require("idempotency-keys"); ${code}`), sha256("a"));
});

test("version and licence are those of Cargo.toml, and nothing is depended upon", () => {
  const manifest = require("idempotency-keys/package.json");
  const cargo = readFileSync(new URL("../../../Cargo.toml", import.meta.url), "utf8");
  assert.equal(manifest.version, /^version = "(.*)"/m.exec(cargo)[1]);
  assert.equal(manifest.license, /^license = "(.*)"/m.exec(cargo)[1]);
  assert.equal(manifest.dependencies, undefined);
});
