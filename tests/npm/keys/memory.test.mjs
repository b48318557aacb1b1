/** Keys are plain objects on the garbage-collected heap: no table, no limit, nothing kept. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

import { installedPackage } from "../support/install-package.mjs";

const COUNT = 1_000_000;

/** The keys of `texts`, as code. */
const MAKERS = {
  createSync: "texts.map((text) => idempotencyKeys.createSync(text, { ctx }))",
  createMany: "idempotencyKeys.createMany(texts, { ctx })",
};

/** Runs in a process of its own, with nothing else on the heap. */
const script = (make) => `
  const { idempotencyKeys } = await import("idempotency-keys");
  const { Memory } = WebAssembly;
  const instances = [];
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
    construct(target, args) {
      const instance = Reflect.construct(target, args);
      instances.push(instance.exports.memory);
      return instance;
    },
  });
  const heap = () => { gc(); gc(); return process.memoryUsage().heapUsed; };
  const ctx = { run: { id: "run_abc123" } };
  idempotencyKeys.createSync("warm-up", { ctx });
  idempotencyKeys.createMany(["warm-up"], { ctx });
  const before = heap();
  // In a function, which leaves no texts behind.
  const make = () => {
    const texts = Array.from({ length: ${COUNT} }, (_, index) => "item-" + index);
    return ${make};
  };
  let keys = make();
  const wrong = keys.filter((key, index) => key.options.key !== "item-" + index || key.hash.length !== 64).length;
  const held = heap();
  keys = undefined;
  const after = heap();
  console.log(JSON.stringify({
    wrong,
    perKey: (held - before) / ${COUNT},
    left: after - before,
    memories: instances.length,
    wasm: Math.max(...instances.map((memory) => memory.buffer.byteLength)),
  }));
`;

for (const [name, make] of Object.entries(MAKERS)) {
  test(`a million live keys of ${name} give back their own options, and leave nothing when dropped`, (t) => {
    const output = execFileSync(process.execPath, ["--expose-gc", "--max-old-space-size=2048", "--input-type=module", "-e", script(make)], {
      cwd: installedPackage(),
      encoding: "utf8",
    });
    const result = JSON.parse(output);
    assert.equal(result.wrong, 0);
    assert.equal(result.memories, 1, "one wasm instance");
    assert.ok(result.wasm <= 4 << 20, `wasm memory: ${result.wasm} bytes`);
    t.diagnostic(`${result.perKey} bytes of heap for each key`);
    // The SDK 4.8.3 keeps 187 to 200 bytes for each key; the target is four fifths of the least, 149.
    assert.ok(result.perKey <= 115, `${result.perKey} bytes of heap for each key`);
    assert.ok(result.left < 2 << 20, `${result.left} bytes left after all keys were dropped`);
  });
}
