/** Where the package lies: its files run in a browser as they are. */
export * from "./node_modules/idempotency-keys/dist/esm/index.js";
