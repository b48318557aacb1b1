// What is wrong with arguments. For both packages: the one that `wasm-pack build` makes and the npm package.

/** What every key has, of this or of another copy of the package. `key.js` has it, too. */
export const BRAND = Symbol.for("idempotency-keys.IdempotencyKey");

/**
 * What is wrong with options: they are no object, or have a name that is none of `names`. Undefined if nothing is.
 * `what` is what the message calls them.
 */
export function refusedOptions(options, names, what) {
  const isObject = typeof options === "object" && options !== null;
  // A key has a scope, which would be taken for the option.
  const isKey = isObject && BRAND in options;
  if (!isObject || isKey || isPromise(options)) {
    const found = isKey ? "a key" : kindOf(options);
    const hint = found === "a promise" ? ": await it first" : "";
    return { message: `the ${what} are ${found}, expected an object with ${names.join(", ")}${hint}`, found };
  }
  for (const name in options) {
    if (!names.includes(name)) {
      return refusedName(name, names, what);
    }
  }
  return undefined;
}

function refusedName(name, names, what) {
  const found = name.slice(0, 100);
  // A slip rarely changes the first letter: "ttl" is none for "ctx", "cxt" is.
  const isNear = (known) => distance(found.toLowerCase(), known.toLowerCase()) <= (found[0] === known[0] ? 2 : 1);
  const suggestion = names.find(isNear);
  const advice = suggestion === undefined ? "" : `: write "${suggestion}"`;
  return { message: `the ${what} have no "${found}", expected ${names.join(", ")}${advice}`, found, suggestion };
}

/** How many letters differ, are too many or are missing (Levenshtein). */
function distance(from, to) {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = row[j - 1] + (from[i - 1] === to[j - 1] ? 0 : 1);
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, replaced);
    }
    row = next;
  }
  return row[to.length];
}

/** The keys to make: an array, or what can be iterated at once. Undefined for anything else, strings too. */
export function arrayOf(keys) {
  if (Array.isArray(keys)) {
    return keys;
  }
  return typeof keys === "object" && keys !== null && Symbol.iterator in keys ? Array.from(keys) : undefined;
}

/** What is wrong with keys that {@link arrayOf} returns undefined for; `createOne` is the function for one key. */
export function refusedArray(keys, createOne) {
  const found = kindOf(keys);
  const isAsync = isPromise(keys) || found === "an async iterable";
  const hint = isAsync ? ": await it first" : typeof keys === "string" ? `: for one key call ${createOne}()` : "";
  return { message: `the keys are ${found}, expected an array of keys${hint}`, found };
}

function kindOf(value) {
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

export function isPromise(value) {
  try {
    return typeof value?.then === "function";
  } catch {
    return false;
  }
}

/** `Array.isArray` throws for a revoked proxy. */
export function isArray(value) {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}
