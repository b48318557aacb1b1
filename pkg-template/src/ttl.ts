/** Time-to-lives. The rule is the crate's; see `src/ttl.rs`. */

import { NonString, refuseNonString } from "./wasm/keys.js";
import { ttlMilliseconds } from "./wasm/data.js";

/**
 * The milliseconds of a time-to-live, as the Trigger.dev server reads `idempotencyKeyTTL`: digits and
 * one of the units `s`, `m`, `h` and `d`.
 *
 * @example
 * ```ts
 * parseTtl("90m"); // 5400000
 * ```
 *
 * @param ttl Such as `"30s"`, `"5m"`, `"2h"` or `"7d"`.
 * @returns Milliseconds, a whole number.
 * @throws InvalidTtlError (`ERR_INVALID_TTL`) for everything else. The server silently takes it for 30
 * days; what the SDK's own parser reads (`"1h30m"`, `"1w"`, `"1hr"`) is shown as it has to be written.
 */
export function parseTtl(ttl: string): number {
  return typeof ttl === "string" ? ttlMilliseconds(ttl) : refuseNonString(NonString.Ttl, ttl);
}
