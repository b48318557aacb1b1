/**
 * The package beside another implementation on random cases, for as long as asked:
 *
 *   node tests/npm/fuzz.mjs <fuzz-sdk | fuzz-js | fuzz-header> <seconds> [seed]
 *
 * Prints how much was compared. Ends with status 1 at the first difference, made as small as it
 * gets, and the seed that repeats it.
 */

import { fuzz } from "./support/fuzz.mjs";

const SUBJECTS = { "fuzz-sdk": "./keys/fuzz-sdk.mjs", "fuzz-js": "./keys/fuzz-js.mjs", "fuzz-header": "./http/fuzz-header.mjs" };

const [name, ...numbers] = process.argv.slice(2);
const [seconds, seed = Date.now() % 2 ** 31] = numbers.map(Number);
if (!Object.hasOwn(SUBJECTS, name) || !(seconds > 0) || !Number.isInteger(seed)) {
  throw new Error(`usage: node tests/npm/fuzz.mjs <${Object.keys(SUBJECTS).join(" | ")}> <seconds> [seed]`);
}

const { arbitrary, sides } = await import(SUBJECTS[name]);
const { compared, difference } = await fuzz({ arbitrary, sides: Object.values(sides), seed, milliseconds: seconds * 1_000 });
console.log(`${compared} cases compared, ${Object.keys(sides).join(" and ")}, seed ${seed}`);
if (difference) {
  console.log(`They differ for ${difference.case}`);
  Object.keys(sides).forEach((side, index) => console.log(`  ${side}: ${difference.results[index]}`));
  process.exitCode = 1;
}
