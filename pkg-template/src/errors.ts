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
  | "ERR_WEBASSEMBLY";

/** What all errors of this package have in common. */
export class IdempotencyKeyError extends Error {
  /** Stable across versions; the message is not. */
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.name = new.target.name;
  }
}
