/** The real SDK beside this package: random cases, and how each of the two ends them. */

import {
  apiClientManager,
  createIdempotencyKey,
  getIdempotencyKeyOptions,
  makeIdempotencyKey,
  resetIdempotencyKey,
  resetIdempotencyKeyCatalog,
  taskContext,
} from "@trigger.dev/core/v3";

import fc from "fast-check";

import { isKey } from "../conformance/report.mjs";
import { triggerSdkSubject } from "../conformance/subject.mjs";
import { importEntries } from "../support/entries.mjs";
import { context, key, keyWithMade, options, text, upTo, weighted } from "../support/arbitraries.mjs";

const IN_A_BATCH = 11;
const BASE = "http://fuzz.invalid";

const { main, triggerSdk } = await importEntries();
const { idempotencyKeys } = main;
const { sdk } = triggerSdkSubject(triggerSdk);

const resetOptions = weighted(
  [15, undefined],
  [
    85,
    fc.record(
      {
        scope: fc.constantFrom(undefined, null, "run", "run", "attempt", "attempt", "global"),
        parentRunId: weighted([9, text], [1, ""]),
        attemptNumber: fc.nat(4),
      },
      { requiredKeys: [] },
    ),
  ],
);

const kind = (...kinds) => fc.constantFrom(...kinds);
const calls = (members) => fc.record({ ...members, ctx: context }, { requiredKeys: ["kind", "key", "keys"].filter((name) => name in members) });

/** A case: what is called, with what, in which context. */
export const arbitrary = fc.oneof(
  { weight: 4, arbitrary: calls({ kind: kind("create", "create", "create", "createSync"), key: keyWithMade, options }) },
  { weight: 1, arbitrary: calls({ kind: kind("createMany"), keys: upTo(IN_A_BATCH, keyWithMade), options }) },
  { weight: 1, arbitrary: calls({ kind: kind("make"), key }) },
  // Not with keys made before: one by itself is sent as its hash here, and that alone.
  { weight: 2, arbitrary: calls({ kind: kind("reset"), key, options: resetOptions }) },
);

/** How the real SDK ends a case. */
async function theirs({ kind, key, keys, options, ctx }) {
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

/** How this package ends a case. */
async function ours({ kind, key, keys, options, ctx }) {
  const withContext = { ...options, ctx };
  switch (kind) {
    case "createSync":
      return describe(idempotencyKeys.createSync(forUs(key), withContext));
    case "createMany":
      return idempotencyKeys.createMany(keys.map(forUs), withContext).map(describe);
    case "reset":
      return planned(() => idempotencyKeys.planReset(forUs(key), withContext));
  }
  taskContext.setGlobalTaskContext(ctx && { ctx });
  try {
    if (kind === "make") return describe(await sdk.makeIdempotencyKey(key));
    return describe(await sdk.createIdempotencyKey(forUs(key), options));
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
const madeKey = ({ $key }) => idempotencyKeys.createSync($key, { scope: "global" });

function forUs(key) {
  if (Array.isArray(key)) return key.map(forUs);
  return key?.$key === undefined ? key : madeKey(key);
}

function forSdk(key) {
  if (Array.isArray(key)) return key.map(forSdk);
  return key?.$key === undefined ? key : madeKey(key).hash;
}

export const sides = { "@trigger.dev/core 4.8.3": theirs, "this package": ours };
