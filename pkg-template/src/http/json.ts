/** JSON bodies, and whether reading them loses anything. */

const QUOTE = 0x22;
const COLON = 0x3a;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const NUMBER = /[-+.\deE]+/y;
const DECIMAL = /^-?(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/;

/** A number's digits without zeros around them, and the exponent of the first: `1.0` and `1` have the same. */
function magnitude(number: string): string {
  const [, whole = "", fraction = "", exponent = "0"] = DECIMAL.exec(number) ?? [];
  const digits = whole + fraction;
  const first = digits.search(/[1-9]/);
  if (first < 0) return "0";
  return `${digits.slice(first).replace(/0+$/, "")}e${whole.length - first + Number(exponent)}`;
}

/** Whether the number is what its double stands for, such as `1.0` and `0.1`, but not `9007199254740993`. */
function isExact(number: string): boolean {
  const read = String(Number(number));
  return read === number || magnitude(read) === magnitude(number);
}

/** Where the string that begins at `at` has ended. */
export function stringEnd(text: string, at: number): number {
  for (let end = at; ; ) {
    end = text.indexOf('"', end + 1);
    let before = end - 1;
    while (text[before] === "\\") before--;
    if ((end - before) % 2 === 1) return end + 1;
  }
}

function countMembers(value: unknown): number {
  let members = 0;
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== "object" || next === null) continue;
    const values: unknown[] = Object.values(next);
    if (!Array.isArray(next)) members += values.length;
    for (const inner of values) if (typeof inner === "object") open.push(inner);
  }
  return members;
}

/**
 * The value of JSON; undefined for a string that is none, or where two strings that say different things
 * have this value: duplicate members, numbers that no double is.
 */
export function parseExactly(text: string): { readonly value: unknown } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  let members = 0;
  for (let at = 0; at < text.length; ) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      at = stringEnd(text, at);
    } else if (unit === MINUS || (unit >= ZERO && unit <= NINE)) {
      NUMBER.lastIndex = at;
      const [number = ""] = NUMBER.exec(text) ?? [];
      if (!isExact(number)) return undefined;
      at += number.length;
    } else {
      if (unit === COLON) members++;
      at++;
    }
  }
  return members === countMembers(value) ? { value } : undefined;
}
