/**
 * Strings of RFC 8941, section 3.3.3, as fields, and what they stand for; undefined: no string. The cases of
 * httpwg/structured-field-tests (string.json and string-generated.json, commit 1e280c3), those of one line.
 */
const VISIBLE = ({ code }) => code >= 0x20 && code <= 0x7e;
const MUST_BE_ESCAPED = ({ char }) => char === '"' || char === "\\";

const ASCII = Array.from({ length: 128 }, (_, code) => ({ code, char: String.fromCharCode(code) }));
const long = "foo ".repeat(65);

export const STRUCTURED_STRINGS = [
  ['"foo bar"', "foo bar"],
  ['""', ""],
  [`"${long}"`, long],
  ['"   "', "   "],
  ['"füü"', undefined],
  ['"\t"', undefined],
  ['" \n "', undefined],
  ['"foo', undefined],
  ['"foo \\"bar\\" \\\\ baz"', 'foo "bar" \\ baz'],
  ['"foo \\,"', undefined],
  ['"foo \\"', undefined],
  ['"foo \\', undefined],
  ...ASCII.map((one) => [`" ${one.char} "`, VISIBLE(one) && !MUST_BE_ESCAPED(one) ? ` ${one.char} ` : undefined]),
  ...ASCII.map((one) => [`"\\${one.char}"`, MUST_BE_ESCAPED(one) ? one.char : undefined]),
];
