/**
 * The `Idempotency-Key` header for clients: a `fetch` that retries safely.
 *
 * @module
 */
import { abortReason, onAbort, throwIfAborted } from "../abort.js";
import { InvalidArgumentError } from "../run-once/errors.js";
import { type Duration, milliseconds, timer } from "../run-once/duration.js";
import { checkOptions, IdempotencyKey, randomKey } from "../shared.js";
import { isInProgress, isRetried, retryAfterMs } from "./retry.js";

export type { Duration } from "../run-once/duration.js";

/** What came of an attempt: a response, or the error that `fetch` rejected with. */
export interface Attempt {
  /** 1 for the first. */
  readonly attempt: number;
  /** Read it through `clone()`, since it may be what the caller gets. */
  readonly response?: Response;
  /** What `fetch` rejected with. */
  readonly error?: unknown;
}

/** Settings of {@link createIdempotentFetch}. Each may be undefined. */
export interface IdempotentFetchOptions {
  /** The fetch to call. Default: the global one, looked up at each call. */
  readonly fetch?: ((input: RequestInfo | URL, init?: RequestInit) => Promise<Response>) | undefined;
  /** The header's name. Default: `"Idempotency-Key"`. */
  readonly header?: string | undefined;
  /** Whether the key stands in quotation marks, as the draft has it (RFC 8941). Default: false, as APIs have it. */
  readonly quoted?: boolean | undefined;
  /** How often a request is sent at most. Default: 4. */
  readonly attempts?: number | undefined;
  /** The wait before the second attempt; doubled for each further one, and shortened by up to a half at random. Default: 500 ms. */
  readonly minDelay?: Duration | undefined;
  /** The longest of these waits; a server's `Retry-After` may be longer. Default: `"8s"`. */
  readonly maxDelay?: Duration | undefined;
  /** No attempt begins later than this after the call. Default: `"60s"`. */
  readonly budget?: Duration | undefined;
  /** How long one attempt may take until its answer's head is there. Default: no limit. */
  readonly attemptTimeout?: Duration | undefined;
  /** Whether to retry; undefined: as usual. Not asked about what is never retried. */
  readonly retry?: ((attempt: Attempt) => boolean | undefined | Promise<boolean | undefined>) | undefined;
}

/** `fetch`'s settings, and the key. */
export interface IdempotentRequestInit extends RequestInit {
  /** The same for the same operation, also after a restart. Default: the header in `headers`, or a random key for this call. */
  idempotencyKey?: string | IdempotencyKey | undefined;
}

/** `fetch` with a key. */
export type IdempotentFetch = (input: RequestInfo | URL, init?: IdempotentRequestInit) => Promise<Response>;

const OPTIONS = [
  "fetch",
  "header",
  "quoted",
  "attempts",
  "minDelay",
  "maxDelay",
  "budget",
  "attemptTimeout",
  "retry",
] as const satisfies readonly (keyof IdempotentFetchOptions)[];

const VISIBLE = /^[\x21-\x7e]+$/;
const PRINTABLE = /^[\x20-\x7e]+$/;

/** A token of HTTP (RFC 9110, section 5.6.2). */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;

/** The header's value. */
function fieldOf(key: string | IdempotencyKey, quoted: boolean): string {
  const text = IdempotencyKey.isIdempotencyKey(key) ? key.hash : key;
  if (typeof text !== "string" || !(quoted ? PRINTABLE : VISIBLE).test(text)) {
    throw new InvalidArgumentError(
      `the idempotency key is ${typeof text === "string" ? (text === "" ? "empty" : "a string that a header can't carry") : typeof text}, expected an IdempotencyKey or a string of visible ASCII characters`,
    );
  }
  return quoted ? `"${text.replace(/["\\]/g, "\\$&")}"` : text;
}

/** Bodies that are gone once they are sent. */
function isStream(body: unknown): boolean {
  return typeof body === "object" && body !== null && (body instanceof ReadableStream || Symbol.asyncIterator in body);
}

/** Resolves after `ms`, or rejects with the signal's reason when it aborts. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const forget =
      signal &&
      onAbort(signal, () => {
        cancel();
        reject(abortReason(signal));
      });
    const cancel = timer(() => {
      forget?.();
      resolve();
    }, ms);
  });
}

/** One attempt's signal: the caller's, and the time it may take. */
function deadline(
  ms: number | undefined,
  signal: AbortSignal | undefined,
): { signal: AbortSignal | undefined; end: () => void } {
  if (ms === undefined) return { signal, end: () => undefined };
  const controller = new AbortController();
  const end = timer(() => controller.abort(new DOMException(`no answer within ${ms} ms`, "TimeoutError")), ms);
  return { signal: signal === undefined ? controller.signal : either(signal, controller), end };
}

