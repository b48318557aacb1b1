/** What every error of the package has in common. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { importEntries, requireEntries } from "../support/entries.mjs";

const { main } = await importEntries();

/** The error that `call` throws. */
function thrown(call) {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new assert.AssertionError({ message: "nothing was thrown" });
}

/** A call for each error that needs no network, and the data that its error has. */
const CASES = [
  ["InvalidKeyError", "ERR_INVALID_KEY", () => main.idempotencyKeys.createSync(["order", null]), { index: 1, found: "null" }],
  ["InvalidScopeError", "ERR_INVALID_SCOPE", () => main.idempotencyKeys.createSync("a", { scope: "ta\nsk 😀" }), { found: "ta\nsk 😀" }],
  ["InvalidTtlError", "ERR_INVALID_TTL", () => main.parseTtl("1h30m"), { suggestion: "90m", found: "1h30m" }],
  ["InvalidTtlError", "ERR_INVALID_TTL", () => main.parseTtl(5), { found: "a value of type number" }],
  ["InvalidPayloadError", "ERR_INVALID_PAYLOAD", () => main.canonicalize({ items: [1, { price: 10n }] }), { path: "$.items[1].price", found: "10n" }],
  ["InvalidPayloadError", "ERR_INVALID_PAYLOAD", () => main.canonicalize({ a: ["\ud800"] }), { path: "$.a[0]" }],
  ["InvalidTokenError", "ERR_INVALID_TOKEN", () => main.IdempotencyKey.fromToken("AAAA"), {}],
  ["MissingContextError", "ERR_MISSING_CONTEXT", () => main.idempotencyKeys.planReset("a"), {}],
];

for (const [name, code, call, data] of CASES) {
  test(`${name} has its name, its code and ${Object.keys(data).join(" and ") || "no other data"}`, () => {
    const error = thrown(call);
    assert.ok(error instanceof main[name] && error instanceof main.IdempotencyKeyError && error instanceof Error);
    assert.equal(error.name, name);
    assert.equal(main[name].name, name);
    assert.match(error.stack, new RegExp(`^${name}: `));
    assert.deepEqual({ ...error }, { code, ...data });
  });
}

test("the message survives structuredClone and JSON", () => {
  for (const [name, code, call, data] of CASES) {
    const error = thrown(call);
    assert.equal(structuredClone(error).message, error.message);
    assert.deepEqual(JSON.parse(JSON.stringify({ error })), { error: { name, code, message: error.message, ...data } });
  }
});

test("the cause is kept, and logged by its message", () => {
  const cause = new TypeError("refused");
  const error = new main.ConnectionError("no answer", { cause });
  assert.equal(error.cause, cause);
  assert.deepEqual(JSON.parse(JSON.stringify(error)), { name: "ConnectionError", code: "ERR_CONNECTION", message: "no answer", cause: "refused" });
  assert.ok(!("cause" in new main.ConnectionError("no answer")));
});

test("errors keep what the server said", () => {
  const details = { status: 422, headers: { "x-a": "1" }, body: { error: "no" } };
  const error = new main.ApiError("no", details);
  assert.deepEqual({ ...error }, { code: "ERR_API", ...details });
  assert.deepEqual(error.toJSON(), { name: "ApiError", code: "ERR_API", message: "no", ...details });
  assert.equal(new main.NotFoundError("no", details).code, "ERR_NOT_FOUND");
});

test("both copies of the package name their errors alike", () => {
  const other = requireEntries().main;
  const error = thrown(() => other.parseTtl("1w"));
  assert.deepEqual([error.name, error.code, error.suggestion], ["InvalidTtlError", "ERR_INVALID_TTL", thrown(() => main.parseTtl("1w")).suggestion]);
});
