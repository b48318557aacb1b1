/**
 * The engine for runtimes that compile wasm only when a worker is deployed: the module is imported
 * as one.
 */

import * as imported from "#module.wasm";

import type { Engine, WasmExports } from "./engine.js";

// Looked at by shape: `instanceof WebAssembly.Module` is false where the module comes from another
// realm, as on Next's edge runtime. A bundler that follows the ESM integration proposal hands over
// the exports of an instance of its own.
const namespace = imported as { default?: WebAssembly.Module } & Partial<WasmExports>;

export const engine: Engine = {
  name: "wasm-simd",
  start() {
    return namespace.default === undefined
      ? (namespace as WasmExports)
      : (new WebAssembly.Instance(namespace.default).exports as unknown as WasmExports);
  },
};
