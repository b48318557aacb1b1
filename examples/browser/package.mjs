/** The package as one file, for pages without a bundler. */
export * from "./node_modules/idempotency-keys/dist/page.js";
