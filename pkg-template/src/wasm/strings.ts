/**
 * Strings to UTF-8 and back, in memory that is already there.
 *
 * Where the platform's encoder or decoder is missing (jsdom), or is a polyfill that lacks a method or gets a
 * sample wrong, its work is done by hand.
 */

const LAST_ASCII = 0x7f;
const REPLACEMENT_CHARACTER = 0xfffd;

/** One to four bytes a character, a byte order mark, which is to be kept, and a lone surrogate. */
const SAMPLE = "\ufeffa\u00e9\u20ac\u{1f600}";
const LONE = "\ud800z";

const encoder = tested(() => {
  const encoder = new TextEncoder();
  const [expected, bytes] = [new Uint8Array(32), new Uint8Array(32)];
  const { written } = encoder.encodeInto(SAMPLE + LONE, bytes.subarray(1));
  const length = encodeByHand(SAMPLE + LONE, expected.subarray(1));
  return written === length && bytes.every((byte, index) => byte === expected[index]) ? encoder : undefined;
});
const decoder = tested(() => {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const bytes = new Uint8Array(32);
  const length = encodeByHand(SAMPLE, bytes.subarray(1));
  return decoder.decode(bytes.subarray(1, length + 1)) === SAMPLE ? decoder : undefined;
});

function tested<T>(find: () => T | undefined): T | undefined {
  try {
    return find();
  } catch {
    return undefined;
  }
}

/** Bytes of UTF-8 that one UTF-16 code unit makes at most. */
export const BYTES_PER_UNIT = 3;

/**
 * Writes `text` at `offset`, if it is all ASCII.
 *
 * For short strings several times as fast as `encodeInto`, whose call alone costs 60 ns.
 */
export function writeAscii(text: string, bytes: Uint8Array, offset: number): boolean {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > LAST_ASCII) {
      return false;
    }
    bytes[offset + index] = unit;
  }
  return true;
}

/**
 * Writes `text` as UTF-8 at the start of `bytes`, which has room for it; a lone surrogate becomes
 * U+FFFD. Returns the bytes written.
 */
export const writeUtf8: (text: string, bytes: Uint8Array) => number =
  encoder === undefined
    ? (text, bytes) => encodeByHand(text, bytes)
    : (text, bytes) => encoder.encodeInto(text, bytes).written;

interface Native {
  latin1Slice?(this: Uint8Array, start: number, end: number): string;
  utf8Write?(this: Uint8Array, text: string, offset: number, length: number): number;
}

/**
 * Node's own conversions, which Bun and Deno have, too. Reached through the global, so that no bundler
 * brings a substitute for them.
 */
const native = (globalThis as { Buffer?: { prototype?: Native } }).Buffer?.prototype;

/**
 * For a hash it takes 50 ns, and `TextDecoder` 60 on Node 20, 70 on Node 26, 90 on Deno; on Bun 140, and
 * `TextDecoder` 90.
 */
const latin1Slice = "Bun" in globalThis ? undefined : native?.latin1Slice;

/**
 * From Node 22 to 24 it takes 4 µs for 100 kB of ASCII, and `encodeInto` 60. Other versions and other strings
 * don't tell them apart.
 */
const utf8Write = native?.utf8Write;

/** As {@link writeUtf8}, for long strings. */
export const writeLongUtf8: (text: string, bytes: Uint8Array) => number =
  utf8Write === undefined ? writeUtf8 : (text, bytes) => utf8Write.call(bytes, text, 0, bytes.length);

/** Reads UTF-8. */
export const readUtf8: (bytes: Uint8Array) => string =
  decoder === undefined ? decodeByHand : (bytes) => decoder.decode(bytes);

/** Reads ASCII, from `start` to before `end`. */
export const readAscii: (bytes: Uint8Array, start: number, end: number) => string =
  latin1Slice === undefined
    ? (bytes, start, end) => readUtf8(bytes.subarray(start, end))
    : (bytes, start, end) => latin1Slice.call(bytes, start, end);

/** As {@link writeUtf8}, but keeps lone surrogates, in three bytes each (WTF-8). */
export function writeWtf8(text: string, bytes: Uint8Array): number {
  return hasLoneSurrogate(text) ? encodeByHand(text, bytes, true) : writeUtf8(text, bytes);
}

/** Reads WTF-8, which the crate found well-formed. */
export function readWtf8(bytes: Uint8Array): string {
  const LEAD = 0xed;
  let text = "";
  let read = 0;
  for (let at = bytes.indexOf(LEAD); at >= 0; at = bytes.indexOf(LEAD, at + 1)) {
    const [second = 0, third = 0] = bytes.subarray(at + 1, at + 3);
    if (second >= 0xa0) {
      text +=
        readUtf8(bytes.subarray(read, at)) + String.fromCharCode(0xd000 | ((second & 0x3f) << 6) | (third & 0x3f));
      read = at + 3;
    }
  }
  return text + readUtf8(bytes.subarray(read));
}

function hasLoneSurrogate(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0xd800 && unit <= 0xdfff) {
      if ((text.codePointAt(index) ?? 0) <= 0xffff) {
        return true;
      }
      index++;
    }
  }
  return false;
}

function encodeByHand(text: string, bytes: Uint8Array, keepSurrogates = false): number {
  let written = 0;
  for (const character of text) {
    let point = character.codePointAt(0) ?? 0;
    if (point >= 0xd800 && point <= 0xdfff && !keepSurrogates) {
      point = REPLACEMENT_CHARACTER;
    }
    if (point < 0x80) {
      bytes[written++] = point;
      continue;
    }
    if (point < 0x800) {
      bytes[written++] = 0xc0 | (point >> 6);
    } else {
      if (point < 0x10000) {
        bytes[written++] = 0xe0 | (point >> 12);
      } else {
        bytes[written++] = 0xf0 | (point >> 18);
        bytes[written++] = 0x80 | ((point >> 12) & 0x3f);
      }
      bytes[written++] = 0x80 | ((point >> 6) & 0x3f);
    }
    bytes[written++] = 0x80 | (point & 0x3f);
  }
  return written;
}

function decodeByHand(bytes: Uint8Array): string {
  let escaped = "";
  for (const byte of bytes) {
    escaped += `%${byte.toString(16).padStart(2, "0")}`;
  }
  return decodeURIComponent(escaped);
}
