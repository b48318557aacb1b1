/**
 * The files of tests/vectors as cases of one shape: `{ id, input, expect, at? }`. What a file
 * leaves out because a rule of README.md beside it says so is put back here.
 */

import { decode, encodeText } from "../conformance/decode.mjs";

const RESET_PATH = "/api/v1/idempotencyKeys/";
const RESET_REQUEST = {
  method: "POST",
  body: '{"taskIdentifier":"my-task"}',
  requestId: 0,
  auth: "Bearer tr_test_key",
};

/** All cases of a parsed vector file, still in the `$` encoding. */
export function cases(file) {
  return file.cases.map(({ id, expect, at, ...input }) => {
    const whole = "ctx" in input || "rawCtx" in input || !file.hasContext;
    const full = { id, input: whole ? input : { ctx: null, ...input } };
    full.expect = expand(file, full.input, expect);
    if (at) {
      full.at = Object.fromEntries(Object.entries(at).map(([version, fields]) => [version, expand(file, full.input, merge(expect, fields))]));
    }
    return full;
  });
}

/** What the SDK at `version` does. */
export function expectation({ expect, at }, version) {
  return at?.[version] ?? expect;
}

/** An older version's result: the reference's, but for `fields`; null: it has no such field. */
function merge(expect, fields) {
  return Object.fromEntries(Object.entries({ ...expect, ...fields }).filter(([, value]) => value !== null));
}

function expand(file, input, expect) {
  const full = { ...expect };
  const options = impliedOptions(file.suite, input, expect);
  if (options && !("options" in expect)) full.options = options;
  if (typeof expect.headerNames === "string") full.headerNames = file.headerNames[expect.headerNames];
  if (file.suite === "reset" && expect.requests) full.requests = expect.requests.map(expandRequest);
  return full;
}

function expandRequest(request) {
  const { key, ...rest } = typeof request === "string" ? { key: request } : request;
  return { ...RESET_REQUEST, path: `${RESET_PATH}${key}/reset`, ...rest };
}

/** A request as the vectors write it down: only what the usual one does not have. */
export function compactRequest(request) {
  const { path, ...others } = request;
  const rest = Object.fromEntries(Object.entries(others).filter(([name, value]) => RESET_REQUEST[name] !== value));
  const key = path.startsWith(RESET_PATH) && path.slice(RESET_PATH.length, -"/reset".length);
  if (!key) return { key: "", path, ...rest };
  return Object.keys(rest).length === 0 ? key : { key, ...rest };
}

/**
 * The options that a key has where its case doesn't say otherwise: the parts joined with "-", and
 * the scope that was asked for.
 */
export function impliedOptions(suite, input, expect) {
  if (suite === "create") {
    const { scope } = input.options ? decode(input.options) : {};
    return { key: encodeText(join(decode(input.key))), scope: scope ?? "run" };
  }
  if (suite === "make" && typeof expect.value === "string") {
    return { key: encodeText(join(decode(expect.flattened ?? input.key))), scope: "run" };
  }
  return undefined;
}

function join(key) {
  return Array.isArray(key) ? key.join("-") : key;
}
