/** Failing inputs to smaller ones that fail, too. */

const STEPS = 5_000;

/** Variants of a value, the most daring first. Plain data only. */
export function* smaller(value) {
  if (typeof value === "string") {
    yield* smallerList(value, "", (text, start, end) => text.slice(0, start) + text.slice(end));
    yield* simplerUnits(value);
  } else if (Array.isArray(value)) {
    yield* smallerList(value, [], (list, start, end) => list.toSpliced(start, end - start));
    for (const [index, item] of value.entries()) {
      for (const variant of smaller(item)) yield value.with(index, variant);
    }
  } else if (typeof value === "number" || typeof value === "bigint") {
    if (!Object.is(value, 1)) yield 1;
  } else if (typeof value === "object" && value !== null) {
    for (const name of Object.keys(value)) {
      const { [name]: member, ...rest } = value;
      if (member !== undefined) yield rest;
      for (const variant of smaller(member)) yield { ...value, [name]: variant };
    }
  }
}

/** Nothing at all, without the first or second half, quarter and so on, down to one item. */
function* smallerList(list, empty, without) {
  if (list.length > 0) yield empty;
  for (let size = Math.floor(list.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let start = 0; start + size <= list.length; start += size) yield without(list, start, start + size);
  }
}

function* simplerUnits(text) {
  for (let index = 0; index < Math.min(text.length, 200); index++) {
    if (text[index] !== "a") yield `${text.slice(0, index)}a${text.slice(index + 1)}`;
  }
}

/** The smallest variant found for which `fails` resolves to true, as it does for `failing`. */
export async function shrink(failing, fails) {
  let smallest = failing;
  let steps = 0;
  for (let found = true; found; ) {
    found = false;
    for (const variant of smaller(smallest)) {
      if (++steps > STEPS) return smallest;
      if (await fails(variant)) {
        smallest = variant;
        found = true;
        break;
      }
    }
  }
  return smallest;
}
