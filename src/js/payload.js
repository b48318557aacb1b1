// JSON.stringify, and what it silently writes as null or can't write.

// In the order of `NoJson` in src/error.rs.
const BIGINT = 0;
const CYCLE = 1;
const NON_FINITE = 2;
const NOTHING = 3;
const TOO_DEEP = 4;

/** What V8, JavaScriptCore and SpiderMonkey say. */
const STACK_OVERFLOW = /call stack|recursion/i;

/**
 * The JSON of `value`, as JSON.stringify writes it. `refuse(kind, steps, found)` returns the error for a value
 * that JSON can't represent, and the JSON array of the steps that lead to it.
 */
export function stringify(value, refuse) {
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
    const read = found instanceof Number ? Number(found) : found instanceof BigInt ? found.valueOf() : found;
    if (typeof read === "bigint") fail(BIGINT, `${read}n`);
    if (typeof read === "number" && !Number.isFinite(read)) fail(NON_FINITE, String(read));
    if (typeof read === "object" && read !== null) {
      if (open.has(read)) fail(CYCLE, "");
      open.add(read);
      holders.push(read);
      steps.push(step);
    }
    return read;
  }

  let json;
  try {
    json = JSON.stringify(value, look);
  } catch (error) {
    // SpiderMonkey's InternalError is no global of the others.
    const isOverflow = error instanceof Error && /^(Range|Internal)Error$/.test(error.name) && STACK_OVERFLOW.test(error.message);
    throw isOverflow ? refuse(TOO_DEEP, "[]", "") : error;
  }
  if (json === undefined) {
    const kind = { function: "a function", symbol: "a symbol" }[typeof value] ?? "undefined";
    throw refuse(NOTHING, "[]", kind);
  }
  return json;
}
