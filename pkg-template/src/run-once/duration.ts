/** Durations as callers give them. */
import { InvalidTtlError, parseTtl } from "../shared.js";

/**
 * Milliseconds as a number, or a string of digits and one of `s`, `m`, `h`, `d`, such as `"60s"` or
 * `"30d"`.
 */
export type Duration = number | string;

/** A century: what every engine's calendar can still add to its date. */
const LONGEST_MS = 36_500 * 86_400_000;
/** The longest wait that a timer keeps: longer ones fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * @param name The setting, for the message.
 * @param least The shortest that is allowed, in milliseconds.
 * @throws InvalidTtlError (`ERR_INVALID_TTL`) for a string that `parseTtl` refuses, and for a number
 * that is not whole, below `least`, or more than a century.
 */
export function milliseconds(name: string, duration: Duration, least: 0 | 1): number {
  const ms = typeof duration === "string" ? parse(duration) : duration;
  if (!Number.isSafeInteger(ms) || ms < least || ms > LONGEST_MS) {
    throw new InvalidTtlError(
      `${name} is ${typeof duration === "string" ? JSON.stringify(duration) : String(duration)}, expected whole milliseconds from ${least} to ${LONGEST_MS} (36500 days), or a string of digits and one of s, m, h, d, such as "60s"`,
    );
  }
  return ms;
}

/** `parseTtl` has the rule; its message is about the Trigger.dev server's TTLs. */
function parse(duration: string): number {
  try {
    return parseTtl(duration);
  } catch (error) {
    if (error instanceof InvalidTtlError) return Number.NaN;
    throw error;
  }
}

/** A timer that doesn't keep the process alive. */
export function unrefTimer(callback: () => void, ms: number): () => void {
  const timer: unknown = setTimeout(callback, Math.min(ms, LONGEST_TIMER));
  (timer as { unref?: () => void }).unref?.();
  return () => clearTimeout(timer as number);
}

/** A timer that does. */
export function timer(callback: () => void, ms: number): () => void {
  const id = setTimeout(callback, Math.min(ms, LONGEST_TIMER));
  return () => clearTimeout(id);
}

/** Resolves after so many milliseconds, which keep the process alive. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => void timer(resolve, ms));
}
