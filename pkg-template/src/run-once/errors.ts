/** What can go wrong with run-once. A file of its own in the package, so that its entries share the classes. */
import { defineError, IdempotencyKeyError } from "../shared.js";

export { InvalidArgumentError } from "../shared.js";

/** The type of a value, for messages: `typeof` but for null. */
export function typeName(value: unknown): string {
  return value === null ? "null" : typeof value;
}

/** `ERR_IN_PROGRESS`: another caller holds the key and was not finished within `waitTimeout`. Nothing was run. */
export class InProgressError extends IdempotencyKeyError {
  /** When the other's lease ends unless it is renewed, in milliseconds from now. */
  readonly retryAfterMs: number;

  constructor(key: string, waitMs: number, retryAfterMs: number) {
    super(
      `${quote(key)} is in progress elsewhere and was not finished within ${waitMs} ms: call again later, or raise waitTimeout`,
    );
    this.retryAfterMs = retryAfterMs;
  }

  static {
    defineError(this, "InProgressError", "ERR_IN_PROGRESS");
  }
}

/** `ERR_PAYLOAD_MISMATCH`: the key was used with another payload. Nothing was run. */
export class PayloadMismatchError extends IdempotencyKeyError {
  constructor(key: string) {
    super(`${quote(key)} was used with another payload: give different work a key of its own`);
  }

  static {
    defineError(this, "PayloadMismatchError", "ERR_PAYLOAD_MISMATCH");
  }
}

/**
 * `ERR_INVALID_RESULT`: the callback ran and returned what JSON, or the configured `serialize`, can't carry.
 * Nothing is stored: the next call runs it again.
 */
export class InvalidResultError extends IdempotencyKeyError {
  /** Where in the result, such as `result.items[2].date`. */
  declare readonly path: string;

  constructor(message: string, path: string, options?: ErrorOptions) {
    super(`${message}. The callback has run, and its result is not stored: the next call runs it again`, {
      ...options,
      path,
    });
  }

  static {
    defineError(this, "InvalidResultError", "ERR_INVALID_RESULT");
  }
}

/**
 * `ERR_LEASE_LOST`: the key was no longer this holder's while the callback ran: another took it over, or its
 * record is gone. This result is not stored. Also the reason of an execution's `signal`.
 */
export class LeaseLostError extends IdempotencyKeyError {
  /** What the callback returned; undefined where it is not over yet. */
  readonly result: unknown;

  constructor(
    key: string,
    result: unknown,
    why = "another holder took it over, or its record was deleted or has expired",
  ) {
    super(`the lease of ${quote(key)} is lost, ${why}: call again for the stored result, or raise lease`);
    this.result = result;
  }

  static {
    defineError(this, "LeaseLostError", "ERR_LEASE_LOST");
  }
}

/**
 * `ERR_STORE`: the store failed, answered what no store may answer, or did not answer in time. A call that
 * rejects with it has run nothing; the store's own error is in `cause`.
 */
export class StoreError extends IdempotencyKeyError {
  /** What the store was asked for, where that is known. */
  readonly operation: "acquire" | "renew" | "complete" | "release" | undefined;
  /** No answer came in time; the store may have done what it was asked. */
  readonly timedOut: boolean;

  constructor(
    message: string,
    options: ErrorOptions & { operation?: StoreError["operation"]; timedOut?: boolean } = {},
  ) {
    super(message, options);
    this.operation = options.operation;
    this.timedOut = options.timedOut ?? false;
  }

  /** @internal The claim failed. */
  static notAcquired(key: string, cause: unknown): StoreError {
    const message = `the store failed to acquire ${quote(key)}, so the callback was not run: ${reason(cause)}`;
    return new StoreError(message, { cause, operation: "acquire" });
  }

  /** @internal A stored result is damaged, or of another `serialize`. */
  static unreadable(key: string, cause: unknown): StoreError {
    return new StoreError(`the stored result of ${quote(key)} can't be parsed, so nothing was run: ${reason(cause)}`, {
      cause,
    });
  }

  static {
    defineError(this, "StoreError", "ERR_STORE");
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
      `the callback of ${quote(key)} returned, but the store failed to publish its result: ${reason(options.cause)}`,
      options,
    );
    this.result = result;
  }

  static {
    defineError(this, "PublishError", "ERR_PUBLISH");
  }
}

/**
 * `ERR_TRANSACTION`: the transaction was aborted or ended under the callback, so that nothing was committed;
 * or, where the message says so, nobody can tell whether it was.
 */
export class TransactionError extends IdempotencyKeyError {
  static {
    defineError(this, "TransactionError", "ERR_TRANSACTION");
  }
}

function quote(key: string): string {
  return JSON.stringify(key);
}

/** What an error says; some have no message, but a code, or only a class. Anything can be thrown. */
export function reason(cause: unknown): string {
  try {
    if (!(cause instanceof Error)) return String(cause) || "an empty string was thrown";
    const { code } = cause as { code?: unknown };
    return cause.message || (typeof code === "string" && code) || cause.constructor.name || cause.name;
  } catch {
    return "what was thrown can't be made a string";
  }
}
