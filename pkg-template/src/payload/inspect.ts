/**
 * Looks at the values of a payload that JSON can't represent: says where they are, or that there are none.
 *
 * `JSON.stringify` writes `null` for numbers that are not finite, and `{}` for objects whose content it
 * doesn't see (a Set, a Promise), so that different payloads have one JSON.
 */

import { refusePayload } from "../wasm/data.js";

/** What V8, JavaScriptCore and SpiderMonkey say. */
const STACK_OVERFLOW = /call stack|recursion/i;
const STRING_TOO_LONG = /string length|out of memory|allocation size/i;

const BOXES = { String, Boolean, Number, BigInt };

/**
 * The JSON of `value`, as JSON.stringify writes it, after a look at each value that it writes. Takes up to
 * four times as long as JSON.stringify alone.
 *
 * @throws InvalidPayloadError (`ERR_INVALID_PAYLOAD`), naming the path, for a value that JSON can't represent.
 */
export function inspect(value: unknown): string {
  /** The objects that are being written, from the outermost, and the step that leads to each. */
  const holders: object[] = [];
  const steps: (string | number)[] = [];
  const open = new Set<object>();

  /** JSON.stringify calls it for each value, after its toJSON, and writes what it returns. */
  function look(this: object, name: string, found: unknown): unknown {
    while (holders.length > 0 && holders.at(-1) !== this) {
      open.delete(holders.pop() as object);
      steps.pop();
    }
    const step = Array.isArray(this) ? Number(name) : name;
    const refuse = (problem: string, what?: string): never =>
      refusePayload(holders.length === 0 ? [] : [...steps.slice(1), step], problem, what);

    const box = boxOf(found);
    // Read once: what is looked at is what is written.
    const read = box === "Number" ? Number(found) : found;
    if (typeof read === "bigint" || box === "BigInt") {
      return refuse(`is ${String(read)}n, which JSON can't represent: convert it to a string`, `${String(read)}n`);
    }
    if (typeof read === "number" && !Number.isFinite(read)) {
      return refuse(`is ${read}, which JSON can't represent: pass a finite number, a string or null`, String(read));
    }
    if (typeof read !== "object" || read === null || box !== undefined || isRawJson(read)) {
      return read;
    }
    if (open.has(read)) {
      return refuse("contains itself, so its JSON would have no end");
    }
    if (isOpaque(read)) {
      const name = constructorName(read);
      return refuse(
        `is of class ${name} and has no enumerable properties, so that JSON.stringify writes {} whatever it holds: pass what it holds as an array, a plain object or a string, and await a promise first`,
        name,
      );
    }
    open.add(read);
    holders.push(read);
    steps.push(step);
    return read;
  }

  let json: string | undefined;
  try {
    json = JSON.stringify(value, look) as string | undefined;
  } catch (error) {
    if (says(error, STACK_OVERFLOW)) {
      return refusePayload([], "is nested too deeply for JSON.stringify and the stack that is left", undefined);
    }
    throw error;
  }
  return json ?? refuseNothing(value);
}

/** Refuses a payload if JSON.stringify failed with `error` because its JSON is longer than a string can be. */
export function refuseTooLong(error: unknown): void {
  if (says(error, STRING_TOO_LONG)) {
    refusePayload([], "has more JSON than a string can hold: hash it in parts", undefined);
  }
}

/** Refuses a payload for which JSON.stringify returns undefined. */
function refuseNothing(value: unknown): never {
  const kinds: Record<string, string> = { function: "a function", symbol: "a symbol", undefined: "undefined" };
  const kind = kinds[typeof value] ?? "an object whose toJSON returns none";
  return refusePayload([], `is ${kind}, which JSON can't represent: pass null, or a value that JSON.stringify writes`, kind);
}

function says(error: unknown, message: RegExp): boolean {
  // SpiderMonkey's InternalError is no global of the others.
  return error instanceof Error && /^(Range|Internal)Error$/.test(error.name) && message.test(error.message);
}

/**
 * Whether JSON.stringify writes `{}` for an object without a toJSON although it may hold something: it has no
 * enumerable properties, and is neither an array nor a plain object, of this realm or another.
 */
export function isOpaque(value: object): boolean {
  return !isPlain(value) && !Array.isArray(value) && Object.keys(value).length === 0;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Whether JSON.stringify writes what the object holds: a boxed primitive, or one that `JSON.rawJSON` made. */
export function isPrimitive(value: object): boolean {
  return boxOf(value) !== undefined || isRawJson(value);
}

function isRawJson(value: object): boolean {
  return (JSON as { isRawJSON?: (value: unknown) => boolean }).isRawJSON?.(value) === true;
}

/** Which primitive is boxed in a value, of any realm. */
function boxOf(value: unknown): keyof typeof BOXES | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return undefined;
  }
  if (!(Symbol.toStringTag in value) && Object.prototype.toString.call(value) === "[object Object]") {
    return undefined;
  }
  return (["Number", "BigInt", "String", "Boolean"] as const).find((kind) => {
    try {
      (BOXES[kind].prototype.valueOf as (this: unknown) => unknown).call(value);
      return true;
    } catch {
      return false;
    }
  });
}

function constructorName(value: object): string {
  const name: unknown = (value as { constructor?: { name?: unknown } }).constructor?.name;
  return typeof name === "string" && name !== "" ? name : "(unnamed)";
}
