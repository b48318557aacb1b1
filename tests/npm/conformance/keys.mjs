/** Keys: create, make, is, flatten, attemptKey, and digests of published messages. */

import { decode } from "./decode.mjs";
import { cases } from "../support/vectors.mjs";
import { refusedKey } from "./differences.mjs";
import { contextOf, emptyCatalog, inContext, outcome } from "./context.mjs";
import { show } from "./report.mjs";
import { compare, isReady } from "./subject.mjs";

/** Longer ones would take half a minute where nothing is compiled; tokens.mjs has one of them. */
const LONGEST_IN_A_TOKEN = 10_000;

/** `createIdempotencyKey`, and in the main entry each of the ways to the same key. */
export async function create({ sdk, main }, file, report) {
  const all = cases(file).map(({ id, input, expect }) => ({
    id,
    key: decode(input.key),
    options: input.options && decode(input.options),
    ctx: contextOf(input.ctx),
    expect: decode(expect),
  }));
  for (const { id, key, options, ctx, expect } of all) {
    await inContext(ctx, async () => {
      const created = await sdk.createIdempotencyKey(key, options);
      check(report, id, expect, created, sdk.getIdempotencyKeyOptions(created));
    });
    if (main) await createInMain(main, report, { id, key, options, ctx, expect });
  }
  if (main) createAtOnce(main, report, all);
}

async function createInMain({ IdempotencyKey, idempotencyKeys }, report, { id, key, options, ctx, expect }) {
  const passed = await idempotencyKeys.create(key, { ...options, ctx });
  check(report, `${id}, options.ctx`, expect, passed, passed.options);
  if (passed.key.length <= LONGEST_IN_A_TOKEN) {
    const carried = IdempotencyKey.fromToken(passed.toToken());
    check(report, `${id}, by its token`, expect, carried, carried.options);
  }
  const sync = idempotencyKeys.with({ ctx }).createSync(key, options);
  check(report, `${id}, createSync with config.ctx`, expect, sync, { key: sync.key, scope: sync.scope });
}

/** `createMany` on all keys that have scope and context in common. */
function createAtOnce({ idempotencyKeys }, report, all) {
  const groups = {};
  for (const item of all) {
    (groups[show([item.options?.scope, item.ctx])] ??= []).push(item);
  }
  for (const group of Object.values(groups)) {
    const [{ options, ctx }] = group;
    const keys = idempotencyKeys.createMany(
      group.map(({ key }) => key),
      { ...options, ctx },
    );
    group.forEach(({ id, expect }, index) => {
      check(report, `${id}, createMany`, expect, keys[index], keys[index].options);
    });
  }
}

function check(report, id, expect, key, options) {
  report.equal(id, expect, { hash: String(key), options });
}

/** `makeIdempotencyKey`, for items of a batch after `flattenIdempotencyKey`. */
export async function make({ sdk, nested, isOurs }, file, report) {
  for (const { id, input, expect } of cases(file)) {
    const { value, options, flattened } = decode(expect);
    let key = decode(input.key);
    if ("batchIndex" in input) {
      const item = [key, String(input.batchIndex)];
      if (sdk.flattenIdempotencyKey) {
        key = sdk.flattenIdempotencyKey(item);
        report.equal(`${id}, flatten`, flattened, key);
      } else {
        key = flattened;
      }
    }
    const refused = isOurs && key && !isReady(key) ? refusedKey(key, nested) : undefined;
    await inContext(contextOf(input.ctx), async () => {
      const ended = await outcome(() => sdk.makeIdempotencyKey(key));
      compare(report, id, { recorded: { value }, refused, ended });
      if (options !== undefined && !refused) {
        report.equal(`${id}, options`, options, sdk.getIdempotencyKeyOptions(ended.value) ?? null);
      }
    });
    emptyCatalog();
  }
}

export async function is({ sdk, main }, file, report) {
  for (const { id, input, expect } of cases(file)) {
    const value = decode(input.value);
    if (sdk.isIdempotencyKey) {
      report.equal(id, expect.value, sdk.isIdempotencyKey(value));
    } else if (typeof value === "string") {
      // What the SDK takes for a key is what a reset without a scope tries as it is.
      const { candidates } = main.idempotencyKeys.planReset(value, { parentRunId: "run_1" });
      report.equal(id, expect.value, candidates[0] === value);
    } else {
      report.equal(id, expect.value, main.IdempotencyKey.isIdempotencyKey(value));
    }
  }
}

export async function flatten({ sdk }, file, report) {
  for (const { id, input, expect } of cases(file)) {
    const value = decode(input.value);
    report.equal(id, decode(expect.value), sdk.flattenIdempotencyKey(value));
  }
}

/** In the main entry, which has no `attemptKey`: it is what a key without parts hashes. */
export async function attemptKey({ sdk, main }, file, report) {
  for (const { id, input, expect } of cases(file)) {
    const ctx = contextOf(input.ctx);
    const value = decode(expect.value);
    if (sdk.attemptKey) {
      report.equal(id, value, sdk.attemptKey(ctx));
    } else {
      const { createSync } = main.idempotencyKeys;
      const global = createSync(value, { scope: "global" });
      report.equal(id, String(global), String(createSync([], { scope: "attempt", ctx })));
    }
  }
}

/** SHA-256 itself. */
export async function digest({ sdk }, file, report) {
  for (const { name, utf8, hex } of file.cases) {
    const key = await sdk.createIdempotencyKey(decode(utf8), { scope: "global" });
    report.equal(`digest/${name}`, hex, String(key));
  }
}
