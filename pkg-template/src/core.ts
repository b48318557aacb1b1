/**
 * All that the package's entries share. Bundled once for each kind of runtime, so that every entry
 * of a process uses the same core and the same classes.
 */

export { carryOut, resetFirst } from "./api.js";
export { installCatalog } from "./catalog.js";
export { findContext } from "./context.js";
export { create } from "./create.js";
export * from "./errors.js";
export { createInstance, standardInstance } from "./instance.js";
export { IdempotencyKey, materialOf, optionsOf } from "./key.js";
export { canonicalize, hashPayload } from "./payload.js";
export { randomKey } from "./random.js";
export { candidatesOf } from "./reset.js";
export { findSettings } from "./settings.js";
export { parseTtl } from "./ttl.js";
export { engineName, isHashLength } from "./wasm.js";
