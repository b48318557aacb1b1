/** Signals as callers give them, those of polyfills included, which have no `reason` and no `throwIfAborted`. */

/** Why it aborted; as the platform does, an AbortError where nobody said. */
export function abortReason(signal: AbortSignal): unknown {
  const reason: unknown = signal.reason;
  return reason === undefined ? new DOMException("This operation was aborted", "AbortError") : reason;
}

/** @throws The signal's reason if it has aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw abortReason(signal);
}

interface Listeners {
  readonly calls: Set<() => void>;
  readonly listen: () => void;
}

const listeners = new WeakMap<AbortSignal, Listeners>();

/**
 * Calls `call` when the signal aborts. However many wait for a signal, it has one listener of ours:
 * Node.js warns of a leak at eleven.
 *
 * @returns What takes it back.
 */
export function onAbort(signal: AbortSignal, call: () => void): () => void {
  let entry = listeners.get(signal);
  if (entry === undefined) {
    const calls = new Set<() => void>();
    const listen = (): void => {
      listeners.delete(signal);
      for (const one of calls) one();
    };
    entry = { calls, listen };
    listeners.set(signal, entry);
    signal.addEventListener("abort", listen, { once: true });
  }
  const { calls, listen } = entry;
  calls.add(call);
  return () => {
    if (!calls.delete(call) || calls.size > 0) return;
    listeners.delete(signal);
    signal.removeEventListener("abort", listen);
  };
}
