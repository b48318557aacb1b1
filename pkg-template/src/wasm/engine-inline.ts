/**
 * The engine for most runtimes: the wasm module travels in this file as base64 and is compiled
 * synchronously, on first use. Two builds of the same source: an engine without SIMD instructions
 * refuses to compile a module that has any.
 */

import scalar from "#scalar.wasm";
import simd from "#simd.wasm";

import type { Engine, WasmExports } from "./engine.js";
import { EngineError } from "../errors.js";

/** The smallest module with a SIMD instruction: `i8x16.popcnt` of a splat zero. */
const SIMD_PROBE = "AGFzbQEAAAABBQFgAAF7AwIBAAoKAQgAQQD9D/1iCw==";

let module: WebAssembly.Module | undefined;
let name: Engine["name"] = "wasm-simd";

function decode(base64: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) {
    bytes[index] = binary.charCodeAt(index);
  }
  return bytes;
}

function compile(): WebAssembly.Module {
  try {
    if (!WebAssembly.validate(decode(SIMD_PROBE))) {
      name = "wasm";
    }
    return new WebAssembly.Module(decode(name === "wasm" ? scalar : simd));
  } catch (cause) {
    throw new EngineError(
      'WebAssembly is not available here (a Content-Security-Policy without "wasm-unsafe-eval", or a runtime without a WebAssembly compiler): import from "idempotency-keys/js" instead; in a Worker or on an edge runtime, bundle with its condition, "workerd" or "edge-light"',
      { cause },
    );
  }
}

export const engine: Engine = {
  get name() {
    return name;
  },
  start() {
    module ??= compile();
    return new WebAssembly.Instance(module).exports as unknown as WasmExports;
  },
};
