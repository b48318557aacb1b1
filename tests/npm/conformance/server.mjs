/**
 * What the server makes of keys. Its schemas and readers are not part of this package: of their
 * cases only those say something here whose options a key can have. That our options always pass
 * the real schema is tested against the SDK, in differential.test.mjs.
 */

import { decode } from "./decode.mjs";
import { cases } from "../support/vectors.mjs";
import { refusedScope } from "./differences.mjs";

/** Options that the schemas let through are those of the key made from them. */
export function schema({ main }, file, report) {
  for (const { id, expect } of cases(file)) {
    const options = expect.data ?? expect.idempotencyKeyOptions;
    if (!expect.success || !isOptions(options)) {
      report.skip(id, "about the server's schema alone");
      continue;
    }
    const { key, scope } = decode(options);
    const made = main.idempotencyKeys.createSync(key, { scope });
    report.equal(id, { key, scope }, JSON.parse(JSON.stringify(made.options)));
  }
}

/** What the server reads out of a run is what the key says itself. */
export function serverOnly({ main }, file, report) {
  const readers = {
    getUserProvidedIdempotencyKey: (key) => key.key,
    extractIdempotencyKeyScope: (key) => key.scope,
    unsafeExtractIdempotencyKeyScope: (key) => key.scope,
    extractIdempotencyKeyUser: (key) => key.key,
    unsafeExtractIdempotencyKeyUser: (key) => key.key,
  };
  for (const { id, input, expect } of cases(file)) {
    const options = input.run.idempotencyKeyOptions;
    if (!isOptions(options) || !input.run.idempotencyKey || !Object.hasOwn(readers, input.fn)) {
      report.skip(id, "about runs without a key's options");
      continue;
    }
    const { key, scope } = decode(options);
    const made = main.idempotencyKeys.createSync(key, { scope });
    report.equal(id, decode(expect.value), readers[input.fn](made));
  }
}

/** Whether these can be the options of a key. */
function isOptions(options) {
  if (typeof options !== "object" || options === null || options.$undefined || Array.isArray(options)) return false;
  const { key, scope } = decode(options);
  return typeof key === "string" && typeof scope === "string" && !refusedScope({ scope });
}

/** A TTL is what the server takes it for; what it would ignore, or fail on, is refused. */
export function ttl({ main }, file, report) {
  for (const { id, input } of cases(file)) {
    if (!main.parseTtl) {
      report.skip(id, "this version of the package has no parseTtl");
      continue;
    }
    const { ms } = input.webapp;
    const value = decode(input.value);
    try {
      report.equal(id, typeof ms === "number" ? ms : "InvalidTtlError", main.parseTtl(value));
    } catch (error) {
      report.equal(id, typeof ms === "number" ? ms : "InvalidTtlError", error.name);
      report.equal(`${id}, code`, "ERR_INVALID_TTL", error.code);
    }
  }
}
