/**
 * Every way a call can fail: one class per stable `code`, all under {@link IdempotencyKeyError}.
 * Messages that state a rule (of keys, scopes, payloads, TTLs, tokens) come from the crate.
 */

import { defined } from "./defined.js";

/** The stable codes, for `switch (error.code)`. */
export type ErrorCode =
  | "ERR_INVALID_KEY"
  | "ERR_INVALID_SCOPE"
  | "ERR_MISSING_CONTEXT"
  | "ERR_INVALID_TTL"
  | "ERR_INVALID_PAYLOAD"
  | "ERR_INVALID_TOKEN"
  | "ERR_ENGINE"
  | "ERR_MISSING_CREDENTIALS"
  | "ERR_API"
  | "ERR_NOT_FOUND"
  | "ERR_CONNECTION"
  | "ERR_REQUEST_TIMEOUT"
  | "ERR_INVALID_ARGUMENT"
  | "ERR_IN_PROGRESS"
  | "ERR_PAYLOAD_MISMATCH"
  | "ERR_INVALID_RESULT"
  | "ERR_LEASE_LOST"
  | "ERR_STORE"
  | "ERR_PUBLISH"
  | "ERR_TRANSACTION";

/** What an error says besides its message, so that no program has to parse that. */
export interface ErrorData {
  /** The error that led to this one. */
  cause?: unknown;
  /** Where in a payload the fault is, such as `$.items[3].price`. */
  path?: string | undefined;
  /** Which element of the array is at fault, counted from 0. */
  index?: number | undefined;
  /** What to write instead, such as `"90m"` for the TTL `"1h30m"`. */
  suggestion?: string | undefined;
  /** What was found: the string itself, or what kind of value it is, such as `"null"` or `"an object"`. */
  found?: string | undefined;
}

/**
 * What all errors of this package have in common: a stable `code`, and a message that says what was
 * found, what is allowed and what to do. What the message says is in properties, too.
 *
 * @example
 * ```ts
 * const error = await idempotencyKeys.create(["order", null]).catch((error) => error);
 * error instanceof IdempotencyKeyError; // true
 * error.code;                           // "ERR_INVALID_KEY"
 * error.index;                          // 1
 * ```
 */
export class IdempotencyKeyError extends Error {
  /** Stable across versions; the message is not. */
  declare readonly code: ErrorCode;
  /** Where in a payload the fault is, such as `$.items[3].price`. */
  declare readonly path?: string;
  /** Which element of the array is at fault, counted from 0. */
  declare readonly index?: number;
  /** What to write instead, such as `"90m"` for the TTL `"1h30m"`. */
  declare readonly suggestion?: string;
  /** What was found: the string itself, or what kind of value it is, such as `"null"` or `"an object"`. */
  declare readonly found?: string;

  constructor(message: string, data: ErrorData = {}) {
    super(message, data);
    const { path, index, suggestion, found } = data;
    Object.assign(this, defined({ code: this.code, path, index, suggestion, found }));
  }

  /**
   * What `JSON.stringify` writes of the error, for logs: `name`, `code`, `message` and its other
   * properties. Of the cause, only the message.
   */
  toJSON(): { name: string; code: ErrorCode; message: string; [property: string]: unknown } {
    const { name, code, message, cause } = this;
    return {
      name,
      code,
      message,
      ...Object.fromEntries(Object.entries(this)),
      ...(cause instanceof Error && { cause: cause.message }),
    };
  }
}

/** Gives a class its name, which minifiers would change, and its code. */
export function defineError(Class: { prototype: IdempotencyKeyError }, name: string, code: ErrorCode): void {
  // Not by assignment, which fails where `Error.prototype` is frozen.
  const constant = (value: string): PropertyDescriptor => ({ value, configurable: true, writable: true });
  Object.defineProperty(Class, "name", constant(name));
  Object.defineProperties(Class.prototype, { name: constant(name), code: constant(code) });
}

/** `ERR_INVALID_KEY`: a key, or the part of one or the one of many at `index`, that is neither a string, a number, a bigint, a boolean nor an `IdempotencyKey`. */
export class InvalidKeyError extends IdempotencyKeyError {
  static {
    defineError(this, "InvalidKeyError", "ERR_INVALID_KEY");
  }
}

/** `ERR_INVALID_SCOPE`: a scope other than `"run"`, `"attempt"` and `"global"`. */
export class InvalidScopeError extends IdempotencyKeyError {
  static {
    defineError(this, "InvalidScopeError", "ERR_INVALID_SCOPE");
  }
}

/**
 * `ERR_INVALID_TTL`: a time-to-live that the server would silently take for 30 days; `suggestion` is what to
 * write, if that is known. In run-once: a duration that can't be read.
 */
export class InvalidTtlError extends IdempotencyKeyError {
  static {
    defineError(this, "InvalidTtlError", "ERR_INVALID_TTL");
  }
}

