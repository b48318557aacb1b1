/**
 * The engine for places without WebAssembly: the scalar wasm module, translated to JavaScript when
 * the package was built. The same crate, many times slower.
 */

import start from "#scalar.js";

import type { Engine } from "./engine.js";

export const engine: Engine = { name: "js", start };
