/**
 * All that the package's entries share. Bundled once for each kind of runtime, so that every entry
 * of a process uses the same core and the same classes.
 */

export * from "./errors.js";
export { createInstance } from "./instance.js";
export { IdempotencyKey } from "./key.js";
export { engineName } from "./wasm.js";
