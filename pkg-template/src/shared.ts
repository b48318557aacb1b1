/**
 * All that the package's entries share. Bundled once for each kind of runtime, so that every entry
 * of a process uses the same instance of the crate and the same classes.
 */

export { sendReset, tryCandidates } from "./reset/request.js";
export { clearOptions, findOptions, installCatalog, keepOptions } from "./trigger-sdk/catalog.js";
export { checkOptions, checkSettings } from "./keys/arguments.js";
export { findContext } from "./keys/context.js";
export { create } from "./keys/create.js";
export * from "./errors.js";
export { createInstance, standardInstance } from "./instance.js";
export { IdempotencyKey, type IdempotencyKeyClass, optionsOf } from "./keys/key.js";
export { canonicalize, hashPayload } from "./payload/payload.js";
export { randomKey } from "./random.js";
export { planReset } from "./reset/plan.js";
export { resolveSettings } from "./reset/settings.js";
export { parseTtl } from "./ttl.js";
export { canonicalText, payloadHash } from "./wasm/data.js";
export { engineName, isHashLength } from "./wasm/keys.js";
