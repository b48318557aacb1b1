/** The types of the http entries' surface. */
import type { Duration } from "../run-once/duration.js";
import type { Store } from "../run-once/stores/store.js";

/** What a request that was not handled is told, and why. */
export interface Problem {
  /** The stable name of what happened, a member of the answer too. */
  readonly code:
    | "key-required"
    | "key-invalid"
    | "caller-unknown"
    | "in-progress"
    | "payload-mismatch"
    | "request-too-large"
    | "response-not-stored"
    | "store-unavailable";
  /** The HTTP status. */
  readonly status: number;
  /** The same for each occurrence of the problem. */
  readonly title: string;
  /** What to do about it. Never contains the key. */
  readonly detail: string;
  /** After how many milliseconds a retry makes sense; sent as `Retry-After`. */
  readonly retryAfterMs?: number;
}

/** What a handler is told about its only execution. */
export interface Once {
  /** The client's key, without quotation marks. */
  readonly key: string;
  /** The hash of caller, operation and key, 64 hex digits: the same on each retry, to pass on to providers. */
  readonly idempotencyKey: string;
  /** A former execution's lease ran out: its process may have done the work, or any part of it. */
  readonly takenOver: boolean;
  /** Aborts when the lease was lost to another process. A client that hangs up doesn't abort it. */
  readonly signal: AbortSignal;
}

/** What happened, to count it. `hash` is {@link Once.idempotencyKey}; the client's key is in none of them. */
export type IdempotencyEvent =
  | { /** The handler is about to run. */ readonly type: "run"; readonly hash: string; readonly takenOver: boolean }
  | {
      /** The answer is stored, or that there was one: its body was too large, or a stream. */
      readonly type: "stored";
      readonly hash: string;
      readonly dropped?: "too-large" | "stream";
    }
  | {
      /** The answer is not to be stored, or the handler threw: the key is free. */
      readonly type: "released";
      readonly hash: string;
      readonly error?: unknown;
    }
  | { /** The stored answer is sent. */ readonly type: "replay"; readonly hash: string }
  | {
      /** Another process took the key over while the handler ran: its answer counts. */
      readonly type: "lost";
      readonly hash: string;
    }
  | {
      /** A {@link Problem} is sent. */
      readonly type: "refused";
      readonly code: Problem["code"];
      readonly hash?: string;
    }
  | {
      /** The store failed, or is about to be asked again. */
      readonly type: "store-error";
      readonly hash: string;
      readonly operation: "acquire" | "renew" | "complete" | "release";
      readonly error: unknown;
    };

/**
 * Settings of {@link createIdempotency} and of the adapters. `Context` is what the framework hands to
 * handlers: Hono's context, Express's and Fastify's request, the second argument of a fetch handler.
 */
export interface IdempotencyConfig<Context = unknown> {
  /** Where answers are kept: any run-once store. */
  readonly store: Store;
  /**
   * Whose key it is, such as the account's id: equal keys of two callers have nothing to do with each
   * other. null refuses the request with 401. `"anyone"` lets all callers share their keys, and read each
   * other's answers: for services with one caller.
   */
  readonly caller: "anyone" | ((request: Request, context: Context) => string | null | Promise<string | null>);
  /** What a key is for: a key belongs to one operation of one caller. Default: method and path. */
  readonly operation?: ((request: Request) => string) | undefined;
  /** The methods whose keys are honoured. Default: `["POST", "PATCH"]`. */
  readonly methods?: readonly string[] | undefined;
  /** Whether those methods need a key. Default: false. */
  readonly required?: boolean | undefined;
  /** For how long answers are kept. Default: `"24h"`. */
  readonly ttl?: Duration | undefined;
  /** After how long a key whose process died is free again. Renewed while the handler runs. Default: `"60s"`. */
  readonly lease?: Duration | undefined;
  /** For how long a request waits for the answer of one that still runs, before it gets 409. Default: 0, at once. */
  readonly waitTimeout?: Duration | undefined;
  /**
   * What has to be the same each time a key is used, anything that JSON can carry; false: nothing.
   * Default: method, path and query, content type without parameters, and body. JSON bodies are compared
   * by value, multipart ones part by part, others by their bytes.
   */
  readonly fingerprint?: false | ((request: Request, body: Uint8Array) => unknown) | undefined;
  /** Whether an answer is kept. Default: those with a status below 500, and not 401, 408, 425 and 429. */
  readonly shouldStore?: ((response: Response) => boolean) | undefined;
  /** Headers to replay besides the standard ones. Cookies, credentials and dates never are. */
  readonly replayHeaders?: readonly string[] | undefined;
  /** The largest request body, in bytes. Default: 1 MiB. */
  readonly maxRequestBytes?: number | undefined;
  /** The largest answer that is kept, in bytes of its body. Default: 256 KiB. */
  readonly maxResponseBytes?: number | undefined;
  /** Answers in the API's own dialect; undefined: the standard one. */
  readonly problem?:
    | ((problem: Problem, request: Request) => Response | undefined | Promise<Response | undefined>)
    | undefined;
  /** Told of what happens. What it throws is ignored. */
  readonly onEvent?: ((event: IdempotencyEvent) => void) | undefined;
}
