/** Every case, for any runtime and framework: a runner gives `serve` and `newStore`. */
import { ANSWER_CASES } from "./answer-cases.mjs";
import { FLOW_CASES } from "./flow-cases.mjs";
import { KEY_CASES } from "./key-cases.mjs";
import { PAYLOAD_CASES } from "./payload-cases.mjs";

export const CASES = { ...KEY_CASES, ...PAYLOAD_CASES, ...ANSWER_CASES, ...FLOW_CASES };

/** Runs all cases, a few at a time; the names of those that failed, and why. */
export async function report(setting, at = 4) {
  const left = Object.entries(CASES);
  const failures = [];
  const work = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [name, run] = next;
      try {
        await run(setting);
      } catch (error) {
        failures.push(`${name}: ${error?.stack ?? error}`);
      }
    }
  };
  await Promise.all(Array.from({ length: at }, work));
  return { cases: Object.keys(CASES).length, failures };
}
