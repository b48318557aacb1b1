/**
 * The Trigger.dev SDK's own module of idempotency keys, name by name, for SDK authors to swap in,
 * and {@link installCatalog} for SDKs as published.
 *
 * Keys are `IdempotencyKey` objects that carry what they were made from, so there is no catalog to
 * overflow or to reset.
 *
 * @see `v3/idempotencyKeys.ts`, @trigger.dev/core 4.8.3
 * @module
 */

import { moduleOf, type SdkModule } from "./module.js";

const unbound = moduleOf(undefined, "object");

/** Makes a key, as `idempotencyKeys.create` of the SDK: {@link SdkModule.createIdempotencyKey}. */
export const createIdempotencyKey: SdkModule["createIdempotencyKey"] = unbound.createIdempotencyKey;

/** What the SDK's trigger functions make of the `idempotencyKey` option: {@link SdkModule.makeIdempotencyKey}. */
export const makeIdempotencyKey: SdkModule["makeIdempotencyKey"] = unbound.makeIdempotencyKey;

/** Whether a value is a key, or a string as long as a hash: {@link SdkModule.isIdempotencyKey}. */
export const isIdempotencyKey: SdkModule["isIdempotencyKey"] = unbound.isIdempotencyKey;

/** Drops empty parts from an array, at every depth: {@link SdkModule.flattenIdempotencyKey}. */
export const flattenIdempotencyKey: SdkModule["flattenIdempotencyKey"] = unbound.flattenIdempotencyKey;

/** What a key was made from, for the SDK to send along: {@link SdkModule.getIdempotencyKeyOptions}. */
export const getIdempotencyKeyOptions: SdkModule["getIdempotencyKeyOptions"] = unbound.getIdempotencyKeyOptions;

/** Does nothing: keys carry their own options: {@link SdkModule.resetIdempotencyKeyCatalog}. */
export const resetIdempotencyKeyCatalog: SdkModule["resetIdempotencyKeyCatalog"] = unbound.resetIdempotencyKeyCatalog;

/** `<run id>-<attempt number>`: a string that is new for each attempt: {@link SdkModule.attemptKey}. */
export const attemptKey: SdkModule["attemptKey"] = unbound.attemptKey;

/** Makes the server forget a key, as `idempotencyKeys.reset` of the SDK: {@link SdkModule.resetIdempotencyKey}. */
export const resetIdempotencyKey: SdkModule["resetIdempotencyKey"] = unbound.resetIdempotencyKey;

export { createSdkModule } from "./module.js";
export type { SdkModule, SdkModuleOptions, SdkParts } from "./module.js";
export { installCatalog } from "../shared.js";
export type { CatalogOptions } from "./catalog.js";
