/** Key material to keys: reads what the caller gave, and lets the core make of it what it is. */

import { BATCH_KEYS, BATCH_TEXT, type Batch, placeOf } from "./batch.js";
import { contextTexts } from "./context.js";
import { announce, hashOf, IdempotencyKey, type Origin } from "./key.js";
import { INPUT_UNITS } from "../wasm/instance.js";
import type { TaskContext } from "../types.js";
import {
  delimiter,
  findScope,
  hash,
  hashMany,
  type NamedScope,
  Refused,
  refusePart,
  scopeSuffix,
} from "../wasm/keys.js";

/** Material as one text. */
export interface Joined {
  readonly text: string;
  /** False for an empty list only. */
  readonly hasParts: boolean;
}

/** What a value is that can't be a part of a key. */
function kindOf(value: unknown): Refused {
  switch (typeof value) {
    case "undefined":
      return Refused.Undefined;
    case "function":
      return Refused.Function;
    case "symbol":
      return Refused.Symbol;
    default:
      return value === null ? Refused.Null : Array.isArray(value) ? Refused.Array : Refused.Object;
  }
}

function partText(
  part: unknown,
  index: number | undefined,
  nested: "refused" | "coerced",
  within: readonly unknown[] = [],
): string {
  switch (typeof part) {
    case "string":
      return part;
    case "number":
    case "bigint":
    case "boolean":
      return String(part);
    default:
      if (IdempotencyKey.isIdempotencyKey(part)) {
        return hashOf(part);
      }
      if (nested === "coerced" && index !== undefined && Array.isArray(part)) {
        return nestedText(part, index, within);
      }
      return refusePart(kindOf(part), index);
  }
}

/** Joins texts, each made when its turn comes. */
function joinTexts(length: number, separator: string, textAt: (index: number) => string): string {
  let text = "";
  for (let index = 0; index < length; index++) {
    text += index === 0 ? textAt(index) : separator + textAt(index);
  }
  return text;
}

/**
 * An array inside an array as `Array.prototype.join` takes it: holes, null, undefined and an array
 * that contains itself are empty. `within` holds the arrays around it.
 */
function nestedText(parts: readonly unknown[], index: number, within: readonly unknown[]): string {
  if (within.includes(parts)) {
    return "";
  }
  const around = [...within, parts];
  return joinTexts(parts.length, ",", (place) => {
    const part = parts[place];
    return part == null ? "" : partText(part, index, "coerced", around);
  });
}

/**
 * Joins a key's parts. `nested` says what becomes of arrays inside arrays: the SDK passes them on
 * for batch keys, so its own module has to take them.
 */
export function join(material: unknown, nested: "refused" | "coerced" = "refused"): Joined {
  if (!Array.isArray(material)) {
    return { text: partText(material, undefined, nested), hasParts: true };
  }
  // Read once, as `join` does: a part's getter may add parts. By index, not by iterator: a hole is
  // an undefined part, and has to be refused as one.
  const { length } = material;
  const within = nested === "coerced" ? [material] : undefined;
  const text = joinTexts(length, delimiter(), (index) => partText(material[index], index, nested, within));
  return { text, hasParts: length > 0 };
}

const scopes = new Map<unknown, NamedScope>();

/** A scope as the caller named it; `null` and `undefined` name the default. */
export function scopeOf(given: unknown): NamedScope {
  let scope = scopes.get(given);
  if (scope === undefined) {
    scope = findScope(given == null ? undefined : typeof given === "string" ? given : describe(given));
    scopes.set(given, scope);
  }
  return scope;
}

/** A scope that is no text, for the message that refuses it. */
function describe(scope: unknown): string {
  return typeof scope === "object" || typeof scope === "function" ? `[${typeof scope}]` : String(scope);
}

interface Remembered {
  readonly runId: unknown;
  readonly attempt: unknown;
  readonly hasContext: boolean;
  readonly origin: Origin;
}

/** The last origin of each scope: within a task it is nearly always the next one, too. */
const remembered: (Remembered | undefined)[] = [];

