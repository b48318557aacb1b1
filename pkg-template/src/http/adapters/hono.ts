/**
 * The `Idempotency-Key` header for Hono, on any of its runtimes.
 *
 * @module
 */
import { Engine } from "../engine.js";
import { bodyOf, handlerAnswer, keyLines, pathAndQuery, toResponse } from "../standard.js";
import type { IdempotencyConfig, Once } from "../types.js";

export type { IdempotencyConfig, IdempotencyEvent, Once, Problem } from "../types.js";

/** What is used of Hono's context. */
export interface HonoContextLike {
  readonly req: { readonly raw: Request; arrayBuffer(): Promise<ArrayBuffer> };
  get res(): Response;
  set res(response: Response | undefined);
  readonly error: Error | undefined;
  readonly executionCtx: { waitUntil(promise: Promise<unknown>): void };
  set(key: never, value: unknown): void;
}

/** The variables of Hono's context that {@link idempotency} sets: `new Hono<{ Variables: IdempotencyVariables }>()`. */
export interface IdempotencyVariables {
  /** What is known of this execution; undefined where the request has no key. */
  idempotency: Once | undefined;
}

function waitUntilOf(c: HonoContextLike): ((promise: Promise<unknown>) => void) | undefined {
  try {
    const context = c.executionCtx;
    return (promise) => context.waitUntil(promise);
  } catch {
    // Not on Workers.
    return undefined;
  }
}

/** The body, which a validator may have read already. */
async function body({ req }: HonoContextLike, limit: number): Promise<Uint8Array | undefined> {
  if (!req.raw.bodyUsed) return bodyOf(req.raw, limit);
  const bytes = new Uint8Array(await req.arrayBuffer());
  return bytes.length > limit ? undefined : bytes;
}

/**
 * A middleware: the first request with a key goes on to the handler; whoever sends the key again gets the
 * same answer. The handler finds {@link Once} as `c.get("idempotency")`.
 *
 * Place it after authentication, and before validation.
 *
 * @example
 * ```ts
 * app.post("/charges", idempotency({ store, caller: (request, c) => c.get("account") }), async (c) => {
 *   const idempotencyKey = c.get("idempotency")?.idempotencyKey;
 *   return c.json(await stripe.charges.create(await c.req.json(), { idempotencyKey }), 201);
 * });
 * ```
 *
 * @param config As for {@link createIdempotency}; `context` is Hono's context.
 * @returns A middleware `(c, next)`.
 * @throws InvalidArgumentError, InvalidTtlError as {@link createIdempotency}.
 */
export function idempotency<C extends HonoContextLike = HonoContextLike>(
  config: IdempotencyConfig<C>,
): (c: C, next: () => Promise<void>) => Promise<Response | void> {
  const engine = new Engine(config);
  return async (c, next) => {
    const request = c.req.raw;
    const keys = keyLines(request);
    if (!engine.concerns(request.method, keys.length > 0)) return next();
    let ran = false;
    const outcome = await engine.handle({
      method: request.method,
      request: () => request,
      context: c,
      header: (name) => request.headers.get(name),
      keys,
      target: () => pathAndQuery(request.url),
      body: (limit) => body(c, limit),
      async run(once) {
        ran = true;
        c.set("idempotency" as never, once);
        await next();
        return handlerAnswer(c.res, c.error !== undefined);
      },
      waitUntil: waitUntilOf(c),
    });
    const response = toResponse(outcome);
    if (!ran) return response;
    if (response !== c.res) {
      // Without this step Hono would add the headers of the one to the other.
      c.res = undefined;
      c.res = response;
    }
  };
}
