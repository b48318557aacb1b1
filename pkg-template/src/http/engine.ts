/** What happens to a request with a key: the same for the wrapper and all adapters. */
import { createInstance, hashPayload, type IdempotencyKey } from "../shared.js";
import {
  InProgressError,
  InvalidArgumentError,
  LeaseLostError,
  PayloadMismatchError,
  PublishError,
  StoreError,
} from "../run-once/errors.js";
import { timer } from "../run-once/duration.js";
import { notifyObserver } from "../run-once/observer.js";
import type { Execution, RunOnceEvent } from "../run-once/types.js";
import { type Body, readUpTo } from "./body.js";
import { isResult, settingsOf, type Settings } from "./config.js";
import { fingerprintOf } from "./fingerprint.js";
import { parseKey } from "./key.js";
import { problemOf, problemReply } from "./problems.js";
import { type Reply, replyFrom, storedAnswer, type StoredAnswer, type Tombstone } from "./record.js";
import type { IdempotencyConfig, IdempotencyEvent, Once, Problem } from "./types.js";

/** A request as a framework has it. */
interface Exchange<Context> {
  readonly method: string;
  /** For the callbacks of the configuration; its body may be gone. */
  readonly request: () => Request;
  readonly context: Context;
  readonly header: (name: string) => string | null;
  /** The lines of the header `Idempotency-Key`. */
  readonly keys: readonly string[];
  /** Path and query. */
  readonly target: () => string;
  /** The body, which the handler can read all the same; undefined where it has more bytes than allowed. */
  readonly body: (limit: number) => Promise<Uint8Array | undefined>;
  /** Runs the handler. */
  readonly run: (once: Once) => Promise<HandlerAnswer>;
  /** Keeps the runtime alive for a promise. */
  readonly waitUntil?: ((promise: Promise<unknown>) => void) | undefined;
}

/** What the handler answered. */
export interface HandlerAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
  /** The same as a Response, for `shouldStore`. */
  readonly response: () => Response;
  /** The handler threw, and the framework has made an answer of it. */
  readonly threw?: boolean;
}

/**
 * The handler's own answer, with what is to be sent as its body and as the header `Idempotency-Key`; or
 * another one in its place.
 */
export type Outcome =
  | { readonly own: HandlerAnswer; readonly body: Body; readonly key: string }
  | { readonly reply: Reply | Response };

/** The client left, and nothing more will come of the handler. */
export class Abandoned extends Error {
  /** The status that was sent already. */
  readonly status: number | undefined;

  constructor(status?: number) {
    super("the client left, and the handler did not finish its answer");
    this.status = status;
  }
}

/** Travels through `runOnce`, so that the key is released. */
class NotStored {
  readonly answer: HandlerAnswer;
  constructor(answer: HandlerAnswer) {
    this.answer = answer;
  }
}

/** An error of the handler's, told apart from those of `runOnce`. */
class HandlerFailed {
  readonly error: unknown;
  constructor(error: unknown) {
    this.error = error;
  }
}

/** How long an answer waits for a store that fails to keep it. */
const PUBLISH_WAIT_MS = 2000;

const keys = createInstance({});

/** Caller, operation and key as one hash. Parts joined by a character could be others joined differently. */
function identity(caller: string | null, operation: string, key: string): IdempotencyKey {
  const hash = hashPayload(["http/1", caller, operation, key], { canonical: false });
  return keys.createSync(hash, { scope: "global" });
}

export class Engine<Context> {
  readonly #settings: Settings<Context>;

  constructor(config: IdempotencyConfig<Context>) {
    this.#settings = settingsOf(config);
  }

  /** The lease, in milliseconds. */
  get leaseMs(): number {
    return this.#settings.leaseMs;
  }

  get maxRequestBytes(): number {
    return this.#settings.maxRequestBytes;
  }

  /** Whether a request is to be handled here: any other is the handler's alone. */
  concerns(method: string, hasKey: boolean): boolean {
    const { methods, required } = this.#settings;
    return (hasKey || required === true) && methods.includes(method);
  }

