/** The answers to requests that are not handled, as problem details (RFC 9457). */
import { encode } from "./body.js";
import type { Reply } from "./record.js";
import type { Problem } from "./types.js";

/** A moment: the rest of a lease says nothing, since a living process renews it. */
const SOON_MS = 1000;

const PROBLEMS: Record<Problem["code"], Omit<Problem, "code">> = {
  "key-required": {
    status: 400,
    title: "Idempotency-Key is missing",
    detail:
      "This operation needs an Idempotency-Key header: send a random value, such as a UUID, and the same one when you retry.",
  },
  "key-invalid": {
    status: 400,
    title: "Idempotency-Key is invalid",
    detail:
      "The Idempotency-Key header must be sent once, with 1 to 255 visible ASCII characters, or with a string in quotation marks (RFC 8941).",
  },
  "caller-unknown": {
    status: 401,
    title: "Idempotency-Key needs an authenticated caller",
    detail: "A key belongs to its caller, and this request does not say who that is: authenticate, and send it again.",
  },
  "in-progress": {
    status: 409,
    title: "A request with this Idempotency-Key is in progress",
    detail: "The first request with this key has not been answered yet: send the same request again in a moment.",
    retryAfterMs: SOON_MS,
  },
  "payload-mismatch": {
    status: 422,
    title: "Idempotency-Key was used with another request",
    detail: "This key belongs to a request with another content: use a new key for a new or a corrected request.",
  },
  "request-too-large": {
    status: 413,
    title: "The request is too large for an Idempotency-Key",
    detail: "The body has more bytes than requests with a key may have here.",
  },
  "response-not-stored": {
    status: 409,
    title: "The answer to this Idempotency-Key is not stored",
    detail:
      "The request was handled, but its answer was too large or a stream, and can't be sent again: look up the result in another way. The request is not handled again.",
  },
  "store-unavailable": {
    status: 503,
    title: "Idempotency-Key can't be checked",
    detail: "The store of answers can't be reached, so the request was not handled: send it again later.",
    retryAfterMs: SOON_MS,
  },
};

export function problemOf(code: Problem["code"]): Problem {
  return { code, ...PROBLEMS[code] };
}

export function problemReply({ code, status, title, detail, retryAfterMs }: Problem): Reply {
  const body = encode(JSON.stringify({ status, title, detail, code }));
  const headers: [string, string][] = [
    ["content-type", "application/problem+json"],
    ["content-length", String(body.length)],
    ["cache-control", "no-store"],
  ];
  if (retryAfterMs !== undefined) headers.push(["retry-after", String(Math.ceil(retryAfterMs / 1000))]);
  return { status, headers, body };
}
