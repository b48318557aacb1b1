/**
 * The main entry compiled to plain JavaScript, for places without WebAssembly: a strict
 * Content-Security-Policy, `--jitless`. Same results, about 25 times slower.
 *
 * @module
 */

export * from "./index.js";
