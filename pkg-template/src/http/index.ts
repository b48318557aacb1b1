/**
 * The `Idempotency-Key` header for servers that speak the fetch standard: a retried request gets the answer
 * of the first one, and the handler runs once.
 *
 * @module
 */
import { defined } from "../defined.js";
import { Engine } from "./engine.js";
import { bodyOf, handlerAnswer, keyLines, pathAndQuery, toResponse, waitUntilOf } from "./standard.js";
import type { IdempotencyConfig, Once } from "./types.js";

export type { IdempotencyConfig, IdempotencyEvent, Once, Problem } from "./types.js";
export type { Duration } from "../run-once/duration.js";
export type { Store } from "../run-once/stores/store.js";
export type { Acquired, Claim } from "../run-once/machine.js";

/** A handler of the fetch standard, and what it is told about its only execution; undefined where the request has no key. */
export type IdempotentHandler<Context> = (
  request: Request,
  context: Context,
  once?: Once,
) => Response | Promise<Response>;

/** Wraps handlers; `overrides` are for one of them. */
export type Idempotency<Context> = (
  handler: IdempotentHandler<Context>,
  overrides?: Partial<IdempotencyConfig<Context>>,
) => (request: Request, context: Context) => Promise<Response>;

/**
 * Makes a function that wraps handlers of the fetch standard: of Workers, Deno, Bun, Next.js, SvelteKit,
 * Astro. The first request with a key runs the handler; its answer is stored, and sent again to whoever
 * sends the key again.
 *
 * On Workers, pass the execution context as the handler's context, or as its member `ctx`: it keeps the
 * handler running when the client hangs up.
 *
 * @example
 * ```ts
 * let charges = 0;
 * const idempotent = createIdempotency({ store: new MemoryStore(), caller: "anyone" });
 * const handler = idempotent(async (request, context, once) => Response.json({ charge: ++charges }, { status: 201 }));
 *
 * const headers = { "idempotency-key": "order-42" };
 * const send = async () => (await handler(new Request("https://api.example.com/charges", { method: "POST", headers }))).json();
 * await send(); // { charge: 1 }
 * await send(); // { charge: 1 }
 * ```
 *
 * @param config Where answers are kept, whose keys they are, and what else there is to set.
 * @returns A function that wraps a handler.
 * @throws InvalidArgumentError (`ERR_INVALID_ARGUMENT`) for a store or a caller that is missing, and for settings of
 * the wrong type.
 * @throws InvalidTtlError (`ERR_INVALID_TTL`) for a duration that can't be read.
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
export function createIdempotency<Context = unknown>(config: IdempotencyConfig<Context>): Idempotency<Context> {
  const standard = new Engine(config);
  return (handler, overrides) => {
    const engine = overrides == null ? standard : new Engine({ ...config, ...defined(overrides) });
    return async (request, context) => {
      const keys = keyLines(request);
      if (!engine.concerns(request.method, keys.length > 0)) return handler(request, context);
      return toResponse(
        await engine.handle({
          method: request.method,
          request: () => request,
          context,
          header: (name) => request.headers.get(name),
          keys,
          target: () => pathAndQuery(request.url),
          body: (limit) => bodyOf(request, limit),
          run: async (once) => handlerAnswer(await handler(request, context, once)),
          waitUntil: waitUntilOf(context),
        }),
      );
    };
  };
}
