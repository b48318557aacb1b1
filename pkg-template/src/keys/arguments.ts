/** Refuses arguments that are not what they have to be, and says what was meant. */

import * as js from "../../../src/js/arguments.js";
import { InvalidArgumentError } from "../errors.js";

/** Refuses options, if there are any, that are no object or can't be read, and a name that no option has. */
export function checkOptions(options: object | undefined, names: readonly string[], what = "options"): void {
  if (options != null) {
    checkSettings(options, names, what);
  }
}

/** Refuses the same where there have to be settings. */
export function checkSettings(options: unknown, names: readonly string[], what = "settings"): void {
  let refused: js.Refused | undefined;
  try {
    refused = js.refusedOptions(options, names, what);
  } catch (cause) {
    throw documented(cause);
  }
  if (refused !== undefined) {
    throw new InvalidArgumentError(refused.message, refused);
  }
}

/** The keys to make: an array, or what can be iterated at once; no string. */
export function arrayOf(keys: unknown): readonly unknown[] {
  const array = js.arrayOf(keys);
  if (array === undefined) {
    const refused = js.refusedArray(keys, "createSync");
    throw new InvalidArgumentError(refused.message, refused);
  }
  return array;
}

/**
 * What a call throws for what broke it off: an argument that can't be read, such as a revoked proxy. What else
 * getters and callbacks throw passes as it is.
 */
export function documented(cause: unknown): unknown {
  return cause instanceof TypeError
    ? new InvalidArgumentError(`an argument can't be read: ${cause.message}`, { cause })
    : cause;
}
