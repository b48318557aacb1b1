/** Random documents to hash: the same for the same seed, and well-formed. */

const DEEPEST = 4;

/** What names and texts are put together from, so that many names begin alike. */
const PIECES = [
  "a",
  "b",
  "key",
  "order",
  "_",
  '"',
  "\\",
  "\n",
  "\u0000",
  "\u007f",
  "é",
  "e\u0301",
  "€",
  "😀",
  "\ue000",
  "\uffff",
  "__proto__",
  "0",
  "10",
  " ",
  "null",
  "long_member_name",
];

/** Plain data that is its own JSON, from a `Random`. */
export function randomDocument(random, depth = 0) {
  const kind = random.below(depth > DEEPEST ? 6 : 9);
  if (kind === 0) return null;
  if (kind === 1) return random.chance(0.5);
  if (kind === 2) return random.below(2 ** 31) - 2 ** 30;
  if (kind === 3) return (random.below(2 ** 31) / 1000) * 10 ** (random.below(60) - 30);
  if (kind < 6) return text(random);
  if (kind === 6) return Array.from({ length: random.below(6) }, () => randomDocument(random, depth + 1));
  const length = random.below(random.chance(0.02) ? 80 : 8);
  return Object.fromEntries(Array.from({ length }, () => [text(random), randomDocument(random, depth + 1)]));
}

function text(random) {
  return Array.from({ length: random.below(4) }, () => random.pick(PIECES)).join("");
}
