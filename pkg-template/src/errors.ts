/**
 * Every way a call can fail: one class per stable `code`, all under {@link IdempotencyKeyError}.
 * Texts that state a rule (of keys, scopes, payloads, TTLs, tokens) come from the Rust core.
 */

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
  | "ERR_PUBLISH";

/**
 * What all errors of this package have in common: a stable `code`, and a message that says what was
 * found, what is allowed and what to do.
 *
 * @example
 * ```ts
 * const error = await idempotencyKeys.create(["order", null]).catch((error) => error);
 * error instanceof IdempotencyKeyError; // true
 * error.code;                           // "ERR_INVALID_KEY"
 * ```
 */
export class IdempotencyKeyError extends Error {
  /** Stable across versions; the message is not. */
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  static {
    setName(this, "IdempotencyKeyError");
  }
}

/**
 * `ERR_INVALID_KEY`: a key, or a part of one, that is neither text nor an `IdempotencyKey`; the message
 * names the part by its index.
 */
export class InvalidKeyError extends IdempotencyKeyError {
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_INVALID_KEY", message, options);
  }

  static {
    setName(this, "InvalidKeyError");
  }
}

/** `ERR_INVALID_SCOPE`: a scope other than `"run"`, `"attempt"` and `"global"`. */
export class InvalidScopeError extends IdempotencyKeyError {
  constructor(message: string) {
    super("ERR_INVALID_SCOPE", message);
  }

  static {
    setName(this, "InvalidScopeError");
  }
}

/**
 * `ERR_INVALID_TTL`: a time-to-live that the server would silently take for 30 days; the message says what
 * to write. Of run-once: a duration that can't be read.
 */
export class InvalidTtlError extends IdempotencyKeyError {
  constructor(message: string) {
    super("ERR_INVALID_TTL", message);
  }

  static {
    setName(this, "InvalidTtlError");
  }
}

/** `ERR_INVALID_PAYLOAD`: a payload that canonical JSON can't carry; the message names the path. */
export class InvalidPayloadError extends IdempotencyKeyError {
  constructor(message: string) {
    super("ERR_INVALID_PAYLOAD", message);
  }

  static {
    setName(this, "InvalidPayloadError");
  }
}

/** `ERR_INVALID_TOKEN`: a token that was damaged, cut short, or made by a later version. */
export class InvalidTokenError extends IdempotencyKeyError {
  constructor(message: string) {
    super("ERR_INVALID_TOKEN", message);
  }

  static {
    setName(this, "InvalidTokenError");
  }
}

/** `ERR_MISSING_CONTEXT`: a scope that needs a run id or an attempt number, where there is none. */
export class MissingContextError extends IdempotencyKeyError {
  constructor(message: string) {
    super("ERR_MISSING_CONTEXT", message);
  }

  static {
    setName(this, "MissingContextError");
  }
}

/**
 * `ERR_ENGINE`: the engine can't start here (WebAssembly is forbidden), or gave up (out of memory). The
 * platform's error, where there is one, is in `cause`.
 */
export class EngineError extends IdempotencyKeyError {
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_ENGINE", message, options);
  }

  static {
    setName(this, "EngineError");
  }
}

/**
 * `ERR_MISSING_CREDENTIALS`: no access token, or one that no header can carry, or an empty address of the
 * API; the message names the variable to set.
 */
export class MissingCredentialsError extends IdempotencyKeyError {
  constructor(message: string) {
    super("ERR_MISSING_CREDENTIALS", message);
  }

  static {
    setName(this, "MissingCredentialsError");
  }
}

/** The server's answer, as an {@link ApiError} carries it. */
export interface ApiErrorDetails {
  /** The HTTP status. */
  status: number;
  /** The answer's headers, their names in lower case. */
  headers: Record<string, string>;
  /** The answer's JSON, or its text where it isn't JSON, or `undefined` where there is none. */
  body: unknown;
}

/** `ERR_API`: the server refused the request, or answered with something else than the API does. */
export class ApiError extends IdempotencyKeyError {
  /** The HTTP status. */
  readonly status: number;
  /** The answer's headers, their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The answer's JSON, or its text where it isn't JSON, or `undefined` where there is none. */
  readonly body: unknown;

  constructor(message: string, { status, headers, body }: ApiErrorDetails, code: ErrorCode = "ERR_API") {
    super(code, message);
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  static {
    setName(this, "ApiError");
  }
}

/** `ERR_NOT_FOUND`: no run has the key (HTTP status 404). */
export class NotFoundError extends ApiError {
  constructor(message: string, details: ApiErrorDetails) {
    super(message, details, "ERR_NOT_FOUND");
  }

  static {
    setName(this, "NotFoundError");
  }
}

/** `ERR_CONNECTION`: the server can't be reached; the platform's error is in `cause`. */
export class ConnectionError extends IdempotencyKeyError {
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_CONNECTION", message, options);
  }

  static {
    setName(this, "ConnectionError");
  }
}

/**
 * `ERR_REQUEST_TIMEOUT`: the call took longer than `timeoutMs`. Whether the server still acts on it is not
 * known.
 */
export class RequestTimeoutError extends IdempotencyKeyError {
  constructor(timeoutMs: number) {
    super(
      "ERR_REQUEST_TIMEOUT",
      `the call took longer than timeoutMs, ${timeoutMs} ms, retries and the waits between them included: raise it, or lower retry.maxAttempts`,
    );
  }

  static {
    setName(this, "RequestTimeoutError");
  }
}

/**
 * Not `constructor.name`: minifiers rename classes. Not by assignment: that fails where
 * `Error.prototype` is frozen.
 */
function setName(Class: { prototype: IdempotencyKeyError }, value: string): void {
  Object.defineProperty(Class.prototype, "name", { value, configurable: true, writable: true });
}

/** The class of each code that the Rust core reports. */
const CORE_ERRORS: Record<string, new (message: string) => IdempotencyKeyError> = {
  ERR_INVALID_KEY: InvalidKeyError,
  ERR_INVALID_SCOPE: InvalidScopeError,
  ERR_MISSING_CONTEXT: MissingContextError,
  ERR_INVALID_TTL: InvalidTtlError,
  ERR_INVALID_PAYLOAD: InvalidPayloadError,
  ERR_INVALID_TOKEN: InvalidTokenError,
};

/** The error that the Rust core described as its code, a line feed and its message. */
export function coreError(description: string): IdempotencyKeyError {
  const end = description.indexOf("\n");
  const code = description.slice(0, end);
  const message = description.slice(end + 1);
  const Class = CORE_ERRORS[code];
  return Class === undefined ? new EngineError(`${code}: ${message}`) : new Class(message);
}
