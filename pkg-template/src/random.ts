/** Random keys. Their layout and order are the crate's; see `src/random.rs`. */

import { EngineError } from "./errors.js";
import { ENTROPY_LENGTH, randomKeyAfter } from "./wasm/data.js";

const entropy = new Uint8Array(ENTROPY_LENGTH);
let last = "";

/**
 * A random key: a UUID of version 7 (RFC 9562), from the platform's secure random source. Each one is
 * greater than all that this copy of the package made before.
 *
 * As an `Idempotency-Key` header it stands in quotation marks, as a structured field string
 * (draft-ietf-httpapi-idempotency-key-header): `` `"${randomKey()}"` ``.
 *
 * @example
 * ```ts
 * const key = randomKey();   // such as 019b76da-a800-7c3b-9d2e-5f8a41c6b0e7
 * randomKey() > key;         // true
 * ```
 *
 * @returns 36 characters: lower-case hex digits and hyphens.
 * @throws EngineError (`ERR_ENGINE`) where there is no `crypto.getRandomValues`.
 */
export function randomKey(): string {
  const source = (globalThis as { crypto?: Crypto }).crypto;
  if (typeof source?.getRandomValues !== "function") {
    throw new EngineError("there is no crypto.getRandomValues here, which random keys are made with: provide it");
  }
  source.getRandomValues(entropy);
  last = randomKeyAfter(last, Date.now(), entropy);
  return last;
}
