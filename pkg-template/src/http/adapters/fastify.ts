/**
 * The `Idempotency-Key` header for Fastify 5.
 *
 * @module
 */
import { Abandoned, Engine, type HandlerAnswer, type Outcome } from "../engine.js";
import type { Body } from "../body.js";
import { encode } from "../body.js";
import type { IdempotencyConfig, Once } from "../types.js";
import { completeReply } from "../record.js";
import { bodyOf, headerOf, type IncomingLike, keyLines, standardRequest } from "./request.js";
import { standardHeaders, standardResponse, watch } from "./response.js";

export type { IdempotencyConfig, IdempotencyEvent, Once, Problem } from "../types.js";

/** What is used of Fastify's request. */
export interface FastifyRequestLike {
  readonly raw: IncomingLike;
  readonly method: string;
  readonly originalUrl: string;
  readonly body: unknown;
}

/** What is used of Fastify's reply. */
export interface FastifyReplyLike {
  readonly raw: {
    readonly headersSent: boolean;
    readonly statusCode: number;
    on(event: string, listener: () => void): unknown;
  };
  statusCode: number;
  code(status: number): unknown;
  header(name: string, value: string): unknown;
  removeHeader(name: string): unknown;
  getHeaders(): Record<string, string | number | string[] | undefined>;
  send(payload?: unknown): unknown;
}

/** What is used of a Fastify instance. */
export interface FastifyLike {
  decorateRequest(name: string, value: unknown): unknown;
  addHook(name: never, hook: never): unknown;
}

interface Pending {
  bytes?: Uint8Array | undefined;
  threw: boolean;
  outcome?: Promise<Outcome>;
  headersBefore: readonly string[];
  settle?: (answer: HandlerAnswer) => void;
  end?: () => void;
}

declare const Buffer: { from(buffer: ArrayBufferLike, offset: number, length: number): Uint8Array };