  /** Answers a request that {@link concerns} this engine. */
  async handle(exchange: Exchange<Context>): Promise<Outcome> {
    const settings = this.#settings;
    const [line] = exchange.keys;
    if (line === undefined) return this.#refuse(exchange, "key-required");
    const key = parseKey(exchange.keys);
    if (key === undefined) return this.#refuse(exchange, "key-invalid");
    const caller = await this.#callerOf(exchange);
    if (caller === undefined) return this.#refuse(exchange, "caller-unknown");
    const body = await exchange.body(settings.maxRequestBytes);
    if (body === undefined) return this.#refuse(exchange, "request-too-large");
    const target = exchange.target();
    const operation = settings.operation?.(exchange.request()) ?? `${exchange.method} ${target.split("?", 1)[0]}`;
    const request = new KeyedRequest(settings, exchange, identity(caller, operation, key), key, line, this.#emit);
    const outcome = await request.outcome(await this.#fingerprint(exchange, target, body));
    return typeof outcome === "string" ? this.#refuse(exchange, outcome, request.hash) : outcome;
  }

  /** undefined: nobody; null: anyone. */
  async #callerOf({ request, context }: Exchange<Context>): Promise<string | null | undefined> {
    const { caller } = this.#settings;
    if (caller === "anyone") return null;
    const found: unknown = await caller(request(), context);
    if (found === null || found === undefined || found === "") return undefined;
    if (typeof found !== "string") {
      throw new InvalidArgumentError(`caller returned a value of type ${typeof found}, expected a string or null`);
    }
    return found;
  }

  async #fingerprint(exchange: Exchange<Context>, target: string, body: Uint8Array): Promise<string | undefined> {
    const { fingerprint } = this.#settings;
    if (fingerprint === false) return undefined;
    if (fingerprint !== undefined) return hashPayload([(await fingerprint(exchange.request(), body)) ?? null]);
    return fingerprintOf(exchange.method, target, exchange.header("content-type") ?? "", body);
  }

  async #refuse(exchange: Exchange<Context>, code: Problem["code"], hash?: string): Promise<Outcome> {
    this.#emit({ type: "refused", code, ...(hash === undefined ? {} : { hash }) });
    const problem = problemOf(code);
    const reply = await this.#settings.problem?.(problem, exchange.request());
    return { reply: reply ?? problemReply(problem) };
  }

  readonly #emit = (event: IdempotencyEvent): void => notifyObserver(this.#settings, event);
}

/** One request with a key. */
class KeyedRequest<Context> {
  readonly hash: string;
  readonly #settings: Settings<Context>;
  readonly #exchange: Exchange<Context>;
  readonly #identity: IdempotencyKey;
  readonly #key: string;
  readonly #line: string;
  readonly #emit: (event: IdempotencyEvent) => void;
  #own: HandlerAnswer | undefined;
  #body: Body = null;
  #dropped: Tombstone["dropped"] | undefined;
  #handled: (own: HandlerAnswer) => void = () => undefined;

  constructor(
    settings: Settings<Context>,
    exchange: Exchange<Context>,
    identity: IdempotencyKey,
    key: string,
    line: string,
    emit: (event: IdempotencyEvent) => void,
  ) {
    this.#settings = settings;
    this.#exchange = exchange;
    this.#identity = identity;
    this.hash = identity.hash;
    this.#key = key;
    this.#line = line.trim();
    this.#emit = emit;
  }

