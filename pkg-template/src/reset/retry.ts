/**
 * When a request is sent again, and after which delay: as the SDK's API client does
 * (`shouldRetry` and `calculateNextRetryDelay`, @trigger.dev/core 4.8.3).
 */

import { defined } from "../defined.js";
import type { RetryOptions } from "../types.js";

/** All of them, none `undefined`. */
export type FullRetryOptions = { [Name in keyof RetryOptions]-?: NonNullable<RetryOptions[Name]> };

const DEFAULTS: FullRetryOptions = {
  maxAttempts: 5,
  factor: 1.6,
  minTimeoutInMs: 1_000,
  maxTimeoutInMs: 30_000,
  randomize: false,
};
const REQUEST_TIMEOUT = 408;
const CONFLICT = 409;
const TOO_MANY_REQUESTS = 429;
const SERVER_ERROR = 500;
/** The rate limit's end is blurred by up to this, so that not all clients return at once. */
const JITTER_MS = 1_000;

/** The options in force: the later one wins, field by field. */
export function mergeRetry(...options: readonly (RetryOptions | undefined)[]): FullRetryOptions {
  return Object.assign({}, DEFAULTS, ...options.map(defined));
}

/** Milliseconds to wait after attempt `attempt`, counted from 1; `undefined` or 0: it was the last. */
export function delayAfter(attempt: number, retry: FullRetryOptions): number | undefined {
  // NaN is no number of attempts; the SDK would go on for ever.
  if (!(attempt < retry.maxAttempts)) {
    return undefined;
  }
  const stretch = retry.randomize ? Math.random() + 1 : 1;
  const delay = stretch * retry.minTimeoutInMs * retry.factor ** (attempt - 1);
  return Math.round(Math.min(retry.maxTimeoutInMs, delay));
}

/** {@link delayAfter} an answer, which may not be worth another attempt. */
export function delayAfterResponse(response: Response, attempt: number, retry: FullRetryOptions): number | undefined {
  switch (response.headers.get("x-should-retry")) {
    case "true":
      return delayAfter(attempt, retry);
    case "false":
      return undefined;
  }
  const { status } = response;
  if (status === TOO_MANY_REQUESTS && attempt < retry.maxAttempts) {
    return delayUntilReset(response.headers) ?? delayAfter(attempt, retry);
  }
  return status === REQUEST_TIMEOUT || status === CONFLICT || status >= SERVER_ERROR
    ? delayAfter(attempt, retry)
    : undefined;
}

/** Milliseconds until the rate limit ends, if the server says so and it is still to come. */
function delayUntilReset(headers: Headers): number | undefined {
  const resetAt = Number.parseInt(headers.get("x-ratelimit-reset") ?? "", 10);
  const delay = resetAt - Date.now() + Math.floor(Math.random() * JITTER_MS);
  return delay > 0 ? delay : undefined;
}
