/** `idempotencyKeys`: its interface, and the instances behind it. */

import { defined } from "./defined.js";
import { sendReset } from "./reset/request.js";
import { findContext } from "./keys/context.js";
import { arrayOf, checkOptions, checkSettings, documented } from "./keys/arguments.js";
import { create } from "./keys/create.js";
import { createMany } from "./keys/create-many.js";
import type { IdempotencyKey } from "./keys/key.js";
import { payloadDigest } from "./payload/payload.js";
import { planReset } from "./reset/plan.js";
import { resolveSettings } from "./reset/settings.js";
import type { Config, CreateOptions, FromPayloadOptions, KeyMaterial, RequestOptions, ResetOptions } from "./types.js";

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
   * @param key A string, or an array of strings that are joined with `-`.
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
   * @param key A string, or an array of strings that are joined with `-`. Numbers, bigints and booleans are taken
   * as the strings that JavaScript makes of them.
   * @param options The scope (default `"run"`) and the task context. Outside a task every scope
   * adds nothing.
   * @returns The key; its hash is made when it is first read.
   * @throws InvalidKeyError (`ERR_INVALID_KEY`) for `null`, `undefined`, an object, a function, a
   * symbol or an array inside an array, naming its index.
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
   * An `IdempotencyKey` is tried as its hash. A string of 64 characters without a scope is tried as
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
   * @returns One hash or two: 64 hex digits each, unless a string of 64 other characters was given.
   * @throws InvalidKeyError and InvalidScopeError as {@link createSync}.
   * @throws MissingContextError (`ERR_MISSING_CONTEXT`) where the scope needs a run id or an
   * attempt number that neither the options nor the context have; with the SDK's message.
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

const CREATE_OPTIONS = ["scope", "ctx"];
const PAYLOAD_OPTIONS = [...CREATE_OPTIONS, "operation"];
const RESET_OPTIONS = [...CREATE_OPTIONS, "parentRunId", "attemptNumber"];
const REQUEST_OPTIONS = ["retry", "headers", "signal", "timeoutMs"];
const CONFIG = ["ctx", "baseURL", "accessToken", "previewBranch", "fetch", "requestOptions"];

/** An instance that knows `config`. Its methods need no `this`, so they can be passed around. */
export function createInstance(config: Config): IdempotencyKeys {
  const createSync: IdempotencyKeys["createSync"] = (key, options) => {
    try {
      checkOptions(options, CREATE_OPTIONS);
      return create(key, options?.scope, findContext(options?.ctx, config.ctx));
    } catch (cause) {
      throw documented(cause);
    }
  };
  const plan: IdempotencyKeys["planReset"] = (key, options) => {
    try {
      checkOptions(options, RESET_OPTIONS);
      return { candidates: planReset(key, options, findContext(options?.ctx, config.ctx)) };
    } catch (cause) {
      throw documented(cause);
    }
  };
  return {
    createSync,
    planReset: plan,
    async create(key, options) {
      return createSync(key, options);
    },
    createMany(keys, options) {
      try {
        checkOptions(options, CREATE_OPTIONS);
        return createMany(arrayOf(keys), options?.scope, findContext(options?.ctx, config.ctx));
      } catch (cause) {
        throw documented(cause);
      }
    },
    fromPayload(payload, options) {
      try {
        checkOptions(options, PAYLOAD_OPTIONS);
        const hash = payloadDigest(payload, options?.operation, true);
        return create(hash, options?.scope, findContext(options?.ctx, config.ctx));
      } catch (cause) {
        throw documented(cause);
      }
    },
    async reset(taskIdentifier, key, options, requestOptions) {
      checkOptions(requestOptions, REQUEST_OPTIONS, "request options");
      const settings = resolveSettings(config);
      const { candidates } = plan(key, options);
      return sendReset(taskIdentifier, candidates, settings, config, requestOptions);
    },
    with(changes) {
      try {
        checkSettings(changes, CONFIG);
        checkOptions(changes.requestOptions, REQUEST_OPTIONS, "request options");
        return createInstance({ ...config, ...defined(changes) });
      } catch (cause) {
        throw documented(cause);
      }
    },
  };
}

/** Finds everything by itself. One for all entries. */
export const standardInstance: IdempotencyKeys = createInstance({});
