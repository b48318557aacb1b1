/** Tokens: those of the vectors, which the Rust crate reads and writes, and all that is no token. */

import { isRefusal } from "./differences.mjs";
import { outcome } from "./context.mjs";
import { sha256 } from "./sha256.mjs";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/** What else could come in on the way, in place of a character or beside it. */
const STRANGE = ["=", "+", "/", ".", " ", "\n", "\0", "é", "\ud800", "😀"];

/** The names of vectors whose tokens are damaged in every place. */
const DAMAGED = ["a run key", "an empty key", "two, three and four bytes a character", "two leading surrogates before a pair"];

export async function token({ main }, file, report) {
  for (const entry of file.cases) {
    await checkCarried(main, report, entry);
  }
  for (const { name, token: text, why } of file.refused) {
    const start = why === "later" ? "the token is of version " : "the token was damaged or truncated";
    await checkRefused(main, report, `token/${name}`, text, start);
  }
  for (const value of [undefined, null, 5, {}, []]) {
    await checkRefused(main, report, `token/${JSON.stringify(value)}`, value, "the token is ");
  }
  for (const name of DAMAGED) {
    checkDamage(main, report, name, file.cases.find((entry) => entry.name === name).token);
  }
  checkLong(main, report);
}

/** Read, written again, and made from what the token carries. */
async function checkCarried({ IdempotencyKey, idempotencyKeys }, report, entry) {
  const { name, token: text, units, key = String.fromCharCode(...units), scope, suffix, hash } = entry;
  const id = `token/${name}`;
  const read = IdempotencyKey.fromToken(text);
  report.equal(id, { key, scope, hash, options: { key, scope } }, { key: read.key, scope: read.scope, hash: String(read), options: read.options });
  report.equal(`${id}, hash`, await sha256(key + suffix), read.hash);
  report.equal(`${id}, written again`, text, read.toToken());
  report.equal(`${id}, reset`, [hash], idempotencyKeys.planReset(read).candidates);
  const made = idempotencyKeys.createSync(suffix === "" || suffix.startsWith("-") ? key : [], { scope, ctx: contextOf(scope, suffix) });
  report.equal(`${id}, made here`, { hash, token: text }, { hash: made.hash, token: made.toToken() });
}

/** The context whose suffix this is. */
function contextOf(scope, suffix) {
  if (suffix === "") return undefined;
  const ids = suffix.replace(/^-/, "");
  if (scope === "run") return { run: { id: ids } };
  const end = ids.lastIndexOf("-");
  return { run: { id: ids.slice(0, end) }, attempt: { number: Number(ids.slice(end + 1)) } };
}

async function checkRefused({ IdempotencyKey }, report, id, text, start) {
  const expected = refusal(start);
  const { throws, value } = await outcome(() => IdempotencyKey.fromToken(text));
  report.equal(id, expected, isRefusal(throws, expected) ? expected : String(throws ?? value));
}

function refusal(start) {
  return { name: "InvalidTokenError", code: "ERR_INVALID_TOKEN", start };
}

/** One check for each place: none of the changes there goes unseen. */
function checkDamage({ IdempotencyKey }, report, name, text) {
  for (let place = 0; place <= text.length; place++) {
    const unseen = damages(text, place).filter((damaged) => !isSeen(IdempotencyKey, damaged));
    report.equal(`token/${name}, damaged at ${place}`, [], unseen);
  }
  report.equal(`token/${name}, undamaged`, text, IdempotencyKey.fromToken(text).toToken());
}

/** All that can become of a token by one change at `place`. */
function damages(text, place) {
  const [before, character, after] = [text.slice(0, place), text[place], text.slice(place + 1)];
  const others = [...ALPHABET, ...STRANGE];
  const added = others.map((other) => before + other + text.slice(place));
  if (character === undefined) return added;
  const replaced = others.map((other) => before + other + after);
  const swapped = after === "" ? [] : [before + after[0] + character + after.slice(1)];
  // Some are the token itself again, as when equal neighbours are swapped.
  return [...added, ...replaced, ...swapped, before, before + after, after].filter((damaged) => damaged !== text);
}

function isSeen(IdempotencyKey, text) {
  try {
    IdempotencyKey.fromToken(text);
    return false;
  } catch (error) {
    return isRefusal(error, refusal("the token "));
  }
}

/** A key longer than what is passed to the crate at once, halves of surrogate pairs among it. */
function checkLong({ IdempotencyKey, idempotencyKeys }, report) {
  const key = idempotencyKeys.createSync(`${"order-é😀\ud83d".repeat(20_000)}\ude00`, { scope: "global" });
  const read = IdempotencyKey.fromToken(key.toToken());
  report.equal("token/a long key", { key: key.key, hash: key.hash }, { key: read.key, hash: read.hash });
}
