/** What an engine is: the crate, started this runtime's way. One file per way implements it. */

import type { InitOutput } from "#wasm-exports";

/** The exports that `src/npm.rs` declares, as wasm-pack typed them. */
export type WasmExports = Omit<InitOutput, `__${string}`>;

export interface Engine {
  /** Which engine answers, so that a fallback can't go unseen. */
  readonly name: "wasm-simd" | "wasm" | "js";
  /** An instance with memory of its own. Called again when one has to be replaced. */
  start(): WasmExports;
}
