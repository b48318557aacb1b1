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

/** {@inheritDoc SdkModule.createIdempotencyKey} */
export const createIdempotencyKey: SdkModule["createIdempotencyKey"] = unbound.createIdempotencyKey;

/** {@inheritDoc SdkModule.makeIdempotencyKey} */
export const makeIdempotencyKey: SdkModule["makeIdempotencyKey"] = unbound.makeIdempotencyKey;

/** {@inheritDoc SdkModule.isIdempotencyKey} */
export const isIdempotencyKey: SdkModule["isIdempotencyKey"] = unbound.isIdempotencyKey;

/** {@inheritDoc SdkModule.flattenIdempotencyKey} */
export const flattenIdempotencyKey: SdkModule["flattenIdempotencyKey"] = unbound.flattenIdempotencyKey;

/** {@inheritDoc SdkModule.getIdempotencyKeyOptions} */
export const getIdempotencyKeyOptions: SdkModule["getIdempotencyKeyOptions"] = unbound.getIdempotencyKeyOptions;

/** {@inheritDoc SdkModule.resetIdempotencyKeyCatalog} */
export const resetIdempotencyKeyCatalog: SdkModule["resetIdempotencyKeyCatalog"] = unbound.resetIdempotencyKeyCatalog;

/** {@inheritDoc SdkModule.attemptKey} */
export const attemptKey: SdkModule["attemptKey"] = unbound.attemptKey;

/** {@inheritDoc SdkModule.resetIdempotencyKey} */
export const resetIdempotencyKey: SdkModule["resetIdempotencyKey"] = unbound.resetIdempotencyKey;

export { createSdkModule } from "./module.js";
export type { SdkModule, SdkModuleOptions, SdkParts } from "./module.js";
export { installCatalog } from "../shared.js";
export type { CatalogOptions } from "./catalog.js";