/** A signal that aborts with the caller's or the controller's. The caller's stays connected, for the body. */
function either(signal: AbortSignal, controller: AbortController): AbortSignal {
  try {
    // Leaves no listener on a signal that outlives the call.
    return AbortSignal.any([signal, controller.signal]);
  } catch {
    // A platform without `any`, or the signal of a polyfill.
    onAbort(signal, () => controller.abort(abortReason(signal)));
    return controller.signal;
  }
}

/**
 * Makes a `fetch` that sends one idempotency key with all attempts of a call, so that the server does the
 * work once, however often the network or the server fails.
 *
 * Retried are network errors, the statuses 408, 425, 429, 500, 502, 503 and 504, and a 409 that says that
 * the first attempt is still in progress. Never: an answer that is a replay, and a body that is a stream.
 *
 * @example
 * ```ts
 * const server = async (url, { headers }) => Response.json({ key: headers.get("idempotency-key") });
 * const idempotentFetch = createIdempotentFetch({ attempts: 6, fetch: server });
 * const response = await idempotentFetch("https://api.example.com/charges", {
 *   method: "POST",
 *   body: JSON.stringify({ amount: 990 }),
 *   headers: { "content-type": "application/json" },
 *   idempotencyKey: "order-42",
 * });
 * await response.json(); // { key: "order-42" }
 * ```
 *
 * @param options How often, how long and how.
 * @returns A function like `fetch`. It resolves with the last answer, whatever its status, and rejects with
 * the last network error or with the signal's reason.
 * @throws InvalidArgumentError (`ERR_INVALID_ARGUMENT`) for names and values that no option has, and at the call for a key that a
 * header can't carry.
 * @throws InvalidTtlError (`ERR_INVALID_TTL`) for a duration that can't be read.
 */
export function createIdempotentFetch(options?: IdempotentFetchOptions): IdempotentFetch {
  checkOptions(options, OPTIONS);
  const { fetch, header = "Idempotency-Key", quoted = false, attempts = 4, retry, attemptTimeout } = options ?? {};
  const { minDelay = 500, maxDelay = "8s", budget = "60s" } = options ?? {};
  if (typeof header !== "string" || !HEADER_NAME.test(header)) {
    throw new InvalidArgumentError(`header is ${JSON.stringify(header)}, expected the name of a header`);
  }
  if (!Number.isSafeInteger(attempts) || attempts < 1) {
    throw new InvalidArgumentError(`attempts is ${String(attempts)}, expected a whole number from 1`);
  }
  const minDelayMs = milliseconds("minDelay", minDelay, 0);
  const maxDelayMs = milliseconds("maxDelay", maxDelay, 0);
  const budgetMs = milliseconds("budget", budget, 0);
  const timeoutMs = attemptTimeout === undefined ? undefined : milliseconds("attemptTimeout", attemptTimeout, 1);

  const delayBefore = (attempt: number): number =>
    Math.min(maxDelayMs, minDelayMs * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);

  return async (input, init = {}) => {
    const { idempotencyKey, ...rest } = init;
    const request = input instanceof Request ? input : undefined;
    const headers = new Headers(rest.headers ?? request?.headers);
    if (idempotencyKey !== undefined) headers.set(header, fieldOf(idempotencyKey, quoted));
    else if (!headers.has(header)) headers.set(header, fieldOf(randomKey(), quoted));
    const signal = (rest.signal === undefined ? request?.signal : rest.signal) ?? undefined;
    throwIfAborted(signal);
    const send = fetch ?? globalThis.fetch;
    // What no attempt can send is an error now, and no failure of the network.
    if (fetch === undefined) new Request(request?.url ?? (input as string | URL), { headers });
    const mayRepeat = !isStream(rest.body);
    const since = performance.now();

    for (let attempt = 1; ; attempt++) {
      const { signal: limited, end } = deadline(timeoutMs, signal);
      const isLast = attempt === attempts || !mayRepeat;
      let outcome: { response: Response } | { error: unknown };
      try {
        // A request's body can be read once: each attempt but the last one gets a copy.
        const again = request !== undefined && request.body !== null && !isLast ? request.clone() : input;
        outcome = {
          response: await send(again, { ...rest, headers, ...(limited === undefined ? {} : { signal: limited }) }),
        };
      } catch (error) {
        if (signal?.aborted === true) throw error;
        outcome = { error };
      } finally {
        end();
      }
      const give = (): Response => {
        if ("error" in outcome) throw outcome.error;
        return outcome.response;
      };
      if (isLast) return give();
      const response = "response" in outcome ? outcome.response : undefined;
      if (response?.headers.get("idempotent-replayed") === "true") return response;
      const chosen = await retry?.({ attempt, ...outcome });
      const usual = response === undefined || isRetried(response) || (await isInProgress(response));
      if (!(chosen ?? usual)) return give();
      const delayMs = Math.max(delayBefore(attempt), (response && retryAfterMs(response)) ?? 0);
      if (performance.now() - since + delayMs > budgetMs) return give();
      void response?.body?.cancel().catch(() => undefined);
      throwIfAborted(signal);
      await pause(delayMs, signal);
    }
  };
}
