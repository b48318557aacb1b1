// JSON.stringify, and what it silently writes as null or {} or can't write. For both packages: the one that
// `wasm-pack build` makes and the npm package.

// In the order of `NoJson` in src/error/messages.rs.
const BIGINT = 0;
const CYCLE = 1;
const NON_FINITE = 2;
const NOTHING = 3;
const OPAQUE = 4;
const TOO_DEEP = 5;
const TOO_LONG = 6;

/** What V8, JavaScriptCore and SpiderMonkey say. */
const STACK_OVERFLOW = /call stack|recursion/i;
const STRING_TOO_LONG = /string length|out of memory|allocation size/i;

/** What has no JSON, by its type. */
const KINDS = { function: "a function", symbol: "a symbol", undefined: "undefined" };

const BOXES = { Number, BigInt, String, Boolean };

/**
 * The JSON that JSON.stringify writes, in which `null` or `{}` may stand for other values.
 *
 * `refuse(kind, steps, found)` returns the error for a value that JSON can't represent: `steps` is the JSON array
 * of the names and indexes that lead to it.
 */
export function stringify(value, refuse) {
  try {
    return JSON.stringify(value) ?? inspect(value, refuse);
  } catch (error) {
    // Not looked at: an array of 2^32-1 elements would take an hour.
    if (says(error, STRING_TOO_LONG)) {
      throw refuse(TOO_LONG, "[]", "");
    }
    // A cycle, a bigint or too many levels, which it names; or an error of a getter or a toJSON, thrown again.
    return inspect(value, refuse);
  }
}

/**
 * The JSON of a value that {@link stringify} could write, after a look at each value in it. Takes up to four times
 * as long as JSON.stringify alone.
 */
export function inspect(value, refuse) {
  /** The objects that are being written, from the outermost, and the step that leads to each. */
  const holders = [];
  const steps = [];
  const open = new Set();

  // Called for each value, after its toJSON, with the object that holds it as `this`.
  function look(name, found) {
    while (holders.length > 0 && holders.at(-1) !== this) {
      open.delete(holders.pop());
      steps.pop();
    }
    const step = Array.isArray(this) ? Number(name) : name;
    const fail = (kind, what) => {
      throw refuse(kind, JSON.stringify(holders.length === 0 ? [] : [...steps.slice(1), step]), what);
    };
    const box = boxOf(found);
    // Read once: what is looked at is what is written.
    const read = box === "Number" ? Number(found) : found;
    if (typeof read === "bigint" || box === "BigInt") fail(BIGINT, `${read}n`);
    if (typeof read === "number" && !Number.isFinite(read)) fail(NON_FINITE, String(read));
    // As a member it is left out; as an element it would be null.
    if (Array.isArray(this) && read !== undefined && (typeof read) in KINDS) fail(NOTHING, KINDS[typeof read]);
    if (typeof read !== "object" || read === null || box !== undefined || isRawJson(read)) {
      return read;
    }
    if (open.has(read)) fail(CYCLE, "");
    if (isOpaque(read)) fail(OPAQUE, constructorName(read));
    open.add(read);
    holders.push(read);
    steps.push(step);
    return read;
  }

  let json;
  try {
    json = JSON.stringify(value, look);
  } catch (error) {
    throw says(error, STACK_OVERFLOW) ? refuse(TOO_DEEP, "[]", "") : error;
  }
  if (json === undefined) {
    throw refuse(NOTHING, "[]", KINDS[typeof value] ?? "an object whose toJSON returns none");
  }
  return json;
}

function says(error, message) {
  // SpiderMonkey's InternalError is no global of the others.
  return error instanceof Error && /^(Range|Internal)Error$/.test(error.name) && message.test(error.message);
}

/**
 * Whether JSON.stringify writes `{}` for an object without a toJSON although it may hold something: it has no
 * enumerable properties, and is neither an array nor a plain object, of this realm or another.
 */
export function isOpaque(value) {
  return !isPlain(value) && !Array.isArray(value) && Object.keys(value).length === 0;
}

function isPlain(value) {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Whether JSON.stringify writes what the object holds: a boxed primitive, or one that `JSON.rawJSON` made. */
export function isPrimitive(value) {
  return boxOf(value) !== undefined || isRawJson(value);
}

function isRawJson(value) {
  return JSON.isRawJSON?.(value) === true;
}

/** Which primitive is boxed in a value, of any realm. */
function boxOf(value) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return undefined;
  }
  if (!(Symbol.toStringTag in value) && Object.prototype.toString.call(value) === "[object Object]") {
    return undefined;
  }
  return Object.keys(BOXES).find((kind) => {
    try {
      BOXES[kind].prototype.valueOf.call(value);
      return true;
    } catch {
      return false;
    }
  });
}

function constructorName(value) {
  const name = value.constructor?.name;
  return typeof name === "string" && name !== "" ? name : "(unnamed)";
}
