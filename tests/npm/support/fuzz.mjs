/** Two implementations beside each other on random cases, until they differ, or time or count is up. */

import fc from "fast-check";

import { show } from "../conformance/report.mjs";

/**
 * Runs `sides`, two functions of a case of `arbitrary`'s, and compares how they end: what they return, or the name and
 * message of what they throw. Resolves to how many cases were compared, and the difference found, if any, made small.
 */
export async function fuzz({ arbitrary, sides, seed, count = 2 ** 31 - 1, milliseconds }) {
  let compared = 0;
  const property = fc.asyncProperty(arbitrary, async (one) => {
    compared++;
    const [first, second] = await endings(sides, one);
    return first === second;
  });
  const details = await fc.check(property, { seed, numRuns: count, interruptAfterTimeLimit: milliseconds, markInterruptAsFailure: false });
  if (!details.failed) return { compared, difference: undefined };
  const [smallest] = details.counterexample;
  return { compared, difference: { case: show(smallest), results: await endings(sides, smallest) } };
}

async function endings(sides, one) {
  const found = [];
  // One after the other: both may read the same global context.
  for (const side of sides) found.push(show(await ended(side, one)));
  return found;
}

async function ended(side, one) {
  try {
    return await side(one);
  } catch (error) {
    return { threw: `${error.name}: ${error.message}` };
  }
}
