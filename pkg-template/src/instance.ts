/** The instances behind `idempotencyKeys`. */

import { resetFirst } from "./reset/request.js";
import { findContext } from "./keys/context.js";
import { create, createMany } from "./keys/create.js";
import { hashPayload } from "./payload/payload.js";
import { candidatesOf } from "./reset/plan.js";
import { findSettings } from "./reset/settings.js";
import type { Config, IdempotencyKeys } from "./types.js";

/** An instance that knows `config`. Its methods need no `this`, so they can be passed around. */
export function createInstance(config: Config): IdempotencyKeys {
  const createSync: IdempotencyKeys["createSync"] = (key, options) =>
    create(key, options?.scope, findContext(options?.ctx, config.ctx));
  return {
    createSync,
    async create(key, options) {
      return createSync(key, options);
    },
    createMany(keys, options) {
      return createMany(keys, options?.scope, findContext(options?.ctx, config.ctx));
    },
    fromPayload(payload, options) {
      const operation = options?.operation;
      return createSync(hashPayload(payload, operation == null ? {} : { operation }), options);
    },
    planReset(key, options) {
      return { candidates: candidatesOf(key, options, findContext(options?.ctx, config.ctx)) };
    },
    async reset(taskIdentifier, key, options, requestOptions) {
      const settings = findSettings(config);
      const candidates = candidatesOf(key, options, findContext(options?.ctx, config.ctx));
      return resetFirst(taskIdentifier, candidates, settings, config, requestOptions);
    },
    with(changes) {
      const given = Object.entries(changes).filter(([, value]) => value !== undefined);
      return createInstance({ ...config, ...Object.fromEntries(given) });
    },
  };
}

/** Finds everything by itself. One for all entries. */
export const standardInstance: IdempotencyKeys = createInstance({});
