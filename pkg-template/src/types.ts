/** The types of the public surface, each member documented where an editor shows it. */

import type { IdempotencyKey } from "./keys/key.js";

/**
 * What a key is unique within: one run of the parent task (the same on every retry), one attempt
 * of one run, or everywhere.
 */
export type IdempotencyKeyScope = "run" | "attempt" | "global";

/** What a key was made from, in the shape in which the SDK sends it to the server. */
export interface IdempotencyKeyOptions {
  /** The caller's material, its parts joined with `-`. */
  key: string;
  /** The scope it was made in. */
  scope: IdempotencyKeyScope;
}

/** What the SDK passes to a task as `ctx`; only these fields are read. */
export interface TaskContext {
  /** The running task's run. */
  run: { id: string };
  /** The attempt of that run, counted from 1. */
  attempt?: { number: number };
}

/** One part of a key. An `IdempotencyKey` counts as its hash. */
export type KeyPart = string | IdempotencyKey;

/** What a key is made from: a part, or a list of parts that are joined with `-`. */
export type KeyMaterial = KeyPart | readonly KeyPart[];

/** How to make a key. */
export interface CreateOptions {
  /** What the key is unique within. Default: `"run"`. */
  scope?: IdempotencyKeyScope;
  /** The running task. Default: the instance's, then the one that the Trigger.dev SDK runs. */
  ctx?: TaskContext;
}

/** How to hash a payload. */
export interface HashPayloadOptions {
  /** What is done with the payload, such as `"charge"`: part of the hash, behind the JSON. Default: `""`. */
  operation?: string;
  /** Whether the members' order doesn't count (RFC 8785). False: the JSON as `JSON.stringify` writes it. Default: true. */
  canonical?: boolean;
}

/** How to make a key from a payload. */
export interface FromPayloadOptions extends CreateOptions {
  /** What is done with the payload, such as `"charge"`: part of the hash, behind the JSON. Default: `""`. */
  operation?: string;
}

/** How the key to reset was made. */
export interface ResetOptions {
  /** The scope it was made in. Default: `"run"`, but see {@link IdempotencyKeys.planReset} for texts of 64 characters. */
  scope?: IdempotencyKeyScope;
  /** The run that made it. Default: the context's. */
  parentRunId?: string;
  /** The attempt that made it. Default: the context's. */
  attemptNumber?: number;
  /** The running task. Default: the instance's, then the one that the Trigger.dev SDK runs. */
  ctx?: TaskContext;
}

/** When a request is sent again: on 408, 409, 429, 500 and above, and when the connection fails. */
export interface RetryOptions {
  /** How often the request is sent at most. Default: 5. */
  maxAttempts?: number;
  /** What the delay grows by from attempt to attempt. Default: 1.6. */
  factor?: number;
  /** The first delay, in milliseconds; 0 stands for no other attempt, as in the SDK. Default: 1,000. */
  minTimeoutInMs?: number;
  /** The longest delay, in milliseconds. Default: 30,000. */
  maxTimeoutInMs?: number;
  /** Whether each delay is stretched by a random factor between 1 and 2. Default: false. */
  randomize?: boolean;
}

/** How to send a request. */
export interface RequestOptions {
  /** When to send it again. What is left out keeps its default. */
  retry?: RetryOptions;
  /** More headers; they replace the request's own of the same name. */
  headers?: ConstructorParameters<typeof Headers>[0];
  /** Ends the call early; it then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** The longest that the call may take, in milliseconds, all retries included. Default: no limit. */
  timeoutMs?: number;
}

/** What an instance of {@link IdempotencyKeys} knows beforehand. */
export interface Config {
  /** The running task, or a function that finds it at each call. */
  ctx?: TaskContext | (() => TaskContext | undefined);
  /** The API's address. Default: the SDK's, then `TRIGGER_API_URL`, then `https://api.trigger.dev`. */
  baseURL?: string;
  /** What requests authenticate with. Default: the SDK's, then `TRIGGER_SECRET_KEY`, then `TRIGGER_ACCESS_TOKEN`. */
  accessToken?: string;
  /**
   * The preview branch that requests are about. Default: the SDK's, then `TRIGGER_PREVIEW_BRANCH`, then
   * `VERCEL_GIT_COMMIT_REF`, then `TRIGGER_DEV_BRANCH` unless that is `default`.
   */
  previewBranch?: string;
  /** What sends requests. Default: the platform's `fetch`, looked up at each call. */
  fetch?: typeof fetch;
  /** How to send every request of the instance; a call's own options win, field by field. */
  requestOptions?: RequestOptions;
}

/** Makes and resets keys. The methods need no `this`, so they can be passed around. */
export interface IdempotencyKeys {
  /**
   * Makes a key, with the SDK's signature: {@link createSync} as a promise.
   *
   * @example
   * ```ts
   * const key = await idempotencyKeys.create(["order", "42"], { scope: "global" });
   * key.options; // { key: "order-42", scope: "global" }
   * ```
   *
   * @param key A text, or texts that are joined with `-`.
   * @param options The scope (default `"run"`) and the task context.
   * @returns The key; rejects where {@link createSync} throws.
   * @see `createIdempotencyKey`, @trigger.dev/core 4.8.3
   */
  create(key: KeyMaterial, options?: CreateOptions): Promise<IdempotencyKey>;

