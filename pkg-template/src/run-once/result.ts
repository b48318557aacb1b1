/** A callback's result to JSON and back; refuses what would come back as something else. */
import { InvalidArgumentError, InvalidResultError, reason } from "./errors.js";

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/** Where in the result a value is, such as `result.items[2]["first name"]`. */
function member(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  return IDENTIFIER.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

function refuse(path: string, found: string, advice: string): never {
  throw new InvalidResultError(`${path} is ${found}, which JSON can't carry: ${advice}`, path);
}

/** The name of an object's class, with its article. */
function className(value: object): string {
  const made: unknown = (value as { constructor?: unknown }).constructor;
  const name = typeof made === "function" ? made.name : "";
  return name === "" ? "an object of a class" : `${/^[AEIOU]/.test(name) ? "an" : "a"} ${name}`;
}

/** An object literal's prototype, of this or of another realm. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Refuses what `JSON.stringify` would drop, change or choke on. `above`: the objects around it. */
function check(value: unknown, path: string, above: object[]): void {
  switch (typeof value) {
    case "object":
      if (value !== null) checkObject(value, path, above);
      break;
    case "number":
      if (!Number.isFinite(value)) refuse(path, String(value), "return null, or a string");
      break;
    case "bigint":
      refuse(path, "a bigint", "return String(value)");
      break;
    case "function":
      refuse(path, "a function", "return data only");
      break;
    case "symbol":
      refuse(path, "a symbol", "return a string");
      break;
    case "undefined":
      refuse(path, "undefined inside an array", "return null, or leave it out");
  }
}

function checkObject(value: object, path: string, above: object[]): void {
  if (above.includes(value)) refuse(path, "an object that contains itself", "return a plain copy");
  above.push(value);
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      check(value[index], member(path, index), above);
    }
    const extra = Object.keys(value)[value.length];
    if (extra !== undefined) refuse(member(path, extra), "a named property of an array", "return an object");
  } else {
    if (!isPlain(value)) {
      refuse(
        path,
        className(value),
        "return a plain object, a string or a number made from it, or configure serialize and parse",
      );
    }
    for (const [key, inner] of Object.entries(value)) {
      // Left out of the JSON, such a member still reads as undefined.
      if (inner !== undefined) check(inner, member(path, key), above);
    }
  }
  above.pop();
}

/** How results become strings, and strings results. */
export interface Codec {
  /** Undefined for undefined. @throws InvalidResultError (`ERR_INVALID_RESULT`) for what can't be carried. */
  encode(result: unknown): string | undefined;
  /** What {@link encode} was given, in a copy of its own. */
  decode(encoded: string | undefined): unknown;
}

/**
 * JSON. Refused, naming the path, are a function, a symbol, a bigint, NaN, an infinity, an object that
 * contains itself, undefined in an array, and an object of a class, such as a Date or a Map: a later
 * caller would get something else than the first.
 */
export const JSON_CODEC: Codec = {
  encode(result) {
    if (result === undefined) return undefined;
    try {
      check(result, "result", []);
      return JSON.stringify(result);
    } catch (error) {
      if (error instanceof RangeError) {
        throw new InvalidResultError("the result is nested too deeply, or too long, for JSON", "result");
      }
      throw error;
    }
  },
  decode: (encoded) => (encoded === undefined ? undefined : JSON.parse(encoded)),
};

/** The configured functions, of which each is of no use without the other. */
export function codecOf(
  serialize: ((result: unknown) => string) | undefined,
  parse: ((encoded: string) => unknown) | undefined,
): Codec {
  if (serialize === undefined && parse === undefined) return JSON_CODEC;
  if (typeof serialize !== "function" || typeof parse !== "function") {
    throw new InvalidArgumentError(
      `serialize is ${typeof serialize} and parse is ${typeof parse}, expected two functions, or neither`,
    );
  }
  return {
    encode(result) {
      if (result === undefined) return undefined;
      let encoded: unknown;
      try {
        encoded = serialize(result);
      } catch (cause) {
        throw new InvalidResultError(`serialize failed on the result: ${reason(cause)}`, "result", { cause });
      }
      if (typeof encoded !== "string") {
        throw new InvalidResultError(`serialize made ${typeof encoded} of the result, expected a string`, "result");
      }
      return encoded;
    },
    decode: (encoded) => (encoded === undefined ? undefined : parse(encoded)),
  };
}