/** `ERR_INVALID_PAYLOAD`: a payload that canonical JSON can't represent; `path` says where. */
export class InvalidPayloadError extends IdempotencyKeyError {
  static {
    defineError(this, "InvalidPayloadError", "ERR_INVALID_PAYLOAD");
  }
}

/** `ERR_INVALID_TOKEN`: a token that was damaged, cut short, or made by a later version. */
export class InvalidTokenError extends IdempotencyKeyError {
  static {
    defineError(this, "InvalidTokenError", "ERR_INVALID_TOKEN");
  }
}

/** `ERR_MISSING_CONTEXT`: a scope that needs a run id or an attempt number, where there is none. */
export class MissingContextError extends IdempotencyKeyError {
  static {
    defineError(this, "MissingContextError", "ERR_MISSING_CONTEXT");
  }
}

/** `ERR_INVALID_ARGUMENT`: an argument or an option that is none of those allowed; the message says which. */
export class InvalidArgumentError extends IdempotencyKeyError {
  static {
    defineError(this, "InvalidArgumentError", "ERR_INVALID_ARGUMENT");
  }
}

/**
 * `ERR_ENGINE`: the engine can't start here (WebAssembly is forbidden), or failed (out of memory). The
 * platform's error, where there is one, is in `cause`.
 */
export class EngineError extends IdempotencyKeyError {
  static {
    defineError(this, "EngineError", "ERR_ENGINE");
  }
}

/**
 * `ERR_MISSING_CREDENTIALS`: no access token, or one that no header can carry, or an empty address of the
 * API; the message names the variable to set.
 */
export class MissingCredentialsError extends IdempotencyKeyError {
  static {
    defineError(this, "MissingCredentialsError", "ERR_MISSING_CREDENTIALS");
  }
}

/** The server's response, as an {@link ApiError} has it. */
export interface ApiErrorDetails extends ErrorData {
  /** The HTTP status. */
  status: number;
  /** The response's headers, their names in lower case. */
  headers: Record<string, string>;
  /** The response's JSON, or its text if that isn't JSON, or `undefined` if it is empty. */
  body: unknown;
}

/** `ERR_API`: the server refused the request, or its response is not one of this API. */
export class ApiError extends IdempotencyKeyError {
  /** The HTTP status. */
  readonly status: number;
  /** The response's headers, their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The response's JSON, or its text if that isn't JSON, or `undefined` if it is empty. */
  readonly body: unknown;

  constructor(message: string, details: ApiErrorDetails) {
    super(message, details);
    this.status = details.status;
    this.headers = details.headers;
    this.body = details.body;
  }

  static {
    defineError(this, "ApiError", "ERR_API");
  }
}

/** `ERR_NOT_FOUND`: no run has the key (HTTP status 404). */
export class NotFoundError extends ApiError {
  static {
    defineError(this, "NotFoundError", "ERR_NOT_FOUND");
  }
}

/** `ERR_CONNECTION`: the server can't be reached; the platform's error is in `cause`. */
export class ConnectionError extends IdempotencyKeyError {
  static {
    defineError(this, "ConnectionError", "ERR_CONNECTION");
  }
}

/**
 * `ERR_REQUEST_TIMEOUT`: the call took longer than `timeoutMs`. Whether the server still acts on it is not
 * known.
 */
export class RequestTimeoutError extends IdempotencyKeyError {
  /** The limit that was exceeded, in milliseconds. */
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(
      `the call took longer than timeoutMs, ${timeoutMs} ms, retries and the waits between them included: raise it, or lower retry.maxAttempts`,
    );
    this.timeoutMs = timeoutMs;
  }

  static {
    defineError(this, "RequestTimeoutError", "ERR_REQUEST_TIMEOUT");
  }
}

/** The classes of the codes that the crate reports. */
const CRATE_ERRORS: readonly {
  new (message: string, data: ErrorData): IdempotencyKeyError;
  prototype: IdempotencyKeyError;
}[] = [
  InvalidKeyError,
  InvalidScopeError,
  MissingContextError,
  InvalidTtlError,
  InvalidPayloadError,
  InvalidTokenError,
];

/**
 * The error that the crate described. On a line each: the code; the path in a payload, the TTL to write instead,
 * or nothing; the length of what was found. After them what was found, and the message.
 *
 * @param data What the caller knows about it.
 */
export function crateError(description: string, data: ErrorData = {}): IdempotencyKeyError {
  const [head = "", code = "", detail = "", length = ""] = /^(.*)\n(.*)\n(\d+)\n/.exec(description) ?? [];
  const Class = CRATE_ERRORS.find(({ prototype }) => prototype.code === code);
  if (Class === undefined) {
    return new EngineError(description);
  }
  const end = head.length + Number(length);
  const found = description.slice(head.length, end) || undefined;
  const known = detail === "" ? {} : { [Class === InvalidPayloadError ? "path" : "suggestion"]: detail };
  return new Class(description.slice(end), { ...data, ...known, found });
}
