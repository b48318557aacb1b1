/**
 * Makes the vector files of this folder from the recordings in another one, and proves that
 * nothing a test reads was lost: `node convert.mjs <folder of recordings>`. README.md says what
 * is left out and why.
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { decode, encodeText } from "../npm/conformance/decode.mjs";
import { cases, compactRequest, impliedOptions } from "../npm/support/vectors.mjs";

const REFERENCE = "4.8.3";
const OLDER = ["4.3.3", "4.4.6"];
const OF_EVERY_VERSION = new Set(["catalog", "reset", "trigger"]);
const COMMENTS = {
  create: "createIdempotencyKey(key, options) in the task ctx; null: outside a task. Options of the result are the parts joined with '-' and the scope.",
  make: "makeIdempotencyKey(key); with batchIndex i: of flattenIdempotencyKey([key, String(i)]), as the SDK does for each item of a batch.",
  is: "isIdempotencyKey(value).",
  flatten: "flattenIdempotencyKey(value).",
  attemptKey: "attemptKey(ctx).",
  js: "The value of a JavaScript expression over m, the module, in the task ctx, or with rawCtx as the SDK's context: what happens to input that the types forbid.",
  catalog: "Operations in order, and a result for each one that reports.",
  reset: "resetIdempotencyKey(...args): the requests that it sends to server, and how it ends. A request that is a text is the usual one for that key.",
  trigger: "The idempotency fields of the requests that the SDK's trigger functions send.",
  schema: "What the server's schemas, as the SDK exports them, make of an input.",
  serverOnly: "What the server reads out of a run.",
  ttl: "value is a time-to-live; webapp.ms is what the server takes it for in milliseconds (null: it ignores it), expect.ms what the SDK's own parser does.",
};

const [folder] = process.argv.slice(2);
if (!folder) throw new Error("name the folder that holds the recordings");

let total = 0;
for (const suite of Object.keys(COMMENTS)) {
  const recorded = JSON.parse(readFileSync(join(folder, `${suite}.json`), "utf8"));
  const file = compact(suite, recorded);
  const text = print(file);
  verify(suite, recorded, JSON.parse(text));
  writeFileSync(join(import.meta.dirname, `${suite}.json`), text);
  total += file.cases.length;
}
console.log(`${total} cases`);

function compact(suite, recorded) {
  const file = {
    _comment: COMMENTS[suite],
    _source: `@trigger.dev/core and @trigger.dev/sdk ${REFERENCE} as published on npm, run on Node ${recorded.node.slice(1)}`,
    suite,
  };
  if (suite === "ttl") file._source += `; webapp.ms: triggerdotdev/trigger.dev at ${recorded.webappSource}`;
  if (recorded.cases.some(({ input }) => "ctx" in input)) file.hasContext = true;
  if (suite === "reset") file.headerNames = {};
  file.cases = recorded.cases.map(({ id, input, expect, webapp }) => {
    const result = { id, ...encode(input) };
    if (result.ctx === null) delete result.ctx;
    result.expect = compactResult(file, input, at(expect, REFERENCE));
    const older = OF_EVERY_VERSION.has(suite) ? olderResults(file, input, expect) : {};
    if (Object.keys(older).length > 0) result.at = older;
    if (webapp) result.webapp = webapp;
    return result;
  });
  return file;
}

function olderResults(file, input, expect) {
  const reference = compactResult(file, input, at(expect, REFERENCE));
  return Object.fromEntries(
    OLDER.map((version) => [version, difference(reference, compactResult(file, input, at(expect, version)))]).filter(
      ([, fields]) => Object.keys(fields).length > 0,
    ),
  );
}

/** The fields in which `result` is not `reference`; null for one that it does not have. */
function difference(reference, result) {
  const names = new Set([...Object.keys(reference), ...Object.keys(result)]);
  return Object.fromEntries(
    [...names].filter((name) => JSON.stringify(reference[name]) !== JSON.stringify(result[name])).map((name) => [name, result[name] ?? null]),
  );
}

