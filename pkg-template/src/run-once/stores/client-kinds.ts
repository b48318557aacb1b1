/** Clients of the wrong kind, recognised where they are handed over: what to say of each. */
import { InvalidArgumentError, typeName } from "../errors.js";

const isFunction = (client: unknown, name: string): boolean =>
  typeof (client as Record<string, unknown> | null | undefined)?.[name] === "function";

/** Whether it has all of these methods. */
export function hasMethods(client: unknown, ...names: string[]): boolean {
  return names.every((name) => isFunction(client, name));
}

/**
 * Refuses what is no client at all.
 *
 * @param what The parameter, such as `"the Redis client"`.
 * @param advice What to pass.
 * @throws InvalidArgumentError (`ERR_INVALID_ARGUMENT`)
 */
export function refuseNonClient(what: string, client: unknown, advice: string): void {
  if (typeof client === "string" || client instanceof URL) {
    // Not echoed: it may have a password in it.
    throw new InvalidArgumentError(`${what} is a string or URL, expected a client: ${advice}`);
  }
  if (client === null || (typeof client !== "object" && typeof client !== "function")) {
    throw new InvalidArgumentError(`${what} is ${typeName(client)}, expected a client: ${advice}`);
  }
}

/** @throws InvalidArgumentError (`ERR_INVALID_ARGUMENT`) if `isOther`. */
export function refuseOther(isOther: boolean, what: string, found: string, advice: string): void {
  if (isOther) throw new InvalidArgumentError(`${what} is ${found}: ${advice}`);
}
