/**
 * The `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header-07, section 2.1): a string of
 * RFC 8941, section 3.3.3, and the bare form that clients send in practice.
 */

const LONGEST = 255;

const STRING = String.raw`"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"`;
/** Visible ASCII but for the characters that separate values and parameters. */
const BARE = String.raw`[\x21\x23-\x2b\x2d-\x3a\x3c-\x7e]+`;
const DISPLAY_STRING = String.raw`%"(?:[\x20\x21\x23\x24\x26-\x7e]|%[0-9a-f]{2})*"`;
const BASE64 = `(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?`;
/** Decimal, integer or date, boolean, bytes, token, string, display string (RFC 9651, section 3.3). */
const VALUE = String.raw`(?:-?\d{1,12}\.\d{1,3}|@?-?\d{1,15}|\?[01]|:${BASE64}:|[A-Za-z*][\w:/!#$%&'*+.^|~\x60-]*|${STRING}|${DISPLAY_STRING})`;
const PARAMETERS = String.raw`(?:;\x20*[a-z*][a-z0-9_.*-]*(?:=${VALUE})?)*`;
const FIELD = new RegExp(`^\\x20*(?:(${STRING})|(${BARE}))${PARAMETERS}\\x20*$`);

/**
 * The key in a field's lines; undefined where there is none that is 1 to 255 characters long, or more
 * than one line.
 */
export function parseKey(lines: readonly string[]): string | undefined {
  const [line] = lines;
  if (line === undefined || lines.length > 1) return undefined;
  const [, quoted, bare] = FIELD.exec(line) ?? [];
  const key = bare ?? quoted?.slice(1, -1).replace(/\\(.)/g, "$1");
  return key === undefined || key === "" || key.length > LONGEST ? undefined : key;
}
