/** What a bare `wasm-pack build` packs beside the npm package's main entry: random calls, and how each of the two ends them. */

import { createRequire } from "node:module";

import fc from "fast-check";

import { REFUSED, VALUES } from "../conformance/values.mjs";
import { change, changed, context, document, key, keyWithMade, options, refusedKey, text, upTo, weighted } from "../support/arbitraries.mjs";
import { importEntries } from "../support/entries.mjs";
import { build } from "../../wasm-pack/build.mjs";

const { main } = await importEntries();
const { idempotencyKeys, IdempotencyKey } = main;
const pack = createRequire(import.meta.url)(await build("nodejs"));

const fail = () => {
  throw new RangeError("the caller's own");
};
const revoked = (target) => {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
};
/** What is hostile on purpose, made anew for each call. */
const HOSTILE = {
  ...Object.fromEntries(Object.entries({ ...VALUES, ...REFUSED }).map(([name, { value }]) => [name, value])),
  "a getter that throws": () => Object.defineProperty({ a: [1] }, "b", { get: fail, enumerable: true }),
  "an element that throws": () => Object.defineProperty([1, 2], 1, { get: fail, enumerable: true }),
  "toJSON that throws": () => ({ toJSON: fail }),
  "a proxy that throws": () => new Proxy({}, { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail }),
  "a revoked proxy": () => revoked({}),
  "a revoked proxy of an array": () => revoked([]),
  "a proxy of an array": () => new Proxy(["a", "b"], {}),
  "an object that claims to be a key": () => ({ [Symbol.for("idempotency-keys.IdempotencyKey")]: true, hash: "a", key: "b", scope: "run" }),
  "an array of length 2^32 - 1": () => Object.assign([], { length: 2 ** 32 - 1 }),
  "400 levels": () => Array.from({ length: 400 }).reduce((inside) => [inside], 1),
  "a class": () => class {},
  "no text": () => ({ toString: null }),
};
const hostile = fc.constantFrom(...Object.keys(HOSTILE)).map((name) => ({ $hostile: name }));
const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withNullPrototype: true, withSparseArray: true });
const odd = fc.oneof(hostile, anything, text);

const members = (named) => fc.record(named, { requiredKeys: [] });
const scope = fc.constantFrom(undefined, "run", "attempt", "global");
const oddContext = fc.oneof(
  odd,
  fc.record({ run: odd }),
  fc.record({ run: fc.record({ id: odd }) }),
  fc.record({ run: fc.record({ id: text }), attempt: fc.oneof(odd, fc.record({ number: odd })) }),
);

const optionsOf = (named) => weighted([2, options], [8, members({ scope, ctx: context, ...named })]);
/** Options of which one member is odd, or all: of two faults each side may name another one first. */
function oddOptions(named) {
  const oddMember = fc.oneof(
    ...["scope", ...Object.keys(named)].map((name) => odd.map((value) => ({ [name]: value }))),
    oddContext.map((ctx) => ({ ctx })),
  );
  return fc.oneof(
    odd,
    fc.tuple(optionsOf(named), oddMember).map(([all, one]) => ({ ...all, ...one })),
  );
}

const oddKey = fc.oneof(refusedKey, odd, upTo(3, odd));
const payload = weighted(
  [5, document],
  [2, odd],
  [3, fc.tuple(document, odd, document).map(([before, inside, after]) => ({ z: before, list: [null, inside], a: after }))],
);
const token = fc.record({
  $token: key,
  options: fc.record({ scope: fc.constantFrom("run", "attempt", "global"), ctx: context }),
  edit: fc.option(change()),
});
const ttl = fc
  .array(
    fc.oneof(fc.nat(40_000_000).map(String), fc.constantFrom("s", "m", "h", "d", "w", "hr", "ms", "y", " ", "-", "+", ".5", "1", "30", "365", "S", "e3")),
    { maxLength: 5 },
  )
  .map((parts) => parts.join(""));

/** Calls with a first argument and options, of which at most one is odd. */
function calls(name, argument, oddArgument, named) {
  const args = fc.oneof(
    { weight: 2, arbitrary: fc.tuple(argument, optionsOf(named)) },
    { weight: 1, arbitrary: fc.tuple(oddArgument, fc.constant({ scope: "global" })) },
    { weight: 1, arbitrary: fc.tuple(argument, oddOptions(named)) },
  );
  return fc.record({ call: fc.constant(name), args });
}

const single = (name, argument) => fc.record({ call: fc.constant(name), args: fc.tuple(weighted([9, argument], [1, odd])) });
export const arbitrary = fc.oneof(
  { weight: 4, arbitrary: calls("create", keyWithMade, oddKey, {}) },
  { weight: 2, arbitrary: calls("createMany", upTo(9, keyWithMade), fc.oneof(odd, upTo(3, oddKey)), {}) },
  { weight: 3, arbitrary: calls("planReset", keyWithMade, oddKey, { parentRunId: text, attemptNumber: fc.nat(4) }) },
  { weight: 2, arbitrary: calls("fromPayload", document, payload, { operation: text }) },
  { weight: 2, arbitrary: single("canonicalize", payload) },
  { weight: 2, arbitrary: fc.record({ call: fc.constant("hashPayload"), args: fc.tuple(payload, members({ operation: text, canonical: fc.boolean() })) }) },
  { weight: 2, arbitrary: single("fromToken", token) },
  { weight: 1, arbitrary: single("parseTtl", ttl) },
);

/** The value that a case stands for; keys in it are made by the side that gets them. */
function made(value, create) {
  if (Array.isArray(value)) return value.map((item) => made(item, create));
  if (typeof value !== "object" || value === null || ![Object.prototype, null].includes(Object.getPrototypeOf(value))) return value;
  if ("$hostile" in value) return HOSTILE[value.$hostile]();
  if ("$key" in value) return create(value.$key, { scope: "global" });
  if ("$token" in value) return value.edit === null ? tokenOf(value) : changed(tokenOf(value), value.edit);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, made(member, create)]));
}

function tokenOf({ $token, options }) {
  const { run, attempt } = options.ctx ?? {};
  return idempotencyKeys.createSync($token, { scope: options.scope, ctx: run && { run, attempt } }).toToken();
}

/** A side: how the functions end a case. */
function side(functions) {
  return ({ call, args }) => {
    const values = args.map((value) => made(value, functions.create));
    try {
      return described(functions[call](...values));
    } catch (error) {
      const { name, code, message, path, index, found, suggestion } = error;
      // The synchronous function goes by two names.
      return { throws: { name, code, message: message.replace("createSync()", "create()"), path, index, found, suggestion } };
    }
  };
}

function described(result) {
  if (Array.isArray(result)) return result.map(described);
  if (typeof result?.toToken !== "function") return result;
  const { hash, key, scope, options, material } = result;
  return { hash, key, scope, options, material, uuid: result.toUUID(), token: result.toToken(), text: `${result}`, json: JSON.stringify(result) };
}

const { createSync: create, createMany, planReset, fromPayload } = idempotencyKeys;
const { canonicalize, hashPayload, parseTtl } = main;

export const sides = {
  "the npm package": side({ create, createMany, planReset, fromPayload, canonicalize, hashPayload, parseTtl, fromToken: IdempotencyKey.fromToken }),
  "a bare wasm-pack build": side(pack),
};