/** The origin of keys of a scope in a context. */
export function originOf({ code, name }: NamedScope, context: TaskContext | undefined, hasParts: boolean): Origin {
  const hasContext = context != null;
  // Each read once: a getter may answer differently the next time.
  const run = context?.run;
  const runId: unknown = run?.id;
  const attempt: unknown = context?.attempt?.number;
  const last = remembered[code];
  if (
    last !== undefined &&
    hasParts &&
    last.runId === runId &&
    last.attempt === attempt &&
    last.hasContext === hasContext
  ) {
    return last.origin;
  }
  const texts = hasContext ? contextTexts(run == null ? undefined : { id: runId }, attempt) : undefined;
  const suffix = scopeSuffix(code, texts, hasParts);
  const origin: Origin = { scope: name, code, suffix };
  if (hasParts && (!hasContext || run != null) && isConstant(runId) && isConstant(attempt)) {
    remembered[code] = { runId, attempt, hasContext, origin };
  }
  return origin;
}

/** Whether a value has the same text always; an object's `toString` may answer anything. */
function isConstant(value: unknown): boolean {
  return value === null || (typeof value !== "object" && typeof value !== "function");
}

/** Makes one key. */
export function create(
  material: unknown,
  scopeName: unknown,
  context: TaskContext | undefined,
  nested: "refused" | "coerced" = "refused",
): IdempotencyKey {
  const scope = scopeOf(scopeName);
  if (typeof material === "string") {
    return IdempotencyKey.make(material, originOf(scope, context, true));
  }
  const { text, hasParts } = join(material, nested);
  const origin = originOf(scope, context, hasParts);
  const hashed = hashedText(material, text, nested);
  return IdempotencyKey.make(text, origin, hashed === text ? undefined : hash(hashed, origin));
}

/** What the SDK hashes: a copy of the list, in which an array inside itself shows once more. */
export function hashedText(material: unknown, text: string, nested: "refused" | "coerced"): string {
  return nested === "coerced" && Array.isArray(material) && material.some((part) => Array.isArray(part))
    ? join([...material], nested).text
    : text;
}

/** Makes many keys of one scope. */
export function createMany(
  materials: readonly unknown[],
  scopeName: unknown,
  context: TaskContext | undefined,
): IdempotencyKey[] {
  const scope = scopeOf(scopeName);
  const list: readonly unknown[] = Array.isArray(materials) ? materials : Array.from(materials);
  const { length } = list;
  const keys: IdempotencyKey[] = new Array(length);
  let origin: Origin | undefined;
  // In portions, so that what they need is young and soon forgotten, whatever the list's length.
  for (let start = 0; start < length || origin === undefined; start += BATCH_KEYS) {
    const texts = readTexts(list, start, Math.min(start + BATCH_KEYS, length));
    origin ??= originOf(scope, context, true);
    for (let made = 0; made < texts.length; ) {
      const text = texts[made];
      if (text === undefined) {
        keys[start + made++] = create([], scopeName, context);
      } else if (text.length > BATCH_TEXT) {
        keys[start + made++] = IdempotencyKey.make(text, origin);
      } else {
        const from = made;
        made = makeBatch(texts, from, origin, keys, start);
        announce(keys, start + from, start + made);
      }
    }
  }
  return keys;
}

/** The joined parts of a portion; `undefined` for an empty list: no delimiter stands between it and the suffix. */
function readTexts(list: readonly unknown[], start: number, end: number): (string | undefined)[] {
  const texts: (string | undefined)[] = [];
  for (let index = start; index < end; index++) {
    const material = list[index];
    if (typeof material === "string") {
      texts[index - start] = material;
    } else {
      const { text, hasParts } = join(material);
      texts[index - start] = hasParts ? text : undefined;
    }
  }
  return texts;
}

/** Of each text, in UTF-16 units. */
const lengths = new Uint32Array(BATCH_KEYS);

/** Makes keys of `texts` from `from` on, as many as fit one batch; returns where it stopped. */
function makeBatch(
  texts: readonly (string | undefined)[],
  from: number,
  origin: Origin,
  keys: IdempotencyKey[],
  start: number,
): number {
  const batch: Batch = { origin, texts: "", digits: "" };
  let joined = "";
  let units = 0;
  let end = from;
  for (; end < texts.length; end++) {
    const text = texts[end];
    if (text === undefined || text.length > BATCH_TEXT || units + text.length > INPUT_UNITS) {
      break;
    }
    keys[start + end] = IdempotencyKey.inBatch(batch, placeOf(end - from, units, text.length));
    lengths[end - from] = text.length;
    joined += text;
    units += text.length;
  }
  batch.texts = joined;
  batch.digits = hashMany(joined, lengths, end - from, origin);
  return end;
}