  /**
   * Makes a key at once: `hex(SHA-256(UTF-8(parts joined with "-")))`, the caller's parts first,
   * then the run id (scope `run`) or the run id and the attempt number (scope `attempt`).
   *
   * @example
   * ```ts
   * const key = idempotencyKeys.createSync("send-email", { ctx: { run: { id: "run_abc123" } } });
   * key.hash; // "3896e0f6b8240f86c45b3260bfe55bf98032f548c0b3d7737ae66fd190197410"
   * ```
   *
   * @param key A text, or texts that are joined with `-`. Numbers, bigints and booleans are taken
   * as the texts that JavaScript makes of them.
   * @param options The scope (default `"run"`) and the task context. Outside a task every scope
   * adds nothing.
   * @returns The key; its hash is made when it is first read.
   * @throws InvalidKeyError (`ERR_INVALID_KEY`) for `null`, `undefined`, an object, a function, a
   * symbol or a list inside a list, naming its index.
   * @throws InvalidScopeError (`ERR_INVALID_SCOPE`) for an unknown scope.
   * @throws MissingContextError (`ERR_MISSING_CONTEXT`) for scope `attempt` in a context without
   * an attempt number, and for `run` and `attempt` in one without a run.
   * @see `createIdempotencyKey`, @trigger.dev/core 4.8.3
   */
  createSync(key: KeyMaterial, options?: CreateOptions): IdempotencyKey;

  /**
   * Makes many keys of one scope at once, several times as fast as one by one.
   *
   * @example
   * ```ts
   * const keys = idempotencyKeys.createMany([["line", "1"], ["line", "2"]], { scope: "global" });
   * keys.map((key) => key.key); // [ "line-1", "line-2" ]
   * ```
   *
   * @param keys The keys' materials, in order.
   * @param options The scope (default `"run"`) and the task context, for all of them.
   * @returns The keys, in the same order.
   * @throws As {@link createSync}, before any key is returned.
   */
  createMany(keys: readonly KeyMaterial[], options?: CreateOptions): IdempotencyKey[];

  /**
   * Makes the key of a payload: of its hash, so that equal data has one key whatever the order of its
   * members. The same as `createSync(hashPayload(payload, { operation }), options)`.
   *
   * @example
   * ```ts
   * const charge = { operation: "charge", scope: "global" };
   * const key = idempotencyKeys.fromPayload({ id: 42, total: 990 }, charge);
   * idempotencyKeys.fromPayload({ total: 990, id: 42 }, charge).hash === key.hash; // true
   * ```
   *
   * @param payload Anything that `JSON.stringify` writes.
   * @param options What is done with the payload, and as for {@link createSync}.
   * @throws InvalidPayloadError (`ERR_INVALID_PAYLOAD`), naming the path, for a cycle, a bigint, half of a
   * surrogate pair and a number that is not finite; and as {@link createSync}.
   */
  fromPayload(payload: unknown, options?: FromPayloadOptions): IdempotencyKey;

  /**
   * Says which keys {@link reset} would try, in order, without any request.
   *
   * An `IdempotencyKey` is tried as its hash. A text of 64 characters without a scope is tried as
   * it is; with one, as it is and then, if no run has it, as the hash derived from it. Anything
   * else is hashed with its scope.
   *
   * @example
   * ```ts
   * const { candidates } = idempotencyKeys.planReset("my-key", { scope: "global" });
   * candidates; // [ "5e78863ed1ffb9fc66b1d61634b126bf8eb20267e7996297eeeb9b19c8c0f732" ]
   * ```
   *
   * @param key The key, or what it was made from.
   * @param options How it was made, where `key` is no `IdempotencyKey`.
   * @returns One hash or two: 64 hex digits each, unless a text of 64 other characters was given.
   * @throws InvalidKeyError and InvalidScopeError as {@link createSync}.
   * @throws MissingContextError (`ERR_MISSING_CONTEXT`) where the scope needs a run id or an
   * attempt number that neither the options nor the context have; with the SDK's text.
   * @see `resetIdempotencyKey`, @trigger.dev/core 4.8.3
   */
  planReset(key: KeyMaterial, options?: ResetOptions): { candidates: string[] };

  /**
   * Makes the server forget a key, so that the next trigger with it starts a new run.
   *
   * Tries the keys that {@link planReset} names, in that order; the next one only after a 404.
   *
   * @example
   * ```ts
   * const key = await idempotencyKeys.create("welcome", { scope: "global" });
   * await idempotencyKeys.reset("send-email", key);
   * await idempotencyKeys.reset("send-email", "welcome", { scope: "run", parentRunId: "run_abc123" });
   * ```
   *
   * @param taskIdentifier The task that was triggered with the key.
   * @param key The key, or what it was made from.
   * @param options How it was made, where `key` is no `IdempotencyKey`.
   * @param requestOptions How to send the requests.
   * @returns What the server answers.
   * @throws MissingCredentialsError (`ERR_MISSING_CREDENTIALS`) without an access token, before
   * anything else is looked at.
   * @throws As {@link planReset}, before any request.
   * @throws NotFoundError (`ERR_NOT_FOUND`) if no run has the key; ApiError (`ERR_API`) for any
   * other refusal, with `status`, `headers` and `body`.
   * @throws ConnectionError (`ERR_CONNECTION`) if the server can't be reached; RequestTimeoutError
   * (`ERR_REQUEST_TIMEOUT`) after `timeoutMs`; the signal's reason if it aborts.
   * @see `resetIdempotencyKey`, @trigger.dev/core 4.8.3
   */
  reset(
    taskIdentifier: string,
    key: KeyMaterial,
    options?: ResetOptions,
    requestOptions?: RequestOptions,
  ): Promise<{ id: string }>;

  /**
   * A new instance; what `config` leaves out is taken from this one.
   *
   * @example
   * ```ts
   * const keys = idempotencyKeys.with({ ctx: { run: { id: "run_abc123" } } });
   * keys.createSync("send-email").hash; // "3896e0f6b8240f86c45b3260bfe55bf98032f548c0b3d7737ae66fd190197410"
   * ```
   *
   * @param config The context, or a function that finds it; where and how requests are sent.
   */
  with(config: Config): IdempotencyKeys;
}
