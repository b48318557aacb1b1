/**
 * The package that `wasm-pack build` makes, with the names of the npm package's main entry, so that the
 * conformance suite runs on both.
 */

/** Levels of nesting for which JSON.stringify has the stack, which this package doesn't do without. */
const DEPTHS = [500];

export function mainOf(pack) {
  const instance = (config) => {
    const withContext = (options) => ({ ...options, ctx: options?.ctx ?? config.ctx ?? runningTask() });
    const idempotencyKeys = {
      create: async (key, options) => pack.create(key, withContext(options)),
      createSync: (key, options) => pack.create(key, withContext(options)),
      createMany: (keys, options) => pack.createMany(keys, withContext(options)),
      fromPayload: (payload, options) => pack.fromPayload(payload, withContext(options)),
      planReset: (key, options) => pack.planReset(key, withContext(options)),
      with: (changes) => instance({ ...config, ...changes }),
    };
    return idempotencyKeys;
  };
  const IdempotencyKey = {
    fromToken: pack.fromToken,
    isIdempotencyKey: (value) => typeof value === "object" && value !== null && Symbol.for("idempotency-keys.IdempotencyKey") in value,
  };
  const { canonicalize, hashPayload, parseTtl, randomKey } = pack;
  return { idempotencyKeys: instance({}), IdempotencyKey, canonicalize, hashPayload, parseTtl, randomKey, depths: DEPTHS };
}

/** The task that the suite registers as the SDK does; the package itself doesn't look for one. */
function runningTask() {
  return globalThis[Symbol.for("dev.trigger.ts.api")]?.["task-context"]?.ctx;
}
