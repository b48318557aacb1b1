/**
 * Idempotency keys exactly as Trigger.dev's SDK makes them, as objects that carry their own options.
 *
 * @example
 * ```ts
 * import { idempotencyKeys } from "idempotency-keys";
 *
 * const key = await idempotencyKeys.create("send-email");
 * key.hash;    // 64 hex digits, the SDK's own
 * key.options; // { key: "send-email", scope: "run" }
 * ```
 *
 * @module
 */

import { standardInstance } from "./core.js";
import type { IdempotencyKeys } from "./types.js";

/** Finds the task context by itself: in the options, or where the Trigger.dev SDK keeps it. */
export const idempotencyKeys: IdempotencyKeys = standardInstance;

export {
  ApiError,
  canonicalize,
  ConnectionError,
  EngineError,
  engineName,
  hashPayload,
  IdempotencyKey,
  IdempotencyKeyError,
  InvalidKeyError,
  InvalidPayloadError,
  InvalidScopeError,
  InvalidTokenError,
  InvalidTtlError,
  MissingContextError,
  MissingCredentialsError,
  NotFoundError,
  parseTtl,
  randomKey,
  RequestTimeoutError,
} from "./core.js";
export type { ApiErrorDetails, ErrorCode } from "./errors.js";
export type {
  Config,
  CreateOptions,
  FromPayloadOptions,
  HashPayloadOptions,
  IdempotencyKeyOptions,
  IdempotencyKeyScope,
  IdempotencyKeys,
  KeyMaterial,
  KeyPart,
  RequestOptions,
  ResetOptions,
  RetryOptions,
  TaskContext,
} from "./types.js";
