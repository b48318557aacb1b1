/**
 * The HTTP half of a reset: one request at a time, sent again where that helps, its answer or its
 * failure. Which keys to try, and what a failure of each means, is the crate's to say.
 */

import { sdkRegistry } from "../sdk-registry.js";
import { defined } from "../defined.js";
import { type Deadline, startDeadline } from "./deadline.js";
import {
  ApiError,
  ConnectionError,
  InvalidArgumentError,
  InvalidKeyError,
  MissingCredentialsError,
  NotFoundError,
} from "../errors.js";
import { delayAfter, delayAfterResponse, mergeRetry, type FullRetryOptions } from "./retry.js";
import { type ApiSettings, HEADER_VALUE } from "./settings.js";
import type { Config, RequestOptions } from "../types.js";
import { AfterFailure, afterFailure } from "../wasm/keys.js";

/** The SDK whose requests these are; the server keeps to its protocol. */
const SDK_VERSION = "4.8.3";
const API_VERSION = "2025-07-16";
const OK = 200;
const NOT_FOUND = 404;

/** What the server answers to a reset. */
interface ResetResult {
  id: string;
}

/** Tries the candidates of a reset plan in order, as far as the crate says. */
export async function tryCandidates(
  candidates: readonly string[],
  send: (candidate: string) => PromiseLike<ResetResult>,
): Promise<ResetResult> {
  let first: unknown;
  for (const [index, candidate] of candidates.entries()) {
    try {
      return await send(candidate);
    } catch (error) {
      first ??= error;
      const next = afterFailure(candidates.length, index, statusOf(error));
      if (next !== AfterFailure.TryNext) {
        throw next === AfterFailure.ReportFirst ? first : error;
      }
    }
  }
  throw first;
}

/** The HTTP status that an error reports, ours or the SDK's; 0 where there was no answer. */
function statusOf(error: unknown): number {
  const status: unknown = (error as { status?: unknown } | null | undefined)?.status;
  return typeof status === "number" ? status : 0;
}

/**
 * Resets the first candidate that the server knows.
 *
 * @param taskIdentifier The task whose runs hold the key.
 * @param candidates The keys to try, in order; see `planReset`.
 * @param options The call's; what they leave out is taken from the config's.
 * @see `ApiClient.resetIdempotencyKey`, @trigger.dev/core 4.8.3
 */
export async function sendReset(
  taskIdentifier: string,
  candidates: readonly string[],
  settings: ApiSettings,
  config: Config,
  options: RequestOptions | undefined,
): Promise<ResetResult> {
  const merged = { ...config.requestOptions, ...defined(options) };
  const retry = mergeRetry(settings.sdkRequests.retry, config.requestOptions?.retry, options?.retry);
  const deadline = startDeadline(merged);
  const body = JSON.stringify({ taskIdentifier });
  const baseURL = settings.baseURL.replace(/\/$/, "");
  try {
    return await tryCandidates(candidates, async (candidate) => {
      const url = `${baseURL}/api/v1/idempotencyKeys/${encodeKey(candidate)}/reset`;
      const headers = requestHeaders(settings, [config.requestOptions?.headers, options?.headers]);
      const request = { method: "POST", headers, body, ...(deadline.signal && { signal: deadline.signal }) };
      return readResult(await post(url, request, config.fetch, retry, deadline), deadline);
    });
  } finally {
    deadline.release();
  }
}

/** A string of 64 characters is sent as it is, so it can hold a lone surrogate, which no URL can. */
function encodeKey(candidate: string): string {
  try {
    return encodeURIComponent(candidate);
  } catch (cause) {
    // The SDK's message: an error of its platform.
    throw new InvalidKeyError("URI malformed", { cause });
  }
}

/** @throws InvalidArgumentError (`ERR_INVALID_ARGUMENT`) for names and values that no request can have. */
function readHeaders(init: RequestOptions["headers"]): Headers {
  try {
    return new Headers(init);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidArgumentError(`the request's headers can't be sent: ${reason}`, { cause });
  }
}

