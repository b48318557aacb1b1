/** What can go wrong with run-once. A file of its own in the package, so that its entries share the classes. */
import { IdempotencyKeyError } from "../shared.js";

/** `ERR_INVALID_ARGUMENT`: a callback that is no function, a client of no known shape, a table's name that would need quoting. */
export class InvalidArgumentError extends IdempotencyKeyError {
  constructor(message: string) {
    super("ERR_INVALID_ARGUMENT", message);
  }

  static {
    this.prototype.name = "InvalidArgumentError";
  }
}

/** `ERR_IN_PROGRESS`: another caller holds the key and was not finished within `waitTimeout`. Nothing was run. */
export class InProgressError extends IdempotencyKeyError {
  /** When the other's lease ends unless it is renewed, in milliseconds from now. */
  readonly retryAfterMs: number;

  constructor(key: string, waitMs: number, retryAfterMs: number) {
    super(
      "ERR_IN_PROGRESS",
      `${quote(key)} is in progress elsewhere and was not finished within ${waitMs} ms: call again later, or raise waitTimeout`,
    );
    this.retryAfterMs = retryAfterMs;
  }

  static {
    this.prototype.name = "InProgressError";
  }
}

/** `ERR_PAYLOAD_MISMATCH`: the key was used with another payload. Nothing was run. */
export class PayloadMismatchError extends IdempotencyKeyError {
  constructor(key: string) {
    super(
      "ERR_PAYLOAD_MISMATCH",
      `${quote(key)} was used with another payload: give different work a key of its own`,
    );
  }

  static {
    this.prototype.name = "PayloadMismatchError";
  }
}

/** `ERR_INVALID_RESULT`: the callback returned what JSON can't carry. Nothing is stored: the next call runs it again. */
export class InvalidResultError extends IdempotencyKeyError {
  /** Where in the result, such as `result.items[2].date`. */
  readonly path: string;

  constructor(message: string, path: string) {
    super("ERR_INVALID_RESULT", message);
    this.path = path;
  }

  static {
    this.prototype.name = "InvalidResultError";
  }
}

/** `ERR_LEASE_LOST`: another holder took the key over while the callback ran; its result counts, not this one. */
export class LeaseLostError extends IdempotencyKeyError {
  /** What the callback returned; undefined where it is not over yet. */
  readonly result: unknown;

  constructor(key: string, result: unknown) {
    super(
      "ERR_LEASE_LOST",
      `the lease of ${quote(key)} ran out and another holder took it over: call again for its result, or raise lease`,
    );
    this.result = result;
  }

  static {
    this.prototype.name = "LeaseLostError";
  }
}

/** `ERR_STORE`: the store failed before the callback ran; its own error is in `cause`. Nothing was run. */
export class StoreError extends IdempotencyKeyError {
  constructor(key: string, options: ErrorOptions) {
    super(
      "ERR_STORE",
      `the store failed to acquire ${quote(key)}, so the callback was not run: ${reason(options)}`,
      options,
    );
  }

  static {
    this.prototype.name = "StoreError";
  }
}

/**
 * `ERR_PUBLISH`: the callback returned, and the store failed to take its result, or to say that it did; the
 * store's own error is in `cause`. Unless it was stored, the key is free again after the lease.
 */
export class PublishError extends IdempotencyKeyError {
  /** What the callback returned. */
  readonly result: unknown;

  constructor(key: string, result: unknown, options: ErrorOptions) {
    super(
      "ERR_PUBLISH",
      `the callback of ${quote(key)} returned, but the store failed to publish its result: ${reason(options)}`,
      options,
    );
    this.result = result;
  }

  static {
    this.prototype.name = "PublishError";
  }
}

function quote(key: string): string {
  return JSON.stringify(key);
}

function reason({ cause }: ErrorOptions): string {
  return cause instanceof Error ? cause.message : String(cause);
}
