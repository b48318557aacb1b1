/**
 * This package against the real SDK, for as long as asked:
 *
 *   node tests/npm/keys/fuzz-sdk.mjs <seconds> [seed]
 *
 * Prints how much was compared. Ends with status 1 at the first difference, made as small as it
 * gets, and the seed that repeats it.
 */

import { makeKeysWith, ours, theirs } from "./fuzz/cases.mjs";
import { fuzz } from "./fuzz/run.mjs";
import { mainSubject, triggerSdkSubject } from "../conformance/subject.mjs";
import { importEntries } from "../support/entries.mjs";

const [seconds, seed = Date.now() % 2 ** 32] = process.argv.slice(2).map(Number);
if (!(seconds > 0) || !Number.isInteger(seed)) throw new Error("usage: node tests/npm/keys/fuzz-sdk.mjs <seconds> [seed]");

const { main, triggerSdk } = await importEntries();
makeKeysWith(main);
const subject = { ...mainSubject(main), ...(triggerSdk && { sdk: triggerSdkSubject(triggerSdk).sdk }) };
const sides = [theirs, (one) => ours(one, subject)];

const { compared, difference } = await fuzz({ seed, milliseconds: seconds * 1_000, sides });
console.log(`${compared} cases compared with @trigger.dev/core 4.8.3, seed ${seed}`);
if (difference) {
  console.log(`They differ for ${difference.case}\n  the SDK: ${difference.results[0]}\n  here:    ${difference.results[1]}`);
  process.exitCode = 1;
}