function compactResult(file, input, result) {
  const short = encode(replaceLong(result, input));
  const implied = impliedOptions(file.suite, encode(input), short);
  if (implied && same(short.options, implied)) delete short.options;
  if (short.headerNames) short.headerNames = nameHeaders(file.headerNames, short.headerNames);
  if (file.suite === "reset" && short.requests) short.requests = short.requests.map(compactRequest);
  if (file.suite === "ttl") return "ms" in short ? { ms: short.ms } : {};
  return short;
}

function nameHeaders(sets, names) {
  const known = Object.keys(sets).find((name) => same(sets[name], names));
  if (known) return known;
  const name = String(Object.keys(sets).length);
  sets[name] = names;
  return name;
}

/** The result at one version. */
function at(expect, version) {
  const { versions, ...result } = expect.find((entry) => entry.versions.includes(version));
  return result;
}

/** Texts over 2,048 units were recorded as digests: finds the text of the input that has them. */
function replaceLong(result, input) {
  if (Array.isArray(result)) return result.map((item) => replaceLong(item, input));
  if (typeof result !== "object" || result === null) return result;
  if (!result.$long) {
    return Object.fromEntries(Object.entries(result).map(([name, value]) => [name, replaceLong(value, input)]));
  }
  const text = longTexts(decode(input, { k: "" })).find((candidate) => isLong(candidate, result.$long));
  return text === undefined ? result : encodeText(text);
}

function longTexts(value) {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  const inside = Object.values(value).flatMap(longTexts);
  if (!Array.isArray(value)) return inside;
  const joined = value.join("-");
  return [...inside, joined, ...Array.from({ length: 300 }, (_, index) => `${joined}-${index}`)];
}

function isLong(text, long) {
  return (
    text.length === long.utf16Length &&
    createHash("sha256").update(text, "utf8").digest("hex") === long.sha256Utf8 &&
    createHash("sha256").update(text, "utf16le").digest("hex") === long.sha256Utf16le
  );
}

/** Ill-formed and repetitive texts in their shortest form; everything else as it is. */
function encode(value) {
  if (typeof value === "string") return value.length >= 24 ? encodeText(value) : value;
  if (Array.isArray(value)) return value.map(encode);
  if (typeof value !== "object" || value === null) return value;
  if (value.$utf16) return encodeText(decode(value));
  if (Object.keys(value).some((name) => name.startsWith("$"))) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, encode(member)]));
}

function same(a, b) {
  return JSON.stringify(encode(a)) === JSON.stringify(encode(b));
}

/** JSON with one case a line. */
function print({ cases: list, ...head }) {
  const fields = Object.entries(head).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  const lines = list.map((item) => JSON.stringify(item)).join(",\n");
  return `{ ${fields.join(",\n  ")},\n  "cases": [\n${lines}\n] }\n`;
}

/** What the file says, put back into the recorded shape and decoded, is what was recorded. */
function verify(suite, recorded, file) {
  const restored = cases(file);
  assert.equal(restored.length, recorded.count);
  recorded.cases.forEach(({ id, input, expect, webapp }, index) => {
    const full = restored[index];
    assert.equal(full.id, id);
    const { webapp: kept, ...restoredInput } = full.input;
    assert.deepEqual(kept, webapp, id);
    assert.deepEqual(plain(restoredInput), plain(input), id);
    for (const version of OF_EVERY_VERSION.has(suite) ? [REFERENCE, ...OLDER] : [REFERENCE]) {
      const expected = plain(replaceLong(at(expect, version), input));
      const actual = plain(full.at?.[version] ?? full.expect);
      if (suite === "ttl") {
        assert.deepEqual(actual.ms, expected.ms, id);
      } else {
        assert.deepEqual(actual, expected, `${id} at ${version}`);
      }
    }
  });
}

/** `value` with every encoded text decoded, and all other forms as they are written. */
function plain(value) {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if (value.$utf16 || value.$repeat || value.$concat) return decode(value);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}
