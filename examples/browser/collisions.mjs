/**
 * Which other material makes the same key. Parts are joined with "-" and nothing marks where one
 * ends, so that every cut of the joined text at its dashes makes one key. That is the SDK's format.
 */

const DELIMITER = "-";
const EXAMPLES = 3;
/** A longer array shows nothing that a shorter one doesn't. */
const MOST_PIECES = 6;
/** Past this the exact count says nothing more. */
const COUNTED_CUTS = 20;

/**
 * @param {string[]} parts The material's parts; a single string is an array of one.
 * @returns `level`: "ambiguous" if other values in the same places make the same key, "shape" if only
 * another number of parts does, "clear" if nothing does; `dashed`: the first part with a dash;
 * `others` and `examples`: how many other arrays there are, and some of them.
 */
export function findCollisions(parts) {
  const pieces = parts.join(DELIMITER).split(DELIMITER);
  const cuts = parts.length === 0 ? 0 : pieces.length - 1;
  const dashed = parts.findIndex((part) => part.includes(DELIMITER));
  const clear = cuts === 0 || (parts.length === 1 && isJsonList(parts[0]));
  return {
    level: clear ? "clear" : parts.length > 1 && dashed >= 0 ? "ambiguous" : "shape",
    dashed,
    others: cuts > COUNTED_CUTS ? Infinity : 2 ** cuts - 1,
    examples: clear ? [] : examplesOf(parts, pieces),
  };
}

/** An array written as JSON: its quotes and commas mark where each value ends. */
function isJsonList(text) {
  try {
    const list = JSON.parse(text);
    return Array.isArray(list) && JSON.stringify(list) === text;
  } catch {
    return false;
  }
}

/** Those with the same number of parts first, then the string as one, then cut at every dash. */
function examplesOf(parts, pieces) {
  const lists = new Map();
  const add = (list) => lists.set(JSON.stringify(list), list);
  for (const list of cutInto(pieces, parts.length)) {
    add(list);
    if (lists.size > EXAMPLES) break;
  }
  add([pieces.join(DELIMITER)]);
  if (pieces.length <= MOST_PIECES) add(pieces);
  lists.delete(JSON.stringify(parts));
  return [...lists.values()].slice(0, EXAMPLES);
}

/** All the ways to join `pieces` into `count` parts. */
function* cutInto(pieces, count) {
  if (count === 1) {
    yield [pieces.join(DELIMITER)];
    return;
  }
  for (let end = 1; end <= pieces.length - count + 1; end++) {
    for (const rest of cutInto(pieces.slice(end), count - 1)) {
      yield [pieces.slice(0, end).join(DELIMITER), ...rest];
    }
  }
}
