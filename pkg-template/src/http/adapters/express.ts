/**
 * The `Idempotency-Key` header for Express 4 and 5, and for whatever calls middlewares with a request and a
 * response of `node:http`.
 *
 * @module
 */
import { Abandoned, Engine } from "../engine.js";
import type { IdempotencyConfig, Once } from "../types.js";
import { bodyOf, headerOf, type IncomingLike, keyLines, standardRequest } from "./request.js";
import { Capture, type OutgoingLike } from "./response.js";

export type { IdempotencyConfig, IdempotencyEvent, Once, Problem } from "../types.js";

/** What is used of Express's request. */
export interface ExpressRequestLike extends IncomingLike {
  /** The target before routers have cut their part off. */
  readonly originalUrl?: string | undefined;
  /** What a body parser has made of the body. */
  readonly body?: unknown;
}

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace Express {
    interface Request {
      /** What `idempotency()` knows of this execution; undefined where the request has no key. */
      idempotency?: Once;
    }
  }
}

/**
 * A middleware: the first request with a key goes on to the handlers after it; whoever sends the key again
 * gets the same answer. The handlers find {@link Once} as `req.idempotency`.
 *
 * Place it after authentication, and before validation; best before the body's parser, so that bodies are
 * compared as they were sent. An answer that an error handler writes is an answer like any other.
 *
 * @example
 * ```ts
 * app.post("/charges", idempotency({ store, caller: (request, req) => req.user?.id ?? null }), async (req, res) => {
 *   const charge = await stripe.charges.create(req.body, { idempotencyKey: req.idempotency?.idempotencyKey });
 *   res.status(201).json(charge);
 * });
 * ```
 *
 * @param config As for {@link createIdempotency}; `context` is Express's request.
 * @returns A middleware `(req, res, next)`.
 * @throws InvalidArgumentError, InvalidTtlError as {@link createIdempotency}.
 */
export function idempotency<Req extends ExpressRequestLike = ExpressRequestLike>(
  config: IdempotencyConfig<Req>,
): (req: Req, res: OutgoingLike, next: (error?: unknown) => unknown) => void {
  const engine = new Engine(config);
  return (req, res, next) => {
    const keys = keyLines(req);
    const method = req.method ?? "GET";
    if (!engine.concerns(method, keys.length > 0)) return void next();
    const target = req.originalUrl ?? req.url ?? "/";
    let request: Request | undefined;
    const capture = new Capture(res, engine.leaseMs);
    const outcome = engine.handle({
      method,
      request: () => (request ??= standardRequest(req, target)),
      context: req,
      header: (name) => headerOf(req, name),
      keys,
      target: () => target,
      body: (limit) => bodyOf(req, limit),
      run(once) {
        (req as { idempotency?: Once }).idempotency = once;
        // A handler of node:http may throw, or be asynchronous.
        try {
          Promise.resolve(next()).catch((error: unknown) => capture.fail(error));
        } catch (error) {
          capture.fail(error);
        }
        return capture.answer;
      },
    });
    outcome
      .then((answer) => capture.send(answer))
      .catch((error: unknown) => {
        if (error instanceof Abandoned) return;
        capture.giveBack();
        next(error);
      });
  };
}
