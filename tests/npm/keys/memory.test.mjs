/** Keys are plain objects on the garbage-collected heap: no table, no limit, nothing kept. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

import { installedPackage } from "../support/install-package.mjs";

const COUNT = 1_000_000;

/** Runs in a process of its own, with nothing else on the heap. */
const script = `
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
  let keys = new Array(${COUNT});
  for (let index = 0; index < ${COUNT}; index++) {
    keys[index] = idempotencyKeys.createSync("item-" + index, { ctx });
  }
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

test("a million live keys give back their own options, and leave nothing when dropped", () => {
  const output = execFileSync(process.execPath, ["--expose-gc", "--max-old-space-size=2048", "--input-type=module", "-e", script], {
    cwd: installedPackage(),
    encoding: "utf8",
  });
  const result = JSON.parse(output);
  assert.equal(result.wrong, 0);
  assert.equal(result.memories, 1, "one wasm instance");
  assert.ok(result.wasm <= 4 << 20, `wasm memory: ${result.wasm} bytes`);
  // The SDK 4.8.3 keeps 187 to 200 bytes for each key: four fifths of the least.
  assert.ok(result.perKey <= 149, `${result.perKey} bytes of heap for each key`);
  assert.ok(result.left < 2 << 20, `${result.left} bytes left after all keys were dropped`);
});
