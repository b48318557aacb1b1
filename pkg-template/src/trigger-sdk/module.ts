/** The eight functions of the SDK's module of idempotency keys, bound to one SDK. */

import {
  checkSettings,
  clearOptions,
  create,
  findContext,
  findOptions,
  IdempotencyKey,
  InvalidArgumentError,
  isHashLength,
  keepOptions,
  optionsOf,
  planReset,
  resolveSettings,
  sendReset,
  tryCandidates,
} from "../shared.js";
import type {
  IdempotencyKeyOptions,
  IdempotencyKeyScope,
  KeyMaterial,
  RequestOptions,
  ResetOptions,
  TaskContext,
} from "../types.js";
import { joinNested } from "./material.js";

/** The parts of the SDK that know where a call comes from. */
export interface SdkParts {
  /** `taskContext` of `@trigger.dev/core/v3`: the running task, unless the call is isolated. */
  taskContext: { readonly ctx?: TaskContext | undefined };
  /** `apiClientManager` of `@trigger.dev/core/v3`: the client that resets are sent with. */
  apiClientManager: {
    clientOrThrow(): {
      resetIdempotencyKey(
        taskIdentifier: string,
        idempotencyKey: string,
        requestOptions?: unknown,
      ): PromiseLike<{ id: string }>;
    };
  };
}

/** What {@link createSdkModule} is given. */
export interface SdkModuleOptions extends SdkParts {
  /**
   * What `createIdempotencyKey` and `makeIdempotencyKey` return: `IdempotencyKey` objects, which carry
   * their options, or the bare hashes that the published SDK returns, whose options are then kept in
   * the catalog of `installCatalog`. Default `"object"`.
   */
  keys?: "object" | "string" | undefined;
}

const OPTIONS = ["taskContext", "apiClientManager", "keys"] as const satisfies readonly (keyof SdkModuleOptions)[];

/** The SDK's module; `Key` is what it makes of a key: an `IdempotencyKey`, or its hash. */
export interface SdkModule<Key extends IdempotencyKey | string = IdempotencyKey> {
  /**
   * Makes a key, as `idempotencyKeys.create` of the SDK. Arrays inside an array, which the SDK itself
   * passes for the items of a batch, count as JavaScript's `join` writes them.
   *
   * @example
   * ```ts
   * const key = await createIdempotencyKey(["batch", "0"], { scope: "global" });
   * key.key; // "batch-0"
   * ```
   *
   * @param key A string, or strings that are joined with `-`.
   * @param options The scope; default `"run"`. The context is the running task's.
   * @throws As {@link IdempotencyKeys.createSync}; an array inside an array is no error here.
   * @see `createIdempotencyKey`, @trigger.dev/core 4.8.3
   */
  createIdempotencyKey(key: KeyMaterial, options?: { scope?: IdempotencyKeyScope | undefined }): Promise<Key>;

  /**
   * What the SDK's trigger functions make of the `idempotencyKey` option: `undefined` stays, a key or a
   * string of 64 characters passes through, anything else becomes a run-scoped key.
   *
   * @param idempotencyKey The option, as the SDK's caller gave it.
   * @throws As {@link createIdempotencyKey}.
   * @see `makeIdempotencyKey`, @trigger.dev/core 4.8.3
   */
  makeIdempotencyKey(idempotencyKey: KeyMaterial | undefined): Promise<Key | string | undefined>;

  /**
   * Whether a value is a key, or a string as long as a hash: 64 UTF-16 code units, whatever they are.
   *
   * @param value Anything.
   * @see `isIdempotencyKey`, @trigger.dev/core 4.8.3
   */
  isIdempotencyKey(value: unknown): value is IdempotencyKey | string;

  /**
   * Drops empty parts from an array, at every depth, keeping its shape; an array with an `undefined`
   * part, like an empty string, comes to `undefined`.
   *
   * @example
   * ```ts
   * flattenIdempotencyKey(["a", "", ["b", ""]]); // [ "a", [ "b" ] ]
   * flattenIdempotencyKey(["a", undefined]);     // undefined
   * ```
   *
   * @param idempotencyKey The `idempotencyKey` option of a batch, and an item's index.
   * @see `flattenIdempotencyKey`, @trigger.dev/core 4.8.3
   */
  flattenIdempotencyKey(idempotencyKey: unknown): KeyMaterial | undefined;

  /**
   * What a key was made from, for the SDK to send along: the same object each time. A key has it
   * itself; for a bare hash the catalog is asked where keys are strings, and there is none where they
   * are objects.
   *
   * @param idempotencyKey A key, or anything else.
   * @returns The key's options; `undefined` for anything else.
   * @see `getIdempotencyKeyOptions`, @trigger.dev/core 4.8.3
   */
  getIdempotencyKeyOptions(idempotencyKey: unknown): IdempotencyKeyOptions | undefined;

  /**
   * Empties the catalog where keys are strings. Where they are objects, which carry their own options,
   * there is nothing to empty.
   *
   * @see `resetIdempotencyKeyCatalog`, @trigger.dev/core 4.5.0 to 4.8.3
   */
  resetIdempotencyKeyCatalog(): void;

  /**
   * `<run id>-<attempt number>`: a string that is new for each attempt.
   *
   * @example
   * ```ts
   * attemptKey({ run: { id: "run_abc123" }, attempt: { number: 2 } }); // "run_abc123-2"
   * ```
   *
   * @param ctx What the SDK passes to a task as `ctx`.
   * @see `attemptKey`, @trigger.dev/core 4.8.3
   */
  attemptKey(ctx: { run: { id: string }; attempt: { number: number } }): string;

