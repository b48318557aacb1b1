/** What an engine is: the Rust core, started this runtime's way. One file per way implements it. */

import type { InitOutput } from "#core-exports";

/** The exports that Rust's `wasm.rs` declares, as wasm-pack typed them. */
export type Core = Omit<InitOutput, `__${string}`>;

export interface Engine {
  /** Which core answers, so that a fallback can't go unseen. */
  readonly name: "wasm-simd" | "wasm" | "js";
  /** A core with memory of its own. Called again when one has to be replaced. */
  start(): Core;
}
