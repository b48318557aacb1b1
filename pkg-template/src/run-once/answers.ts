/**
 * What stores and their clients answer, read or refused: the one place for all stores. A client's
 * settings change the types of its replies (numbers as strings, Buffers, BigInts, RESP3's booleans),
 * and a wrapper may rename columns. What can't be read is an error, never a guess.
 */
import { StoreError } from "./errors.js";
import type { Acquired } from "./machine.js";

/** Long answers are cut. */
const SHOWN = 200;

function show(value: unknown): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(value, (_, inner: unknown) => {
      if (typeof inner === "bigint") return `${inner}n`;
      return typeof inner === "number" && !Number.isFinite(inner) ? String(inner) : inner;
    });
  } catch {
    json = undefined;
  }
  const shown = json ?? String(value);
  return shown.length > SHOWN ? `${shown.slice(0, SHOWN)}…` : shown;
}

/** @throws StoreError (`ERR_STORE`) that says what came and what was expected. */
export function refuseAnswer(found: unknown, expected: string): never {
  throw new StoreError(`the store answered ${show(found)}, expected ${expected}: check the settings of its client`);
}

/** A string, or the bytes of one. */
export function readString(value: unknown, expected: string): string {
  if (typeof value === "string") return value;
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  return refuseAnswer(value, expected);
}

/** Null and undefined are undefined. */
function readOptionalString(value: unknown, expected: string): string | undefined {
  return value === null || value === undefined ? undefined : readString(value, expected);
}

const DECIMAL = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;

/** A finite number, from a number, a BigInt or its decimal digits. */
export function readNumber(value: unknown, expected: string): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "string" || value instanceof Uint8Array) {
    const digits = readString(value, expected);
    if (DECIMAL.test(digits)) return Number(digits);
  }
  return refuseAnswer(value, expected);
}

/** True and false, or 1 and 0 in any form. */
export function readFlag(value: unknown): boolean {
  const expected = "true or false";
  if (typeof value === "boolean") return value;
  const number = readNumber(value, expected);
  return number === 1 || (number !== 0 && refuseAnswer(value, expected));
}

/** A column, whatever the client made of the case of its name. */
export function column(row: Record<string, unknown>, name: string): unknown {
  return row[name] ?? row[name.toUpperCase()];
}

/** The rows of a query's answer. */
export function readRows(answer: unknown): Record<string, unknown>[] {
  const rows = (answer as { rows?: unknown } | null | undefined)?.rows;
  return Array.isArray(rows)
    ? (rows as Record<string, unknown>[])
    : refuseAnswer(answer, "an object with an array of rows");
}

const ACQUIRED = '"acquired", "takenOver", "held" with a lease, "done" or "mismatch"';

/**
 * The answer to a claim from its parts.
 *
 * @param status One of the five.
 * @param result What `done` comes with.
 * @param leaseMs What `held` comes with.
 * @param whole What is shown if it can't be read.
 */
export function readClaim(status: unknown, result: unknown, leaseMs: unknown, whole: unknown): Acquired {
  if (status === null || status === undefined) return refuseAnswer(whole, ACQUIRED);
  const name = readString(status, ACQUIRED);
  switch (name) {
    case "acquired":
    case "takenOver":
    case "mismatch":
      return { status: name };
    case "held":
      return { status: name, leaseMs: Math.max(0, readNumber(leaseMs, "a lease in milliseconds")) };
    case "done":
      return { status: name, result: readOptionalString(result, "the result as the string that was stored") };
    default:
      return refuseAnswer(whole, ACQUIRED);
  }
}

/** What a store's `acquire` resolved to. */
export function readAcquired(answer: unknown): Acquired {
  if (typeof answer !== "object" || answer === null) return refuseAnswer(answer, ACQUIRED);
  const { status, result, leaseMs } = answer as { status?: unknown; result?: unknown; leaseMs?: unknown };
  return readClaim(status, result, leaseMs, answer);
}
