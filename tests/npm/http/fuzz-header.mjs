/** The header's key beside another parser of structured fields (RFC 9651): random fields, and which key each of the two reads. */

import fc from "fast-check";
import { parseItem } from "structured-headers";

import { upTo, weighted } from "../support/arbitraries.mjs";
import { http, runOnce } from "./package.mjs";

const LONGEST = 255;

const joined = (arbitrary) => arbitrary.map((parts) => parts.join(""));
const chars = (characters, options) => fc.string({ unit: fc.constantFrom(...characters), size: "max", ...options });
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => String.fromCharCode(from + index));

const VISIBLE = range(0x21, 0x7e);
const DIGITS = range(0x30, 0x39);
const LOWER = range(0x61, 0x7a);
/** What a header can carry at all. */
const SENDABLE = [...range(0x20, 0x7e), ...range(0x80, 0xff), "\t"];

/** Short, or about as long as a key may be. */
const repeated = (unit) => joined(weighted([8, upTo(12, unit)], [2, fc.array(unit, { minLength: LONGEST - 3, maxLength: LONGEST + 3, size: "max" })]));

const string = repeated(weighted([8, fc.constantFrom(...LOWER, " ", ",", ";", "=", "!", "~")], [2, fc.constantFrom('\\"', "\\\\")])).map(
  (inside) => `"${inside}"`,
);
const bare = repeated(fc.constantFrom(...VISIBLE.filter((character) => !'",;'.includes(character))));
const digits = (maxLength) => chars(DIGITS, { minLength: 1, maxLength });
const sign = fc.constantFrom("", "-");
const value = fc.oneof(
  string,
  joined(fc.tuple(sign, digits(17))),
  joined(fc.tuple(sign, digits(14), fc.constant("."), digits(4))),
  joined(fc.tuple(fc.constant("@"), sign, digits(12))),
  joined(fc.tuple(chars([...LOWER, "A", "*"], { minLength: 1, maxLength: 1 }), chars([...LOWER, ...DIGITS, ..."Z:/!#$%&'*+-.^_`|~"], { maxLength: 5 }))),
  fc.uint8Array({ maxLength: 9 }).map((bytes) => `:${Buffer.from(bytes).toString("base64")}:`),
  fc.constantFrom("?0", "?1"),
  joined(upTo(6, fc.constantFrom("a", " ", "\\", "%22", "%c3%a9", "%25"))).map((inside) => `%"${inside}"`),
);
const parameter = joined(
  fc.tuple(
    fc.constantFrom(";", ";", "; ", ";   "),
    chars([...LOWER, "*"], { minLength: 1, maxLength: 1 }),
    chars([...LOWER, ...DIGITS, ..."_-.*"], { maxLength: 4 }),
    weighted([3, ""], [7, value.map((one) => `=${one}`)]),
  ),
);
const spaces = weighted([4, ""], [1, fc.constantFrom(" ", "  ", "\t")]);

const valid = joined(fc.tuple(spaces, fc.oneof(string, bare), joined(upTo(3, parameter)), spaces));
const edit = fc.record({ at: fc.nat(), cut: fc.nat(2), put: weighted([1, ""], [2, fc.constantFrom(...'";=,\\:@?%-. *')], [1, fc.constantFrom(...SENDABLE)]) });

/** A field, often with something wrong in it. */
export const arbitrary = fc.tuple(valid, weighted([1, []], [2, upTo(3, edit)])).map(([field, edits]) =>
  edits.reduce((text, { at, cut, put }) => {
    const place = at % (text.length + 1);
    return text.slice(0, place) + put + text.slice(place + cut);
  }, field),
);

/** The key as the handler is told it, or the problem's code. */
async function ours(field) {
  let key;
  const handler = http.createIdempotency({ store: new runOnce.MemoryStore(), caller: "anyone" })((request, context, once) => {
    ({ key } = once);
    return new Response(null, { status: 204 });
  });
  const response = await handler(new Request("http://localhost/", { method: "POST", headers: { "idempotency-key": field } }));
  return key ?? (await response.json()).code;
}

/**
 * What the reference reads, and how the wrapper differs on purpose: visible ASCII but for `"`, `,` and `;` counts as a
 * string in quotation marks, and a key has 1 to 255 characters.
 */
function theirs(field) {
  const line = new Headers({ "idempotency-key": field }).get("idempotency-key");
  const [head] = /^"(?:\\.|[^"\\])*"|^[!#-+\--:<-~]*/.exec(line) ?? [""];
  try {
    const [text] = parseItem(head.startsWith('"') ? head : `"${head.replace(/\\/g, "\\\\")}"`);
    parseItem(`"k"${asParsed(line.slice(head.length))}`);
    return text.length >= 1 && text.length <= LONGEST ? text : "key-invalid";
  } catch {
    return "key-invalid";
  }
}

/**
 * Parameters as the reference parses them: it takes a date only at the end, so that dates become integers; and it decodes
 * display strings, which the wrapper doesn't, so that their bytes become ASCII.
 */
function asParsed(parameters) {
  return parameters.replace(/=@(?=-?\d+(?:[; ]|$))/g, "=").replace(/%[89a-f][0-9a-f]/g, "%7e");
}

export const sides = { "structured-headers 2.1.0": theirs, "this package": ours };
