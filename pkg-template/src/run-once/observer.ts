/** What the configuration's `onEvent` is told. */

/** Calls the hook. One that fails, at once or later, must not make the call or the process fail. */
export function notifyObserver<Event>(
  config: { readonly onEvent?: ((event: Event) => void) | undefined },
  event: Event,
): void {
  try {
    const returned: unknown = config.onEvent?.(event);
    if (returned instanceof Promise) returned.catch(() => undefined);
  } catch {
    return;
  }
}
