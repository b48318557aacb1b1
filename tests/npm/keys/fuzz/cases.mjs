/**
 * What the fuzzer runs on both: random cases as plain data, so that they can be printed, repeated
 * and made smaller.
 */

import {
  apiClientManager,
  createIdempotencyKey,
  getIdempotencyKeyOptions,
  makeIdempotencyKey,
  resetIdempotencyKey,
  resetIdempotencyKeyCatalog,
  taskContext,
} from "@trigger.dev/core/v3";

import { isKey } from "../../conformance/report.mjs";

const KINDS = ["create", "create", "create", "createSync", "createMany", "make", "reset", "reset"];
const IN_A_BATCH = 12;
const BASE = "http://fuzz.invalid";

/** A case: what is called, with what, in which context. */
export function makeCase(random) {
  const kind = random.pick(KINDS);
  const made = random.chance(0.1) ? [{ $key: random.key() }] : [];
  const ctx = random.context();
  switch (kind) {
    case "createMany":
      return { kind, keys: list(random.below(IN_A_BATCH), () => random.key(made)), options: random.options(), ctx };
    case "make":
      return { kind, key: random.key(), ctx };
    case "reset":
      // Not with keys made before: one by itself is sent as its hash here, and that alone.
      return { kind, key: random.key(), options: resetOptions(random), ctx };
    default:
      return { kind, key: random.key(made), options: random.options(), ctx };
  }
}

function list(length, make) {
  return Array.from({ length }, make);
}

function resetOptions(random) {
  const options = random.options();
  if (options === undefined) return undefined;
  // `null` is no scope of a reset: only `create` reads it as none.
  if (options.scope === null) delete options.scope;
  if (random.chance(0.4)) options.parentRunId = random.chance(0.1) ? "" : random.text();
  if (random.chance(0.4)) options.attemptNumber = random.below(5);
  return options;
}

/** How the real SDK ends a case. */
export async function theirs({ kind, key, keys, options, ctx }) {
  taskContext.setGlobalTaskContext(ctx && { ctx });
  resetIdempotencyKeyCatalog();
  try {
    switch (kind) {
      case "createMany": {
        const all = [];
        for (const one of keys) all.push(await described(createIdempotencyKey(forSdk(one), options)));
        return all;
      }
      case "make":
        return await described(makeIdempotencyKey(key));
      case "reset":
        return await asked(() => resetIdempotencyKey("task", forSdk(key), options));
      default:
        return await described(createIdempotencyKey(forSdk(key), options));
    }
  } finally {
    taskContext.setGlobalTaskContext(undefined);
  }
}

async function described(promise) {
  const hash = await promise;
  // At once: another key may have the same hash, as lone surrogates and U+FFFD do.
  return hash === undefined ? undefined : { hash, options: getIdempotencyKeyOptions(hash) };
}

/** The keys that a reset asks a server for that knows none of them, or its refusal to ask. */
async function asked(reset) {
  const keys = [];
  const { fetch } = globalThis;
  globalThis.fetch = async (url) => {
    keys.push(decodeURIComponent(new URL(url).pathname.split("/").at(-2)));
    return Response.json({ error: "not found" }, { status: 404 });
  };
  apiClientManager.setGlobalAPIClientConfiguration({ baseURL: BASE, accessToken: "tr_test_key" });
  try {
    await reset();
    throw new Error("a reset of nothing ended well");
  } catch (error) {
    if (error instanceof URIError || error.status === 404) return { keys, malformed: error instanceof URIError };
    return { throws: error.message };
  } finally {
    globalThis.fetch = fetch;
    apiClientManager.disable();
  }
}

/** How this package ends a case; `subject` is one of conformance/subject.mjs. */
export async function ours({ kind, key, keys, options, ctx }, { sdk, main }) {
  const withContext = { ...options, ctx };
  switch (kind) {
    case "createSync":
      return describe(main.idempotencyKeys.createSync(forUs(key, main), withContext));
    case "createMany":
      return main.idempotencyKeys
        .createMany(
          keys.map((one) => forUs(one, main)),
          withContext,
        )
        .map(describe);
    case "reset":
      return planned(() => main.idempotencyKeys.planReset(forUs(key, main), withContext));
  }
  taskContext.setGlobalTaskContext(ctx && { ctx });
  try {
    if (kind === "make") return describe(await sdk.makeIdempotencyKey(key));
    return describe(await sdk.createIdempotencyKey(forUs(key, main), options));
  } finally {
    taskContext.setGlobalTaskContext(undefined);
  }
}

function describe(key) {
  if (key === undefined) return undefined;
  return isKey(key) ? { hash: key.hash, options: key.options } : { hash: key, options: undefined };
}

/** A plan, followed as if no key were known. */
function planned(plan) {
  try {
    const { candidates } = plan();
    const end = candidates.findIndex((candidate) => !candidate.isWellFormed());
    return { keys: end < 0 ? candidates : candidates.slice(0, end), malformed: end >= 0 };
  } catch (error) {
    return { throws: error.message };
  }
}

/** A key made before, which the SDK knows as its hash. */
function madeKey({ $key }, main) {
  return main.idempotencyKeys.createSync($key, { scope: "global" });
}

let hashing;

/** Who makes the keys that are parts of other keys; both sides are given the same. */
export function makeKeysWith(main) {
  hashing = main;
}

function forUs(key, main) {
  if (Array.isArray(key)) return key.map((part) => forUs(part, main));
  return key?.$key === undefined ? key : madeKey(key, main);
}

function forSdk(key) {
  if (Array.isArray(key)) return key.map(forSdk);
  return key?.$key === undefined ? key : madeKey(key, hashing).hash;
}
