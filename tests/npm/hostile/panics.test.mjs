/**
 * Where the wasm module can panic, by its call graph. What runs out of memory can, and then the instance
 * is replaced (hostile-runtime.test.mjs); any other place has to be known here, with the reason why it
 * isn't reached. Reads what the build leaves in target/npm, whose functions still have names.
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const PANICS = /panicking|panic_fmt|expect_failed|unwrap_failed|_fail$|handle_error|handle_alloc_error|capacity_overflow|begin_unwind/;
const MEMORY = /^alloc::raw_vec::handle_error$|^alloc::alloc::handle_alloc_error$|^alloc::raw_vec::capacity_overflow$/;

/** Callers that are part of the panicking itself. */
const PASSES_ON = /^(core::|<?core::|alloc::raw_vec::|<alloc::raw_vec|alloc::alloc::|__rustc::)/;

const KNOWN = {
  "sha2::sha256::compress256": "sha2's schedule of 64 words, indexed by constants",
};

for (const name of ["simd", "scalar"]) {
  test(`${name}.wasm panics where memory ends, and nowhere else that can be reached`, (t) => {
    const graph = execFileSync(
      `${root}/tools/node_modules/.bin/wasm-opt`,
      ["--all-features", "--print-call-graph", `${root}/target/npm/${name}/idempotency_keys_bg.wasm`, "-o", "/dev/null"],
      { encoding: "utf8", maxBuffer: 1 << 26, stdio: ["ignore", "pipe", "ignore"] },
    );
    const plain = graph.replace(/\[[0-9a-f]{16}\]/g, "").replace(/::h[0-9a-f]{16}/g, "");
    const calls = Array.from(plain.matchAll(/^\s*"([^"]+)" -> "([^"]+)"/gm), ([, from, to]) => ({ from, to }));
    assert.ok(calls.length > 100, "the call graph has names");
    const panicking = calls.filter(({ from, to }) => PANICS.test(to) && !PASSES_ON.test(from));
    assert.ok(panicking.some(({ to }) => MEMORY.test(to)));
    const others = new Set(panicking.filter(({ to }) => !MEMORY.test(to)).map(({ from }) => from));
    t.diagnostic(`${new Set(panicking.map(({ from }) => from)).size} functions ask for memory; others that name a panic: ${[...others].join(", ")}`);
    assert.deepEqual(
      [...others].filter((from) => !(from in KNOWN)),
      [],
    );
  });
}

test("the module that ships has no imports and one memory", () => {
  for (const name of ["simd", "scalar"]) {
    const module = new WebAssembly.Module(readFileSync(`${root}/target/npm/wasm/${name}.wasm`));
    assert.deepEqual(WebAssembly.Module.imports(module), []);
    assert.deepEqual(
      WebAssembly.Module.exports(module).filter(({ kind }) => kind !== "function"),
      [{ name: "memory", kind: "memory" }],
    );
  }
});
