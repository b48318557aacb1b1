/**
 * A value to JSON as `JSON.stringify` writes it, but of any depth, and with an error that names the
 * path where `JSON.stringify` throws or silently writes `null`. Ten times as slow, so that
 * `payload.ts` calls it only where there is something to say or the stack is too short.
 */

import { RefusedValue, refusePayload } from "../wasm/data.js";

interface Level {
  readonly value: object;
  /** The members' names; undefined for an array. */
  readonly names: string[] | undefined;
  readonly length: number;
  /** The members or elements read so far. */
  read: number;
  /** Whether a member was written: the next one needs a comma. */
  written: boolean;
}

/** The JSON of `value`; undefined where JSON.stringify answers undefined, too. */
export function serialize(value: unknown): string {
  const levels: Level[] = [];
  const open = new Set<object>();
  const pieces: string[] = [];

  const refuse = (kind: RefusedValue, found: string): never =>
    refusePayload(kind, JSON.stringify(levels.map(({ names, read }) => (names === undefined ? read - 1 : names[read - 1]))), found);

  /** Writes a value behind `before`; says whether JSON has one for it. */
  const write = (holder: object, name: string, before: string): boolean => {
    let found: unknown = (holder as Record<string, unknown>)[name];
    if ((typeof found === "object" && found !== null) || typeof found === "function" || typeof found === "bigint") {
      const { toJSON } = found as { toJSON?: unknown };
      if (typeof toJSON === "function") {
        found = toJSON.call(found, name) as unknown;
      }
    }
    if (found instanceof Number) {
      found = Number(found);
    } else if (found instanceof BigInt) {
      found = found.valueOf();
    }
    if (typeof found === "number" && !Number.isFinite(found)) {
      return refuse(RefusedValue.NonFinite, String(found));
    }
    if (typeof found === "bigint") {
      return refuse(RefusedValue.BigInt, `${String(found)}n`);
    }
    if (typeof found !== "object" || found === null || isPrimitive(found)) {
      const text = JSON.stringify(found) as string | undefined;
      if (text !== undefined) {
        pieces.push(before, text);
      }
      return text !== undefined;
    }
    if (open.has(found)) {
      return refuse(RefusedValue.Cycle, "");
    }
    open.add(found);
    const names = Array.isArray(found) ? undefined : Object.keys(found);
    const length = Array.isArray(found) ? found.length : (names ?? []).length;
    pieces.push(before, names === undefined ? "[" : "{");
    levels.push({ value: found, names, length, read: 0, written: false });
    return true;
  };

  if (!write({ "": value }, "", "")) {
    refuse(RefusedValue.Nothing, typeof value === "symbol" ? "a symbol" : typeof value === "function" ? "a function" : "undefined");
  }
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    if (level.read === level.length) {
      pieces.push(level.names === undefined ? "]" : "}");
      open.delete(level.value);
      levels.pop();
      continue;
    }
    const place = level.read++;
    if (level.names === undefined) {
      const comma = place === 0 ? "" : ",";
      if (!write(level.value, String(place), comma)) {
        pieces.push(comma, "null");
      }
    } else {
      const name = level.names[place] ?? "";
      if (write(level.value, name, `${level.written ? "," : ""}${JSON.stringify(name)}:`)) {
        level.written = true;
      }
    }
  }
  return pieces.join("");
}

/** Objects that JSON.stringify takes for what is in them: boxed primitives and `JSON.rawJSON`. */
export function isPrimitive(value: object): boolean {
  const { isRawJSON } = JSON as { isRawJSON?: (value: unknown) => boolean };
  return (
    value instanceof String ||
    value instanceof Boolean ||
    value instanceof Number ||
    value instanceof BigInt ||
    isRawJSON?.(value) === true
  );
}
