/** The calls that hostile surroundings are tried on: each with the answer it has to give. */

import { createHash } from "node:crypto";

const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const long = "é".repeat(70_000);
const wide = "日".repeat(120);
const hashLike = "p".repeat(64);
const payload = { b: [1, "é", null], a: { 10: true, 9: "\u2028" } };
const canonical = '{"a":{"10":true,"9":"\u2028"},"b":[1,"é",null]}';
const throughToken = (key) => key.constructor.fromToken(key.toToken());
const attempt = { number: 1 };
let next = 0;

/** The code of the error that refuses a call. What broke off instead is thrown on. */
function refusal(call) {
  try {
    call();
    return "taken";
  } catch (error) {
    if (error.code === "ERR_INVALID_KEY" || error.code === "ERR_INVALID_SCOPE") return error.code;
    throw error;
  }
}

/**
 * `{ name: [call, answer] }`, in one run that was there before and one that is new, so that what is
 * remembered of a run is used as well as made.
 */
export function callsOf({ createSync, createMany, planReset, fromPayload }) {
  const old = { run: { id: "run_1" }, attempt };
  const id = `run_new_${next++}`;
  const ctx = { run: { id }, attempt };
  return {
    short: [() => createSync("a", { ctx: old }).hash, sha256("a-run_1")],
    long: [() => createSync(long, { ctx: old }).hash, sha256(`${long}-run_1`)],
    list: [() => createSync(["a", 1, "é"], { ctx, scope: "attempt" }).hash, sha256(`a-1-é-${id}-1`)],
    wide: [() => createSync(wide, { ctx }).hash, sha256(`${wide}-${id}`)],
    global: [() => createSync(["a", true], { scope: "global" }).hash, sha256("a-true")],
    many: [() => createMany(["m", long, "é"], { ctx })[2].hash, sha256(`é-${id}`)],
    manyLong: [() => createMany(["m", long, "é"], { ctx })[1].hash, sha256(`${long}-${id}`)],
    plan: [() => planReset(hashLike, { scope: "run", ctx }).candidates[1], sha256(`${hashLike}-${id}`)],
    payload: [() => fromPayload(payload, { ctx, operation: "é" }).hash, sha256(`${sha256(`${canonical}é`)}-${id}`)],
    token: [() => throughToken(createSync(["a", "é"], { ctx })).hash, sha256(`a-é-${id}`)],
    refusedKey: [() => refusal(() => createSync(["a", null], { ctx: old })), "ERR_INVALID_KEY"],
    refusedScope: [() => refusal(() => createSync("a", { ctx: old, scope: "task" })), "ERR_INVALID_SCOPE"],
  };
}

/** What is wrong with the calls right now, as strings. */
export function wrongCalls(keys, where) {
  const wrong = [];
  for (const [name, [call, answer]] of Object.entries(callsOf(keys))) {
    let found;
    try {
      found = call();
    } catch (error) {
      found = `${error} (${error.cause})`;
    }
    if (found !== answer) wrong.push(`${name} ${where}: ${found}`);
  }
  return wrong;
}
