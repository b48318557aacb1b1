/**
 * Idempotency keys exactly as Trigger.dev's SDK makes them, as objects that carry their own options.
 *
 * @example
 * ```ts
 * import { idempotencyKeys } from "idempotency-keys";
 *
 * const key = await idempotencyKeys.create("send-email");
 * key.hash.length; // 64
 * key.options;     // { key: "send-email", scope: "run" }
 * ```
 *
 * @module
 */

import { standardInstance } from "./shared.js";
import type { IdempotencyKeys } from "./instance.js";

/** Finds the task context by itself: in the options, or where the Trigger.dev SDK keeps it. */
export const idempotencyKeys: IdempotencyKeys = standardInstance;

export type { IdempotencyKeys } from "./instance.js";

export {
  IdempotencyKey,
  type IdempotencyKeyClass,
  canonicalize,
  hashPayload,
  parseTtl,
  randomKey,
  engineName,
} from "./shared.js";

export type {
  KeyLike,
  KeyMaterial,
  KeyPart,
  IdempotencyKeyScope,
  IdempotencyKeyOptions,
  TaskContext,
  CreateOptions,
  FromPayloadOptions,
  HashPayloadOptions,
  ResetOptions,
  Config,
  RequestOptions,
  RetryOptions,
} from "./types.js";

export {
  IdempotencyKeyError,
  InvalidKeyError,
  InvalidScopeError,
  MissingContextError,
  InvalidPayloadError,
  InvalidTtlError,
  InvalidTokenError,
  InvalidArgumentError,
  EngineError,
  MissingCredentialsError,
  ApiError,
  NotFoundError,
  ConnectionError,
  RequestTimeoutError,
} from "./shared.js";
export type { ApiErrorDetails, ErrorCode, ErrorData } from "./errors.js";
