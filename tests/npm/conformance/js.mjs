/**
 * What happens to input that the types forbid: expressions over `m`, the module. They come as
 * functions (see `jsCasesModule`), since not every runtime evaluates text.
 */

import { decode } from "./decode.mjs";
import { cases } from "../support/vectors.mjs";
import { refusedContext, refusedKey, refusedOptions, refusedScope } from "./differences.mjs";
import { contextOf, emptyCatalog, inContext, outcome } from "./context.mjs";
import { show } from "./report.mjs";
import { compare, isReady } from "./subject.mjs";

/** Cases that the main entry has a part in: it has the SDK's `create`, no other function. */
const OF_MAIN = /^js\/(create|create-global|scope|ctx)\//;

/** What differs not by its input but by what keys are here. */
const CHOSEN = {
  "js/misc/primitive": "object",
  // Nothing is registered anywhere, neither before nor after.
  "js/misc/register-is-async": [false, false],
};

/** The text of an ES module whose default export has a function of `m` for each case of `js`. */
export function jsCasesModule(file) {
  const functions = file.cases.map(({ id, js }) => `${JSON.stringify(id)}: (m) => (${js})`);
  return `export default {\n${functions.join(",\n")}\n};\n`;
}

export async function js(subject, file, report, functions) {
  for (const { id, input, expect } of cases(file)) {
    if (subject.main && !OF_MAIN.test(id)) continue;
    if (input.js.includes("Buffer") && typeof Buffer === "undefined") {
      report.skip(id, "this runtime has no Buffer");
      continue;
    }
    const ctx = "rawCtx" in input ? decode(input.rawCtx) : contextOf(input.ctx);
    await inContext(ctx ?? undefined, () => run(subject, report, { id, ctx, expect: decode(expect), body: functions[id] }));
    emptyCatalog();
  }
}

async function run(subject, report, { id, ctx, expect, body }) {
  const calls = [];
  const module = id.startsWith("js/misc/fn-") || id === "js/misc/exports" ? surface(subject) : observe(subject.sdk, calls);
  const ended = await outcome(() => body(module));
  let recorded = "throws" in expect ? { throws: expect.throws } : { value: chosenValue(subject, id, expect, report) };
  let { options } = expect;
  const refused = subject.isOurs && isAboutAKey(expect) ? firstRefusal(calls, ctx, subject) : undefined;
  if (subject.isOurs && !refused && calls.some(({ key }) => hasOwnMethods(key))) {
    const copy = await likeACopy(subject, calls[0]);
    if (show(copy) !== show({ recorded, options })) report.differs("list with methods of its own");
    ({ recorded, options } = copy);
  }
  compare(report, id, { recorded, refused, ended });
  if (!refused && options !== undefined) {
    report.equal(`${id}, options`, options, subject.sdk.getIdempotencyKeyOptions(ended.value) ?? null);
  }
}

/** Whether the expression's value is what was made, and not what an expression found out about it. */
function isAboutAKey(expect) {
  return "throws" in expect || "options" in expect;
}

/** The module's functions of the SDK's names, without those that are ours alone. */
function surface({ sdk }) {
  const ours = new Set(["createSdkModule", "installCatalog"]);
  return Object.fromEntries(Object.entries(sdk).filter(([name, value]) => typeof value === "function" && !ours.has(name) && !/^[A-Z]/.test(name)));
}

/** The module, noting what its keys were made from. */
function observe(sdk, calls) {
  return {
    ...sdk,
    createIdempotencyKey(key, options) {
      calls.push({ key, options: options ?? {} });
      return sdk.createIdempotencyKey(...arguments);
    },
    makeIdempotencyKey(key) {
      if (key && !isReady(key)) calls.push({ key, options: {} });
      return sdk.makeIdempotencyKey(...arguments);
    },
  };
}

function firstRefusal(calls, ctx, { main, nested }) {
  try {
    for (const { key, options } of calls) {
      const refused = (main && refusedOptions(options)) ?? refusedScope(options) ?? refusedKey(key, nested) ?? refusedContext(ctx, options);
      if (refused) return refused;
    }
  } catch {
    // A getter of the input throws: so does the call.
  }
  return undefined;
}

function chosenValue({ isOurs }, id, expect, report) {
  if (!isOurs || !Object.hasOwn(CHOSEN, id)) return expect.value;
  report.differs(id);
  return CHOSEN[id];
}

/** Whether a list brings its own `join` or `concat`, or isn't spread by `concat`. */
function hasOwnMethods(key) {
  const names = ["join", "concat", Symbol.isConcatSpreadable];
  return Array.isArray(key) && names.some((name) => Object.hasOwn(key, name));
}

/** Ours reads a list's items and calls none of its methods: it counts as a plain copy of itself. */
async function likeACopy({ sdk }, { key, options }) {
  const copy = await sdk.createIdempotencyKey(Array.from(key), options);
  return { recorded: { value: String(copy) }, options: sdk.getIdempotencyKeyOptions(copy) };
}
