/** Requests and responses of the fetch standard, as the engine has them. */
import { type Body, readUpTo } from "./body.js";
import type { HandlerAnswer, Outcome } from "./engine.js";
import { isCompressed } from "./record.js";

/** What an `ExecutionContext` of Workers has, alone or as the member `ctx`. */
export function waitUntilOf(context: unknown): ((promise: Promise<unknown>) => void) | undefined {
  for (const holder of [context, (context as { ctx?: unknown } | undefined | null)?.ctx]) {
    const { waitUntil } = (holder ?? {}) as { waitUntil?: unknown };
    if (typeof waitUntil === "function") return (promise) => void waitUntil.call(holder, promise);
  }
  return undefined;
}

/** A Response as the engine reads it. */
export function handlerAnswer(response: Response, threw = false): HandlerAnswer {
  return { status: response.status, headers: response.headers, body: response.body, response: () => response, threw };
}

/** A Response; on workerd one whose bytes, if they are encoded already, are not encoded again. */
function newResponse(body: Body, init: ResponseInit & { readonly headers: Headers }): Response {
  const isEncoded = init.headers.has("content-encoding") && body instanceof Uint8Array && isCompressed(body);
  return new Response(body as BodyInit | null, { ...init, ...(isEncoded && { encodeBody: "manual" }) });
}

/** The outcome as a Response, where the handler's own answer is one. */
export function toResponse(outcome: Outcome): Response {
  if ("reply" in outcome) {
    const { reply } = outcome;
    return reply instanceof Response
      ? reply
      : newResponse(reply.body, { status: reply.status, headers: new Headers(reply.headers as [string, string][]) });
  }
  const { own, body, key } = outcome;
  const response = own.response();
  if (body === own.body) {
    try {
      response.headers.set("idempotency-key", key);
      return response;
    } catch {
      // The headers of a redirection or of a fetched answer can't be changed.
    }
  }
  const headers = new Headers(response.headers);
  headers.set("idempotency-key", key);
  return newResponse(body, { status: response.status, statusText: response.statusText, headers });
}

/** The body of a request that stays as it is. */
export async function bodyOf(request: Request, limit: number): Promise<Uint8Array | undefined> {
  if (Number(request.headers.get("content-length") ?? 0) > limit) return undefined;
  if (request.body === null) return new Uint8Array();
  // Firefox has no streams of requests, such as in a service worker.
  if ((request.body as unknown) === undefined) {
    const bytes = new Uint8Array(await request.clone().arrayBuffer());
    return bytes.length > limit ? undefined : bytes;
  }
  const { bytes, cancel } = await readUpTo(request.clone().body as ReadableStream<Uint8Array>, limit);
  if (bytes === undefined) {
    cancel();
    void request.body.cancel().catch(() => undefined);
  }
  return bytes;
}

/** The lines of the header: a fetch request has joined them. */
export function keyLines(request: Request): string[] {
  const line = request.headers.get("idempotency-key");
  return line === null ? [] : [line];
}

/** Path and query of an absolute URL. */
export function pathAndQuery(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}
