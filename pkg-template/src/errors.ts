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
  | "ERR_ENGINE";

/** What all errors of this package have in common. */
export class IdempotencyKeyError extends Error {
  /** Stable across versions; the message is not. */
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  // Not `constructor.name`: minifiers rename classes.
  static {
    this.prototype.name = "IdempotencyKeyError";
  }
}

/** A key, or a part of one, that is neither text nor an `IdempotencyKey`. */
export class InvalidKeyError extends IdempotencyKeyError {
  constructor(message: string) {
    super("ERR_INVALID_KEY", message);
  }

  static {
    this.prototype.name = "InvalidKeyError";
  }
}

/** A scope other than `"run"`, `"attempt"` and `"global"`. */
export class InvalidScopeError extends IdempotencyKeyError {
  constructor(message: string) {
    super("ERR_INVALID_SCOPE", message);
  }

  static {
    this.prototype.name = "InvalidScopeError";
  }
}

/** A scope that needs a run id or an attempt number, where there is none. */
export class MissingContextError extends IdempotencyKeyError {
  constructor(message: string) {
    super("ERR_MISSING_CONTEXT", message);
  }

  static {
    this.prototype.name = "MissingContextError";
  }
}

/** The engine can't start here, or gave up (out of memory); the cause is in `cause`. */
export class EngineError extends IdempotencyKeyError {
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_ENGINE", message, options);
  }

  static {
    this.prototype.name = "EngineError";
  }
}

/** The class of each code that the Rust core reports. */
const CORE_ERRORS: Record<string, new (message: string) => IdempotencyKeyError> = {
  ERR_INVALID_KEY: InvalidKeyError,
  ERR_INVALID_SCOPE: InvalidScopeError,
  ERR_MISSING_CONTEXT: MissingContextError,
};

/** The error that the Rust core described as its code, a line feed and its message. */
export function coreError(description: string): IdempotencyKeyError {
  const end = description.indexOf("\n");
  const code = description.slice(0, end);
  const message = description.slice(end + 1);
  const Class = CORE_ERRORS[code];
  return Class === undefined ? new EngineError(`${code}: ${message}`) : new Class(message);
}