/** A payload as a body. A stream is not touched before it is read. */
function bodyFrom(payload: unknown): Body {
  if (payload === undefined || payload === null) return null;
  if (typeof payload === "string") return encode(payload);
  if (payload instanceof Uint8Array || payload instanceof ReadableStream) return payload as Body;
  let chunks: AsyncIterator<Uint8Array | string> | undefined;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        chunks ??= (payload as AsyncIterable<Uint8Array | string>)[Symbol.asyncIterator]();
        const { done, value } = await chunks.next();
        if (done === true) controller.close();
        else controller.enqueue(typeof value === "string" ? encode(value) : value);
      },
      async cancel() {
        await chunks?.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

function payloadFrom(body: Body): unknown {
  return body instanceof Uint8Array ? Buffer.from(body.buffer, body.byteOffset, body.byteLength) : body;
}

/** Puts another answer in the place of what the reply has so far. */
async function replace(
  reply: FastifyReplyLike,
  before: readonly string[],
  outcome: Extract<Outcome, { reply: unknown }>,
): Promise<unknown> {
  const other = await completeReply(outcome.reply);
  for (const name of Object.keys(reply.getHeaders())) if (!before.includes(name)) reply.removeHeader(name);
  reply.code(other.status);
  for (const [name, value] of other.headers) reply.header(name, value);
  if (other.status === 413) reply.header("connection", "close");
  return payloadFrom(other.body);
}

/**
 * A plugin for the routes of the instance it is registered with: the first request with a key goes on to
 * the handler; whoever sends the key again gets the same answer. The handler finds {@link Once} as
 * `request.idempotency`.
 *
 * Keys are looked up before validation, after all `onRequest` hooks: authenticate there.
 *
 * @example
 * ```ts
 * await app.register(idempotency({ store, caller: (_, request) => request.user?.id ?? null }));
 * app.post("/charges", async (request, reply) => {
 *   const charge = await stripe.charges.create(request.body, { idempotencyKey: request.idempotency?.idempotencyKey });
 *   return reply.code(201).send(charge);
 * });
 * ```
 *
 * @param config As for {@link createIdempotency}; `context` is Fastify's request.
 * @returns A plugin.
 * @throws InvalidArgumentError, InvalidTtlError as {@link createIdempotency}.
 */
export function idempotency<Req extends FastifyRequestLike = FastifyRequestLike>(
  config: IdempotencyConfig<Req>,
): (fastify: FastifyLike, options: unknown, done: () => void) => void {
  const engine = new Engine(config);
  const requests = new WeakMap<object, Pending>();

  const preParsing = async (request: Req, reply: FastifyReplyLike): Promise<unknown> => {
    if (!engine.concerns(request.method, keyLines(request.raw).length > 0)) return undefined;
    const pending: Pending = { threw: false, headersBefore: Object.keys(reply.getHeaders()) };
    requests.set(request, pending);
    pending.bytes = await bodyOf(request.raw, engine.maxRequestBytes);
    // No parser could read what is left of it.
    return pending.bytes === undefined ? begin(request, reply, pending) : undefined;
  };

  const preValidation = async (request: Req, reply: FastifyReplyLike): Promise<unknown> => {
    const pending = requests.get(request);
    return pending === undefined ? undefined : begin(request, reply, pending);
  };

  /** Lets the request go on to its handler, or answers it. */
  const begin = async (request: Req, reply: FastifyReplyLike, pending: Pending): Promise<unknown> => {
    let standard: Request | undefined;
    const started = new Promise<undefined>((resolve) => {
      pending.outcome = engine.handle({
        method: request.method,
        request: () => (standard ??= standardRequest(request.raw, request.originalUrl)),
        context: request,
        header: (name) => headerOf(request.raw, name),
        keys: keyLines(request.raw),
        target: () => request.originalUrl,
        body: async () => pending.bytes,
        run(once) {
          (request as { idempotency?: Once }).idempotency = once;
          resolve(undefined);
          return answerOf(pending, reply);
        },
      });
    });
    const outcome = await Promise.race([started, pending.outcome]);
    if (outcome === undefined) {
      // It is looked at when there is an answer.
      pending.outcome?.catch(() => undefined);
      return undefined;
    }
    requests.delete(request);
    const payload = "reply" in outcome ? await replace(reply, pending.headersBefore, outcome) : undefined;
    // null would be sent as JSON.
    reply.send(payload ?? undefined);
    return reply;
  };

  /** Waits for what `onSend` is told, and not for ever. */
  const answerOf = (pending: Pending, reply: FastifyReplyLike): Promise<HandlerAnswer> =>
    new Promise((resolve, reject) => {
      const { raw } = reply;
      const { left, end } = watch(engine.leaseMs, () =>
        reject(new Abandoned(raw.headersSent ? raw.statusCode : undefined)),
      );
      raw.on("close", left);
      pending.settle = resolve;
      pending.end = end;
    });

  const onSend = async (request: Req, reply: FastifyReplyLike, payload: unknown): Promise<unknown> => {
    const pending = requests.get(request);
    if (pending?.outcome === undefined) return payload;
    requests.delete(request);
    pending.end?.();
    const body = bodyFrom(payload);
    const headers = standardHeaders(reply.getHeaders());
    const status = reply.statusCode;
    const response = (): Response => standardResponse(status, headers, body);
    pending.settle?.({ status, headers, body, response, threw: pending.threw });
    const outcome = await pending.outcome;
    if ("reply" in outcome) return replace(reply, pending.headersBefore, outcome);
    reply.header("idempotency-key", outcome.key);
    return outcome.body === body ? payload : payloadFrom(outcome.body);
  };

  const onError = async (request: Req): Promise<void> => {
    const pending = requests.get(request);
    if (pending !== undefined) pending.threw = true;
  };

  const plugin = (fastify: FastifyLike, _: unknown, done: () => void): void => {
    fastify.decorateRequest("idempotency", null);
    for (const [name, hook] of Object.entries({ preParsing, preValidation, onError, onSend })) {
      fastify.addHook(name as never, hook as never);
    }
    done();
  };
  // The hooks are for the instance that registers the plugin, not for one below it.
  return Object.assign(plugin, {
    [Symbol.for("skip-override")]: true,
    [Symbol.for("fastify.display-name")]: "idempotency-keys",
  });
}
