/** What a run of the suite found. */

const LONGEST = 300;

export class Report {
  passed = 0;
  /** `{ id, expected, actual }`, as strings. */
  failed = [];
  /** `{ id, reason }`: cases that say nothing about this package. */
  skippedByDesign = [];
  /** How many cases went by each rule in which this package differs from the SDK by choice. */
  differences = {};
  /** How many checks each suite made. */
  checks = {};

  /** Notes whether `actual` is `expected`, part by part. */
  equal(id, expected, actual) {
    const texts = [show(expected), show(actual)];
    if (texts[0] === texts[1]) {
      this.passed += 1;
    } else {
      const [short, found] = texts.map((text) => shorten(text));
      this.failed.push({ id, expected: short, actual: found });
    }
  }

  skip(id, reason) {
    this.skippedByDesign.push({ id, reason });
  }

  /** Counts a case whose expectation is ours, not the SDK's. */
  differs(rule) {
    this.differences[rule] = (this.differences[rule] ?? 0) + 1;
  }
}

function shorten(text) {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length} characters)` : text;
}

/**
 * A value as text that is equal only for equal values: unlike JSON it tells apart `undefined`,
 * holes, `-0`, NaN, bigints, dates and boxed strings. Keys of this package count as their hashes.
 */
export function show(value) {
  if (Object.is(value, -0)) return "-0";
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "function";
  if (typeof value !== "object" || value === null) return String(value);
  if (isKey(value)) return JSON.stringify(String(value));
  if (Array.isArray(value)) return `[${showItems(value)}]`;
  if (value instanceof Date) return `Date(${value.getTime()})`;
  if (value instanceof String) return `String(${JSON.stringify(String(value))})`;
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}: ${show(value[name])}`).join(", ")}}`;
}

function showItems(array) {
  return Array.from(array, (item, index) => (index in array ? show(item) : "hole")).join(", ");
}

/** Whether `value` is a key object: has a hash and is used as one. */
export function isKey(value) {
  return typeof value === "object" && value !== null && typeof value.hash === "string" && value.hash === String(value);
}
