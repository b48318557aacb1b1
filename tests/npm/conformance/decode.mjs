/**
 * The `$` encoding of tests/vectors: JSON for values that JSON has no words for. README.md beside
 * the vectors lists the forms.
 */

const FORMS = {
  $utf16: (units) => units.reduce((text, unit) => text + String.fromCharCode(unit), ""),
  $repeat: ([text, times], refs) => decode(text, refs).repeat(times),
  $concat: (texts, refs) => texts.map((text) => decode(text, refs)).join(""),
  $fill: ([item, length], refs) => Array.from({ length }, () => decode(item, refs)),
  $range: ([prefix, length]) => Array.from({ length }, (_, index) => prefix + index),
  $undefined: () => undefined,
  $number: (text) => Number(text),
  $bigint: (text) => BigInt(text),
  $boxedString: (text) => new String(text),
  $date: (time) => new Date(time),
  $function: () => () => {},
  $object: (members, refs) => decodeMembers(members, refs),
  $ref: (name, refs) => {
    if (!refs || !Object.hasOwn(refs, name)) throw new Error(`no value is named ${name}`);
    return refs[name];
  },
};

/** The value that `encoded` stands for. `refs` holds what `{ $ref: name }` refers to. */
export function decode(encoded, refs) {
  if (Array.isArray(encoded)) return decodeArray(encoded, refs);
  if (typeof encoded !== "object" || encoded === null) return encoded;
  const names = Object.keys(encoded);
  const [form] = names;
  if (names.length !== 1 || !form.startsWith("$")) return decodeMembers(encoded, refs);
  if (!Object.hasOwn(FORMS, form)) throw new Error(`unknown form ${form}`);
  return FORMS[form](encoded[form], refs);
}

function decodeArray(items, refs) {
  const array = new Array(items.length);
  items.forEach((item, index) => {
    if (item?.$hole !== true) array[index] = decode(item, refs);
  });
  return array;
}

function decodeMembers(members, refs) {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, decode(value, refs)]));
}

/** `text` in the shortest form that any JSON reader takes. */
export function encodeText(text) {
  const repeated = encodeRepeated(text);
  if (repeated) return repeated;
  if (text.isWellFormed()) return text;
  const pieces = text
    .split(/((?:[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff])+)/)
    .filter((piece) => piece !== "")
    .map((piece) => (piece.isWellFormed() ? piece : { $utf16: units(piece) }));
  const forms = [{ $utf16: units(text) }, pieces.length === 1 ? pieces[0] : { $concat: pieces }];
  const [shorter] = forms.sort((a, b) => JSON.stringify(a).length - JSON.stringify(b).length);
  return shorter;
}

function encodeRepeated(text) {
  for (const length of [1, 2]) {
    const unit = text.slice(0, length);
    const times = text.length / length;
    if (times >= 24 && unit.repeat(times) === text) return { $repeat: [encodeText(unit), times] };
  }
  return undefined;
}

function units(text) {
  return Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
}
