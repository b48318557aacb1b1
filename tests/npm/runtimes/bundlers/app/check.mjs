/**
 * The app that every bundler builds: makes keys, refuses one, plans a reset. The hashes are the
 * SDK's own, from tests/vectors.
 */

const HELLO = {
  run: "c039bd366e4e9db909ccb9f38fada50e3b16c84eaacf886e1604bd5514c9b5af",
  attempt: "3160630b4e094083cbcd93719ceb1a88110c6b3590130db41df482aca7df7619",
  global: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
};
const ctx = { run: { id: "run_abc123" }, attempt: { number: 1 } };

async function refusal(work) {
  try {
    return await work();
  } catch (error) {
    return error;
  }
}

/** Runs all of it with what the app imported, and answers with a report. */
export async function check({ createIdempotencyKey, engineName, IdempotencyKey, idempotencyKeys, InvalidKeyError }) {
  const key = await idempotencyKeys.create("hello", { ctx });
  const refused = await refusal(() => idempotencyKeys.create(["a", null]));
  const checks = [
    ["scope run", HELLO.run, key.hash],
    ["scope attempt", HELLO.attempt, idempotencyKeys.createSync("hello", { ctx, scope: "attempt" }).hash],
    ["many", Array(300).fill(HELLO.global).join(), idempotencyKeys.createMany(Array(300).fill("hello")).join()],
    ["not ASCII", idempotencyKeys.createSync("日😀").hash, idempotencyKeys.createMany(["日😀"])[0].hash],
    ["in a request", JSON.stringify({ idempotencyKey: HELLO.run }), JSON.stringify({ idempotencyKey: key })],
    ["options", JSON.stringify({ key: "hello", scope: "run" }), JSON.stringify(key.options)],
    ["class", true, key instanceof IdempotencyKey],
    ["entries share one instance", true, (await createIdempotencyKey("hello")) instanceof IdempotencyKey],
    ["reset", HELLO.run, idempotencyKeys.planReset("hello", { parentRunId: "run_abc123" }).candidates.join()],
    ["error's code", "ERR_INVALID_KEY", refused.code],
    ["error's name", "InvalidKeyError", refused.name],
    ["error's class", true, refused instanceof InvalidKeyError],
  ];
  const failures = checks.filter(([, expected, actual]) => expected !== actual).map(([id, expected, actual]) => ({ id, expected, actual }));
  return { engine: engineName(), passed: checks.length - failures.length, failed: failures.length, failures, skipped: 0 };
}
