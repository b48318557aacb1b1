/** What the package throws for each kind of mistake: the class's name, the code, and the data beside the message. */

const invalidKey = (found, index) => ({ name: "InvalidKeyError", code: "ERR_INVALID_KEY", found, index });
const invalidArgument = (found, suggestion) => ({ name: "InvalidArgumentError", code: "ERR_INVALID_ARGUMENT", found, suggestion });
const invalidPayload = (path, found) => ({ name: "InvalidPayloadError", code: "ERR_INVALID_PAYLOAD", path, found });
const missingContext = { name: "MissingContextError", code: "ERR_MISSING_CONTEXT" };

const CASES = [
  [(m) => m.create(null), invalidKey("null")],
  [(m) => m.create(["a", Promise.resolve()]), invalidKey("a promise", 1)],
  [(m) => m.create([revoked()]), invalidKey("an object", 0)],
  [(m) => m.createMany(["a", ["b", ["c"]]]), invalidKey("an array inside an array", 1)],
  [(m) => m.createMany("abc"), invalidArgument("a string")],
  [(m) => m.createMany(Promise.resolve([])), invalidArgument("a promise")],
  [(m) => m.create("a", "run"), invalidArgument("a string")],
  [(m) => m.create("a", { scop: "run" }), invalidArgument("scop", "scope")],
  [(m) => m.create("a", Object.create({ Scope: "run" })), invalidArgument("Scope", "scope")],
  [(m) => m.create("a", { colour: 1 }), invalidArgument("colour")],
  [(m) => m.create("a", revoked()), invalidArgument()],
  [(m) => m.create("a", { ctx: revoked() }), invalidArgument()],
  [(m) => m.fromPayload(1, { operations: "x" }), invalidArgument("operations", "operation")],
  [(m) => m.hashPayload(1, { canonic: false }), invalidArgument("canonic", "canonical")],
  [(m) => m.planReset("a", { parentRunID: "run_1" }), invalidArgument("parentRunID", "parentRunId")],
  [(m) => m.create("a", { scope: "task" }), { name: "InvalidScopeError", code: "ERR_INVALID_SCOPE", found: "task" }],
  [(m) => m.create("a", { ctx: { run: {} } }), missingContext],
  [(m) => m.create("a", { scope: "attempt", ctx: { run: { id: "run_1" } } }), missingContext],
  [(m) => m.planReset("a"), missingContext],
  [(m) => m.canonicalize({ items: [{ price: NaN }] }), invalidPayload("$.items[0].price", "NaN")],
  [(m) => m.canonicalize({ seen: new Set() }), invalidPayload("$.seen", "Set")],
  [(m) => m.hashPayload(1, { operation: [] }), invalidPayload(undefined, "an array")],
  [(m) => m.parseTtl("1h30m"), { name: "InvalidTtlError", code: "ERR_INVALID_TTL", found: "1h30m", suggestion: "90m" }],
  [(m) => m.parseTtl(90), { name: "InvalidTtlError", code: "ERR_INVALID_TTL", found: "a value of type number" }],
  [(m) => m.fromToken("AQIIb3JkZXItNDJija9hwc89Lh"), { name: "InvalidTokenError", code: "ERR_INVALID_TOKEN" }],
];

function revoked() {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** The cases that end otherwise, and an error of the caller's own that does not come through as it is. */
export function wrongErrors(pack) {
  const wrong = CASES.map(([call, expected]) => [call, expected, thrownBy(() => call(pack))]).filter(
    ([, { name, code, found, index, path, suggestion }, error]) =>
      !(error instanceof Error) || Object.entries({ name, code, found, index, path, suggestion }).some(([property, value]) => error[property] !== value),
  );
  const mine = new RangeError("mine");
  const options = {
    get scope() {
      throw mine;
    },
  };
  if (thrownBy(() => pack.create("a", options)) !== mine) wrong.push(["a getter that throws", mine]);
  return wrong.map(([call, expected, error]) => `${call}: ${JSON.stringify(expected)}, not ${error} ${JSON.stringify(error)}`);
}

function thrownBy(call) {
  try {
    return { returned: String(call()) };
  } catch (error) {
    return error;
  }
}