  /**
   * Makes the server forget a key, as `idempotencyKeys.reset` of the SDK: through the SDK's client
   * that the module is bound to, or else through this package's own, which sends the same. Of
   * `requestOptions` the SDK's client knows `retry` alone.
   *
   * @param taskIdentifier The task that was triggered with the key.
   * @param idempotencyKey The key, or what it was made from.
   * @param options How it was made, where `idempotencyKey` is no `IdempotencyKey`.
   * @param requestOptions How to send the requests.
   * @returns What the server answers.
   * @throws As {@link IdempotencyKeys.reset}; bound to an SDK, that SDK's own errors.
   * @see `resetIdempotencyKey`, @trigger.dev/core 4.8.3
   */
  resetIdempotencyKey(
    taskIdentifier: string,
    idempotencyKey: KeyMaterial,
    options?: ResetOptions,
    requestOptions?: RequestOptions,
  ): Promise<{ id: string }>;
}

/**
 * The SDK's module of idempotency keys, bound to one SDK's own task context and API client, which
 * know about isolated `TriggerClient` calls (SDK 4.5 and later). The functions that this entry exports
 * are the unbound ones: they read the SDK's global registry, which names the running task even there.
 *
 * @example
 * ```ts
 * import { apiClientManager, taskContext } from "@trigger.dev/core/v3";
 *
 * const { createIdempotencyKey } = createSdkModule({ taskContext, apiClientManager });
 * ```
 *
 * @param options The SDK's own objects, and what its keys are.
 * @returns The eight functions; any of them works by itself, without the object.
 * @throws InvalidArgumentError (`ERR_INVALID_ARGUMENT`) for a part that is missing, and for names and values that no option has.
 */
export function createSdkModule(options: SdkParts & { keys?: "object" | undefined }): SdkModule;
export function createSdkModule(options: SdkParts & { keys: "string" }): SdkModule<string>;
export function createSdkModule(options: SdkModuleOptions): SdkModule<IdempotencyKey | string>;
export function createSdkModule(options: SdkModuleOptions): SdkModule<IdempotencyKey | string> {
  checkSettings(options, OPTIONS);
  for (const part of ["taskContext", "apiClientManager"] as const) {
    if (typeof options[part] !== "object" || options[part] === null) {
      throw new InvalidArgumentError(`${part} is missing: pass that of "@trigger.dev/core/v3"`);
    }
  }
  const { keys = "object" } = options;
  if (keys !== "object" && keys !== "string") {
    throw new InvalidArgumentError(`keys is ${JSON.stringify(keys)}, expected "object" or "string"`);
  }
  return moduleOf(options, keys);
}

/** Unbound, without `sdk`. */
export function moduleOf(sdk: SdkParts | undefined, keys: "object"): SdkModule;
export function moduleOf(sdk: SdkParts | undefined, keys: "object" | "string"): SdkModule<IdempotencyKey | string>;
export function moduleOf(sdk: SdkParts | undefined, keys: "object" | "string"): SdkModule<IdempotencyKey | string> {
  const context = (): TaskContext | undefined =>
    sdk === undefined ? findContext(undefined, undefined) : sdk.taskContext.ctx;

  function returned(key: IdempotencyKey): IdempotencyKey | string {
    if (keys === "object") {
      return key;
    }
    keepOptions(key);
    return key.hash;
  }

  // Methods, so that bundlers keep the names that the SDK's functions have.
  const module: SdkModule<IdempotencyKey | string> = {
    isIdempotencyKey(value): value is IdempotencyKey | string {
      return typeof value === "string" ? isHashLength(value.length) : IdempotencyKey.isIdempotencyKey(value);
    },

    flattenIdempotencyKey(key) {
      if (!Array.isArray(key)) {
        return (key || undefined) as KeyMaterial | undefined;
      }
      // Both callbacks skip holes, as the SDK's do.
      if (key.some((part) => part === undefined)) {
        return undefined;
      }
      return key.map(module.flattenIdempotencyKey).filter(Boolean) as unknown as KeyMaterial;
    },

    attemptKey(ctx) {
      return `${ctx.run.id}-${ctx.attempt.number}`;
    },

    async createIdempotencyKey(key, options) {
      return returned(create(joinNested(key), options?.scope, context()));
    },

    async makeIdempotencyKey(key) {
      if (!key) {
        return undefined;
      }
      if (IdempotencyKey.isIdempotencyKey(key)) {
        return returned(key);
      }
      return module.isIdempotencyKey(key) ? key : module.createIdempotencyKey(key, { scope: "run" });
    },

    getIdempotencyKeyOptions(key) {
      if (IdempotencyKey.isIdempotencyKey(key)) {
        return optionsOf(key);
      }
      return keys === "string" && typeof key === "string" ? findOptions(key) : undefined;
    },

    resetIdempotencyKeyCatalog() {
      if (keys === "string") {
        clearOptions();
      }
    },

    async resetIdempotencyKey(taskIdentifier, key, options, requestOptions) {
      // First of all, as in the SDK: without credentials nothing else is looked at.
      const client = sdk?.apiClientManager.clientOrThrow();
      const settings = client ?? resolveSettings({});
      // A hash that the SDK made is no material, whatever the options say.
      const isMade = typeof key === "string" && module.getIdempotencyKeyOptions(key) !== undefined;
      const candidates = isMade ? [key] : planReset(joinNested(key), options, context());
      return "resetIdempotencyKey" in settings
        ? tryCandidates(candidates, (candidate) =>
            settings.resetIdempotencyKey(taskIdentifier, candidate, requestOptions),
          )
        : sendReset(taskIdentifier, candidates, settings, {}, requestOptions);
    },
  };
  return module;
}
