/**
 * Where this package differs from the SDK on purpose, as rules over the input. The suite asserts
 * every one of them: nothing that differs is left out.
 */

import { isKey } from "./report.mjs";

const SCOPES = ["run", "attempt", "global"];

/**
 * How a key is refused that the SDK hashes to the same few strings for unrelated values; `undefined`
 * for one that is taken. `nested`: what becomes of a list inside a list, "refused" or "coerced".
 */
export function refusedKey(key, nested) {
  const [place, kind] = findRefused(key, nested) ?? [];
  return kind && refusal("InvalidKeyError", "ERR_INVALID_KEY", `${place} is ${kind}, expected`);
}

/** How the main entry refuses options that are no object, or have a name that it doesn't know; the SDK ignores them. */
export function refusedOptions(options, names = ["scope", "ctx"]) {
  if (options == null) return undefined;
  const isKnown = typeof options === "object" && Object.keys(options).every((name) => names.includes(name));
  return isKnown ? undefined : refusal("InvalidArgumentError", "ERR_INVALID_ARGUMENT", "the options ");
}

/** How an unknown scope is refused, to which the SDK adds no suffix without saying so. */
export function refusedScope(options) {
  const scope = options?.scope ?? "run";
  if (SCOPES.includes(scope)) return undefined;
  return refusal("InvalidScopeError", "ERR_INVALID_SCOPE", "unknown scope ");
}

/**
 * How a context is refused that lacks what the scope needs. Without a run the SDK throws a TypeError; without
 * the run's id it hashes an empty string, so that two tasks share a key.
 */
export function refusedContext(ctx, options) {
  const scope = options?.scope ?? "run";
  if (!ctx || scope === "global") return undefined;
  const isComplete = ctx.run?.id != null && (scope === "run" || ctx.attempt?.number != null);
  return isComplete ? undefined : refusal("MissingContextError", "ERR_MISSING_CONTEXT", "");
}

/** Whether `error` is the one that a rule above describes. */
export function isRefusal(error, { name, code, start }) {
  return error instanceof Error && error.name === name && error.code === code && error.message.startsWith(start);
}

function refusal(name, code, start) {
  return { name, code, start };
}

function findRefused(key, nested) {
  if (!Array.isArray(key)) {
    const kind = kindOf(key);
    return kind && ["the key", kind];
  }
  for (let index = 0; index < key.length; index++) {
    const kind = Array.isArray(key[index]) && nested === "coerced" ? kindInside(key[index], [key, key[index]]) : kindOf(key[index]);
    if (kind) return [`part ${index} of the key`, kind];
  }
  return undefined;
}

/**
 * A list inside a list is taken as `join` takes it: null and undefined are empty there. A list that contains
 * itself is refused, where `join` writes nothing.
 */
function kindInside(list, around = [list]) {
  for (const item of Array.from(list)) {
    if (item == null) continue;
    if (around.includes(item)) return "an array inside an array";
    const kind = Array.isArray(item) ? kindInside(item, [...around, item]) : kindOf(item);
    if (kind) return kind;
  }
  return undefined;
}

function kindOf(value) {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array inside an array";
  switch (typeof value) {
    case "undefined":
      return "undefined";
    case "function":
      return "a function";
    case "symbol":
      return "a symbol";
    case "object":
      return isKey(value) ? undefined : typeof value.then === "function" ? "a promise" : "an object";
    default:
      return undefined;
  }
}
