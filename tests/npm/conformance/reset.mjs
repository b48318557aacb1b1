/**
 * The plan of a reset: `planReset` in the main entry, followed against the case's server without
 * any request. (What goes over the wire is not for every runtime: see the tests of reset.)
 */

import { decode } from "./decode.mjs";
import { cases } from "../support/vectors.mjs";
import { isRefusal, refusedKey, refusedOptions, refusedScope } from "./differences.mjs";
import { contextOf, inContext, outcome } from "./context.mjs";

const NOT_FOUND = 404;
const RESET_OPTIONS = ["scope", "ctx", "parentRunId", "attemptNumber"];

export async function planReset({ main }, file, report) {
  for (const { id, input, expect } of cases(file)) {
    if (expect.result.throws?.name === "ApiClientMissingError" || input.env?.TRIGGER_RUN_TOKEN) {
      report.skip(id, "credentials are missing, which is found out before there is a plan");
      continue;
    }
    const made = input.setup?.map((key) => setUp(main, key))[0];
    // To the SDK, whose catalog is cold, a created key is a text like any other.
    const [, key, options] = decode(input.args, { k: input.cold ? String(made) : made });
    const ctx = contextOf(input.ctx);
    const { planReset: plan } = main.idempotencyKeys;
    const ended = [await outcome(() => plan(key, { ...options, ctx })), await inContext(ctx, () => outcome(() => plan(key, options ?? undefined)))];
    for (const [index, result] of ended.entries()) {
      check(report, index === 0 ? `${id}, options.ctx` : id, { key, options, input, expect }, result);
    }
    if (input.cold) {
      const { candidates } = plan(made, { ...options, ctx });
      report.equal(`${id}, by the key itself`, [made.hash], candidates);
    }
  }
}

function setUp({ idempotencyKeys }, { key, options, ctx }) {
  return idempotencyKeys.createSync(decode(key), { ...options, ctx: contextOf(ctx) });
}

function check(report, id, { key, options, input, expect }, ended) {
  const refused = refusedOptions(options, RESET_OPTIONS) ?? refusedScope(options) ?? refusedKey(key, "refused");
  if (refused) {
    report.differs(refused.name);
    return report.equal(id, refused.name, isRefusal(ended.throws, refused) ? refused.name : ended);
  }
  const { throws } = expect.result;
  if (throws?.message.startsWith("resetIdempotencyKey: ")) {
    const { name, code, message } = ended.throws ?? {};
    const expected = { name: "MissingContextError", code: "ERR_MISSING_CONTEXT", message: throws.message };
    return report.equal(id, expected, { name, code, message });
  }
  if (ended.throws) return report.equal(id, "a plan", ended);
  const { candidates } = ended.value;
  if (throws?.name === "URIError") return report.equal(id, key, candidates[0]);
  report.equal(id, asked(expect), follow(candidates, key, input, expect));
}

/** The keys that were asked for, each once. */
function asked({ requests }) {
  return requests.map(keyOf).filter((key, index, all) => index === 0 || key !== all[index - 1]);
}

function keyOf({ path }) {
  return path.split("/").at(-2);
}

/** The keys that a reset with this plan would ask the case's server for. */
function follow(candidates, key, { server }, { requests }) {
  const sent = [];
  let index = -1;
  for (const candidate of candidates) {
    const encoded = encodeURIComponent(candidate);
    sent.push(encoded);
    // Retries go to the same key; the last one's answer decides.
    do index += 1;
    while (index + 1 < requests.length && keyOf(requests[index + 1]) === encoded);
    if (answer(server, index, candidate === key)?.status !== NOT_FOUND) break;
  }
  return sent;
}

function answer(server, index, isVerbatim) {
  return server?.sequence?.[index] ?? server?.any ?? server?.[isVerbatim ? "verbatim" : "other"];
}
