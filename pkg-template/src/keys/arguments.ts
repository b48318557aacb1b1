/** Refuses arguments that are not what they have to be, and says what was meant. */

import { InvalidArgumentError } from "../errors.js";
import { isPromise } from "./material.js";

/** Refuses options that are no object, and a name that no option has. */
export function checkOptions(options: object | undefined, names: readonly string[], what = "options"): void {
  if (options == null) {
    return;
  }
  if (typeof options !== "object") {
    throw new InvalidArgumentError(
      `the ${what} are ${kindOf(options)}, expected an object with ${names.join(", ")}`,
      { found: kindOf(options) },
    );
  }
  for (const name in options) {
    if (!names.includes(name)) {
      refuseName(name, names, what);
    }
  }
}

function refuseName(name: string, names: readonly string[], what: string): never {
  const found = name.slice(0, 100);
  const nearest = names.find((known) => distance(found.toLowerCase(), known.toLowerCase()) <= 2);
  throw new InvalidArgumentError(
    `the ${what} have no "${found}", expected ${names.join(", ")}${nearest === undefined ? "" : `: write "${nearest}"`}`,
    { found, suggestion: nearest },
  );
}

/** How many letters differ, are too many or are missing (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next[j] = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, replaced);
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

/** The keys to make: an array, or what can be iterated at once; no string. */
export function arrayOf(keys: unknown): readonly unknown[] {
  if (Array.isArray(keys)) {
    return keys;
  }
  if (typeof keys === "object" && keys !== null && Symbol.iterator in keys) {
    return Array.from(keys as Iterable<unknown>);
  }
  const isAsync = isPromise(keys) || (typeof keys === "object" && keys !== null && Symbol.asyncIterator in keys);
  const hint = isAsync ? ": await it first" : typeof keys === "string" ? ": for one key call createSync()" : "";
  throw new InvalidArgumentError(`the keys are ${kindOf(keys)}, expected an array of keys${hint}`, {
    found: kindOf(keys),
  });
}

function kindOf(value: unknown): string {
  switch (typeof value) {
    case "undefined":
      return "undefined";
    case "object":
      if (value === null) return "null";
      return isPromise(value) ? "a promise" : Symbol.asyncIterator in value ? "an async iterable" : "an object";
    default:
      return `a ${typeof value}`;
  }
}

/**
 * What a call throws for what broke it off: an argument that can't be read, such as a revoked proxy. What else
 * getters and callbacks throw passes as it is.
 */
export function documented(cause: unknown): unknown {
  return cause instanceof TypeError
    ? new InvalidArgumentError(`an argument can't be read: ${cause.message}`, { cause })
    : cause;
}
