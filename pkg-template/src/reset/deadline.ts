/** Ends a call early: on the caller's signal, or when its time is up. */

import { abortReason, throwIfAborted } from "../abort.js";
import { InvalidArgumentError, RequestTimeoutError } from "../errors.js";
import type { RequestOptions } from "../types.js";

/** The longest delay that timers know; longer ones fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

export interface Deadline {
  /** For `fetch`; absent where nothing can end the call. */
  readonly signal: AbortSignal | undefined;
  /** Throws what ended the call, if anything has. */
  check(): void;
  /** Resolves after `milliseconds`, or rejects when the call ends first. */
  wait(milliseconds: number): Promise<void>;
  /** To be called when all is done: a timer would keep the process alive. */
  release(): void;
}

/**
 * The deadline of one call, retries and the waits between them included.
 *
 * @throws InvalidArgumentError (`ERR_INVALID_ARGUMENT`) for what is no signal or no number of milliseconds.
 */
export function startDeadline({ signal, timeoutMs }: RequestOptions): Deadline {
  if (signal != null && typeof signal.addEventListener !== "function") {
    throw new InvalidArgumentError("signal is no AbortSignal: pass the signal of an AbortController");
  }
  // A timer takes NaN for 1.
  if (timeoutMs !== undefined && !(typeof timeoutMs === "number" && timeoutMs >= 0)) {
    throw new InvalidArgumentError(`timeoutMs is ${String(timeoutMs)}, expected milliseconds, 0 or more`);
  }
  // No controller where none is needed, so that no runtime has to know of it.
  const controller = signal || timeoutMs !== undefined ? new AbortController() : undefined;
  const follow = (): void => controller?.abort(signal && abortReason(signal));
  if (signal?.aborted) {
    follow();
  }
  signal?.addEventListener("abort", follow, { once: true });
  const timer =
    timeoutMs === undefined || timeoutMs > LONGEST_MS
      ? undefined
      : setTimeout(() => controller?.abort(new RequestTimeoutError(timeoutMs)), timeoutMs);
  const check = (): void => throwIfAborted(controller?.signal);
  return {
    signal: controller?.signal,
    check,
    async wait(milliseconds) {
      check();
      await new Promise<void>((resolve, reject) => {
        const stop = (): void => {
          clearTimeout(pause);
          reject(controller && abortReason(controller.signal));
        };
        const pause = setTimeout(() => {
          controller?.signal.removeEventListener("abort", stop);
          resolve();
        }, milliseconds);
        controller?.signal.addEventListener("abort", stop, { once: true });
      });
    },
    release() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", follow);
    },
  };
}
