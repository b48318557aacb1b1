/** What the suites are run on: something with the SDK's functions. */

import { isRefusal } from "./differences.mjs";
import { isKey } from "./report.mjs";

const HASH_LENGTH = 64;

/** The main entry. What the SDK's module has besides is spelled out over its `create`. */
export function mainSubject(main) {
  const { idempotencyKeys } = main;
  const sdk = {
    createIdempotencyKey: (key, options) => idempotencyKeys.create(key, options),
    async makeIdempotencyKey(key) {
      if (!key) return undefined;
      return isReady(key) ? key : idempotencyKeys.create(key);
    },
    getIdempotencyKeyOptions: (key) => (isKey(key) ? key.options : undefined),
    resetIdempotencyKeyCatalog: () => {},
  };
  return { sdk, main, nested: "refused", isOurs: true };
}

/** The `trigger-sdk` entry. */
export function triggerSdkSubject(triggerSdk) {
  return { sdk: triggerSdk, nested: "coerced", isOurs: true };
}

/** The SDK itself, to see that the vectors say what it does. */
export function referenceSubject(idempotencyKeys, version) {
  return { sdk: idempotencyKeys, isOurs: false, version };
}

/** Whether `make` takes a key as it is. */
export function isReady(key) {
  return isKey(key) || (typeof key === "string" && key.length === HASH_LENGTH);
}

/**
 * Compares how a call ended with what was recorded, or with the refusal that is ours by choice.
 * `recorded` and `ended` are `{ value }` or `{ throws }`.
 */
export function compare(report, id, { recorded, refused, ended }) {
  if (!refused) {
    return report.equal(id, plain(recorded), plain(ended));
  }
  report.differs(refused.name);
  const isRefused = "throws" in ended && isRefusal(ended.throws, refused);
  report.equal(id, refused, isRefused ? refused : plain(ended));
}

function plain(ended) {
  if (!("throws" in ended)) return { value: ended.value };
  const { name, message } = ended.throws;
  return { throws: isOverflow(name, message) ? "stack overflow" : { name, message } };
}

const V8_OVERFLOW = { name: "RangeError", message: "Maximum call stack size exceeded" };
let ownOverflow;

/** Each engine says it in its own words; the recorded ones are V8's. */
function isOverflow(name, message) {
  ownOverflow ??= overflow();
  return [V8_OVERFLOW, ownOverflow].some((error) => error.name === name && error.message === message);
}

function overflow() {
  try {
    return overflow();
  } catch (error) {
    return error;
  }
}