function requestHeaders(settings: ApiSettings, more: readonly RequestOptions["headers"][]): Headers {
  const headers = readHeaders(settings.sdkRequests.additionalHeaders);
  headers.set("content-type", "application/json");
  headers.set("trigger-version", SDK_VERSION);
  headers.set("x-trigger-api-version", API_VERSION);
  headers.set("x-trigger-request-idempotency-key", requestId());
  if (!headers.has("x-trigger-source")) {
    headers.set("x-trigger-source", "sdk");
  }
  if (settings.branch !== undefined) {
    headers.set("x-trigger-branch", settings.branch);
  }
  if (sdkRegistry()?.["task-context"] !== undefined) {
    headers.set("x-trigger-worker", "true");
    headers.set("x-trigger-engine-version", "V2");
  }
  if (HEADER_VALUE.test(`Bearer ${settings.accessToken}`.trim())) {
    headers.set("authorization", `Bearer ${settings.accessToken}`);
  } else {
    // Without the token.
    throw new MissingCredentialsError(
      "the access token has a character that no HTTP header can carry, such as a line break: set TRIGGER_SECRET_KEY, or accessToken in the config, to the key as the dashboard shows it",
    );
  }
  for (const init of more) {
    readHeaders(init).forEach((value, name) => headers.set(name, value));
  }
  return headers;
}

/** A version 4 UUID. Browsers offer `randomUUID` to pages from secure origins only. */
function requestId(): string {
  if (typeof crypto.randomUUID === "function") {
    return crypto.randomUUID();
  }
  const VARIANT = /[018]/g;
  return "10000000-1000-4000-8000-100000000000".replace(VARIANT, (digit) => {
    const [random = 0] = crypto.getRandomValues(new Uint8Array(1));
    return (Number(digit) ^ (random & (15 >> (Number(digit) / 4)))).toString(16);
  });
}

/** Sends a request until it is answered for good. */
async function post(
  url: string,
  request: RequestInit,
  customFetch: typeof fetch | undefined,
  retry: FullRetryOptions,
  deadline: Deadline,
): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    let delay: number | undefined;
    let response: Response | undefined;
    let cause: unknown;
    deadline.check();
    try {
      const send = customFetch ?? globalThis.fetch;
      response = await send(url, request);
      delay = response.ok ? undefined : delayAfterResponse(response, attempt, retry);
    } catch (error) {
      deadline.check();
      cause = error;
      delay = delayAfter(attempt, retry);
    }
    if (delay) {
      // An unread body would keep the connection busy.
      response?.body?.cancel().catch(() => undefined);
      await deadline.wait(delay);
    } else if (response === undefined) {
      throw new ConnectionError("Connection error.", { cause });
    } else if (response.ok) {
      return response;
    } else {
      throw await refusal(response, deadline);
    }
  }
}

/** The error that the server's refusal stands for, with the SDK's message. */
async function refusal(response: Response, deadline: Deadline): Promise<ApiError> {
  const { status } = response;
  const text = await response.text().catch((error: unknown) => {
    deadline.check();
    return error instanceof Error ? error.message : String(error);
  });
  const json = parse(text);
  const details = { status, headers: plainHeaders(response), body: json === undefined ? text || undefined : json };
  const message = statedReason(json) ?? (json || !text ? `${status} status code (no body)` : `${status} ${text}`);
  return status === NOT_FOUND ? new NotFoundError(message, details) : new ApiError(message, details);
}

/** What the server's JSON says went wrong: `{"error": "…"}` or `{"error": {"message": "…"}}`. */
function statedReason(json: unknown): string | undefined {
  const error: unknown = (json as { error?: unknown } | null | undefined)?.error;
  const message: unknown = (error as { message?: unknown } | null | undefined)?.message;
  const reason = message || error;
  if (!reason) {
    return undefined;
  }
  return typeof reason === "string" ? reason : JSON.stringify(reason);
}

/** `{ id }`, or an error with the message of the SDK's schema. */
async function readResult(response: Response, deadline: Deadline): Promise<ResetResult> {
  const text = await response.text().catch(() => {
    deadline.check();
    return "";
  });
  const body = parse(text);
  const id: unknown = isObject(body) ? body["id"] : undefined;
  if (typeof id === "string") {
    return { id };
  }
  const problem = isObject(body)
    ? `expected string, received ${nameOf(id)} at "id"`
    : `expected object, received ${nameOf(body)}`;
  // Status 200 whatever the success, as the SDK reports it.
  throw new ApiError(`${response.status} Validation error: Invalid input: ${problem}`, {
    status: OK,
    headers: plainHeaders(response),
    body,
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function nameOf(json: unknown): string {
  return json === null ? "null" : Array.isArray(json) ? "array" : typeof json;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function plainHeaders(response: Response): Record<string, string> {
  const headers: Record<string, string> = {};
  response.headers.forEach((value, name) => {
    headers[name] = value;
  });
  return headers;
}
