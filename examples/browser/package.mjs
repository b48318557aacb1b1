/**
 * The package as it is, for pages without a bundler: the import map in index.html says which engine it uses. The
 * server has its `dist` folder under `package/`.
 */
export * from "./package/esm/index.js";
export { createIdempotency } from "./package/esm/http/index.js";
export { MemoryStore } from "./package/esm/run-once/index.js";
