/**
 * The Trigger.dev SDK's own module of idempotency keys, name by name, for SDK authors to swap in,
 * and {@link installCatalog} for SDKs as published.
 *
 * Keys are `IdempotencyKey` objects that carry what they were made from, so there is no catalog to
 * overflow or to reset.
 *
 * @see `v3/idempotencyKeys.ts`, @trigger.dev/core 4.8.3
 * @module
 */

import {
  candidatesOf,
  carryOut,
  create,
  findContext,
  findSettings,
  IdempotencyKey,
  isHashLength,
  optionsOf,
  resetFirst,
} from "../shared.js";
import type {
  IdempotencyKeyOptions,
  IdempotencyKeyScope,
  KeyMaterial,
  RequestOptions,
  ResetOptions,
  TaskContext,
} from "../types.js";

export { installCatalog } from "../shared.js";
export type { CatalogOptions } from "./catalog.js";

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

let sdk: SdkParts | undefined;

/**
 * Gives this module the SDK's own task context and API client, which know about isolated
 * `TriggerClient` calls (SDK 4.5 and later). Unbound, it reads the SDK's global registry, which
 * names the running task even there.
 *
 * @example
 * ```ts
 * import { apiClientManager, taskContext } from "@trigger.dev/core/v3";
 *
 * bindSdk({ taskContext, apiClientManager });
 * ```
 *
 * @param parts The SDK's own objects. The last call counts, for the process.
 */
export function bindSdk(parts: SdkParts): void {
  sdk = parts;
}

function context(): TaskContext | undefined {
  return sdk === undefined ? findContext(undefined, undefined) : sdk.taskContext.ctx;
}

/**
 * Makes a key, as `idempotencyKeys.create` of the SDK. Lists inside a list, which the SDK itself
 * passes for the items of a batch, count as JavaScript's `join` writes them.
 *
 * @example
 * ```ts
 * const key = await createIdempotencyKey(["batch", "0"], { scope: "global" });
 * key.key; // "batch-0"
 * ```
 *
 * @param key A text, or texts that are joined with `-`.
 * @param options The scope; default `"run"`. The context is the running task's.
 * @throws As {@link IdempotencyKeys.createSync}; a list inside a list is no error here.
 * @see `createIdempotencyKey`, @trigger.dev/core 4.8.3
 */
export async function createIdempotencyKey(
  key: KeyMaterial,
  options?: { scope?: IdempotencyKeyScope },
): Promise<IdempotencyKey> {
  return create(key, options?.scope, context(), "coerced");
}

/**
 * What `trigger` and its kin make of the `idempotencyKey` option: nothing of nothing, a key or a
 * text of 64 characters as it is, a run-scoped key of anything else.
 *
 * @param idempotencyKey The option, as the SDK's caller gave it.
 * @throws As {@link createIdempotencyKey}.
 * @see `makeIdempotencyKey`, @trigger.dev/core 4.8.3
 */
export async function makeIdempotencyKey(
  idempotencyKey: KeyMaterial | undefined,
): Promise<IdempotencyKey | string | undefined> {
  if (!idempotencyKey) {
    return undefined;
  }
  return isIdempotencyKey(idempotencyKey) ? idempotencyKey : createIdempotencyKey(idempotencyKey, { scope: "run" });
}

/**
 * Whether a value is a key, or a text as long as a hash: 64 UTF-16 code units, whatever they are.
 *
 * @param value Anything.
 * @see `isIdempotencyKey`, @trigger.dev/core 4.8.3
 */
export function isIdempotencyKey(value: unknown): value is IdempotencyKey | string {
  return typeof value === "string" ? isHashLength(value.length) : IdempotencyKey.isIdempotencyKey(value);
}

/**
 * Drops empty parts from a list, at every depth, keeping its shape; a list with an `undefined`
 * part, like an empty text, comes to `undefined`.
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
export function flattenIdempotencyKey(idempotencyKey: unknown): KeyMaterial | undefined {
  if (!Array.isArray(idempotencyKey)) {
    return (idempotencyKey || undefined) as KeyMaterial | undefined;
  }
  // Both callbacks skip holes, as the SDK's do.
  if (idempotencyKey.some((part) => part === undefined)) {
    return undefined;
  }
  return idempotencyKey.map(flattenIdempotencyKey).filter(Boolean) as unknown as KeyMaterial;
}

/**
 * What a key was made from, for the SDK to send along: the same object each time. Read off the key
 * itself, so a bare hash has none.
 *
 * @param idempotencyKey A key, or anything else.
 * @returns The key's options; `undefined` for anything else.
 * @see `getIdempotencyKeyOptions`, @trigger.dev/core 4.8.3
 */
export function getIdempotencyKeyOptions(idempotencyKey: unknown): IdempotencyKeyOptions | undefined {
  return IdempotencyKey.isIdempotencyKey(idempotencyKey) ? optionsOf(idempotencyKey) : undefined;
}

/**
 * Does nothing: keys carry their own options, so there is no catalog to clear between runs.
 *
 * @see `resetIdempotencyKeyCatalog`, @trigger.dev/core 4.8.3
 */
export function resetIdempotencyKeyCatalog(): void {}

/**
 * `<run id>-<attempt number>`: a text that is new for each attempt.
 *
 * @example
 * ```ts
 * attemptKey({ run: { id: "run_abc123" }, attempt: { number: 2 } }); // "run_abc123-2"
 * ```
 *
 * @param ctx What the SDK passes to a task as `ctx`.
 * @see `attemptKey`, @trigger.dev/core 4.8.3
 */
export function attemptKey(ctx: { run: { id: string }; attempt: { number: number } }): string {
  return `${ctx.run.id}-${ctx.attempt.number}`;
}

/**
 * Makes the server forget a key, as `idempotencyKeys.reset` of the SDK: through the bound SDK's
 * client, or else through this package's own, which sends the same. Of `requestOptions` the SDK's
 * client knows `retry` alone.
 *
 * @param taskIdentifier The task that was triggered with the key.
 * @param idempotencyKey The key, or what it was made from.
 * @param options How it was made, where `idempotencyKey` is no `IdempotencyKey`.
 * @param requestOptions How to send the requests.
 * @returns What the server answers.
 * @throws As {@link IdempotencyKeys.reset}; bound, the SDK's own errors.
 * @see `resetIdempotencyKey`, @trigger.dev/core 4.8.3
 */
export async function resetIdempotencyKey(
  taskIdentifier: string,
  idempotencyKey: KeyMaterial,
  options?: ResetOptions,
  requestOptions?: RequestOptions,
): Promise<{ id: string }> {
  // First of all, as in the SDK: without credentials nothing else is looked at.
  const client = sdk?.apiClientManager.clientOrThrow();
  const settings = client ?? findSettings({});
  const candidates = candidatesOf(idempotencyKey, options, context(), "coerced");
  return "resetIdempotencyKey" in settings
    ? carryOut(candidates, (candidate) => settings.resetIdempotencyKey(taskIdentifier, candidate, requestOptions))
    : resetFirst(taskIdentifier, candidates, settings, {}, requestOptions);
}