  /** The answer to send, or the name of the problem. */
  async outcome(fingerprint: string | undefined): Promise<Outcome | Problem["code"]> {
    const { start, waitMs } = this.#settings.flights;
    const { hash } = this;
    const emit = (event: RunOnceEvent): void => this.#tell(event);
    const flight = start({ key: this.#identity, hash, emit, over: () => undefined }, fingerprint);
    const result = flight
      .join((_, execution) => this.#run(execution), waitMs, undefined)
      .then(
        (stored) => this.#settled(stored),
        (error: unknown) => this.#failed(error),
      );
    this.#exchange.waitUntil?.(result.catch(() => undefined));
    // The answer doesn't wait for ever for a store that fails to keep it.
    let cancel: (() => void) | undefined;
    const late = new Promise<Outcome>((resolve) => {
      this.#handled = (own) => {
        cancel = timer(() => resolve(this.#sent(own)), PUBLISH_WAIT_MS);
      };
    });
    try {
      return await Promise.race([result, late]);
    } finally {
      cancel?.();
    }
  }

  /** Runs the handler, and says what to store. */
  async #run(execution: Execution): Promise<StoredAnswer | Tombstone> {
    const once: Once = {
      key: this.#key,
      idempotencyKey: this.hash,
      takenOver: execution.takenOver,
      get signal() {
        return execution.signal;
      },
    };
    let answer: HandlerAnswer;
    let stored: StoredAnswer | Tombstone | undefined;
    try {
      answer = await this.#exchange.run(once);
      stored = this.#isKept(answer) ? await this.#keep(answer) : undefined;
    } catch (error) {
      if (!(error instanceof Abandoned) || error.status === undefined) throw new HandlerFailed(error);
      return { dropped: (this.#dropped = "stream"), status: error.status };
    }
    if (stored === undefined) throw new NotStored(answer);
    this.#own = answer;
    this.#handled(answer);
    return stored;
  }

  #isKept(answer: HandlerAnswer): boolean {
    if (answer.status < 200 || (answer.threw === true && answer.status >= 500)) return false;
    const { shouldStore } = this.#settings;
    return shouldStore === undefined ? isResult(answer.status) : shouldStore(answer.response());
  }

  async #keep({ status, headers, body }: HandlerAnswer): Promise<StoredAnswer | Tombstone> {
    const { maxResponseBytes, headers: names } = this.#settings;
    this.#body = body;
    const drop = (dropped: Tombstone["dropped"]): Tombstone => ({ dropped: (this.#dropped = dropped), status });
    if (body === null) return storedAnswer(status, headers, names, null);
    if (/^\s*text\/event-stream\b/i.test(headers.get("content-type") ?? "")) return drop("stream");
    let bytes: Uint8Array | undefined;
    if (body instanceof Uint8Array) {
      if (body.length <= maxResponseBytes) bytes = body;
    } else {
      const read = await readUpTo(body, maxResponseBytes);
      bytes = read.bytes;
      this.#body = bytes ?? read.whole();
    }
    return bytes === undefined ? drop("too-large") : storedAnswer(status, headers, names, bytes);
  }

  #settled(stored: unknown): Outcome | Problem["code"] {
    if (this.#own !== undefined) return this.#sent(this.#own);
    const record = stored as StoredAnswer | Tombstone;
    if ("dropped" in record) return "response-not-stored";
    return { reply: replyFrom(record, this.#line) };
  }

  #sent(own: HandlerAnswer): Outcome {
    return { own, body: this.#body, key: this.#line };
  }

  #failed(error: unknown): Outcome | Problem["code"] {
    if (error instanceof NotStored) return { own: error.answer, body: error.answer.body, key: this.#line };
    if (error instanceof HandlerFailed) throw error.error;
    // The handler's answer, as it is; the failures were told of already.
    if (error instanceof PublishError && this.#own !== undefined) return this.#sent(this.#own);
    if (error instanceof PayloadMismatchError) return "payload-mismatch";
    // Whoever took the key over will have the answer.
    if (error instanceof InProgressError || error instanceof LeaseLostError) return "in-progress";
    if (error instanceof StoreError) {
      this.#emit({ type: "store-error", hash: this.hash, operation: "acquire", error: error.cause });
      return "store-unavailable";
    }
    throw error;
  }

  #tell(event: RunOnceEvent): void {
    const { hash } = this;
    switch (event.type) {
      case "miss":
      case "takeover":
        return this.#emit({ type: "run", hash, takenOver: event.type === "takeover" });
      case "hit":
        return this.#emit({ type: "replay", hash });
      case "publish":
        return this.#emit({ type: "stored", hash, ...(this.#dropped === undefined ? {} : { dropped: this.#dropped }) });
      case "fail":
        return this.#emit({
          type: "released",
          hash,
          ...(event.error instanceof HandlerFailed ? { error: event.error.error } : {}),
        });
      case "lost":
        return this.#emit({ type: "lost", hash });
      case "store-error":
        return this.#emit({ type: "store-error", hash, operation: event.operation, error: event.error });
    }
  }
}
