/**
 * Calls the package at every depth near the end of the stack, and then again with room to spare.
 * Argument: the package's main file, and "fresh" to load it anew at each depth, so that compiling
 * and starting the instance are cut short, too.
 */

import { createRequire } from "node:module";

import { callsOf as calls } from "./calls.mjs";

const [file, fresh] = process.argv.slice(2);
const require = createRequire(import.meta.url);
/** How often, and in how many of the last frames. Starting the instance takes far more stack than using it. */
const [ROUNDS, FRAMES] = fresh ? [2, 1_500] : [6, 100];

function load() {
  if (fresh) for (const name of Object.keys(require.cache)) if (name.includes("idempotency-keys")) delete require.cache[name];
  return require(file).idempotencyKeys;
}

/**
 * Fills the stack, and on the way back up calls `attempt` in each of the last frames: first with no
 * room at all, then with one frame more each time. Frames of several sizes end inside at all places.
 */
function fill(padding, attempt) {
  const thin = () => {
    try {
      thin();
    } catch {
      // Full.
    }
    if (attempt.count < FRAMES) attempt();
  };
  const thick = (a, b, c, d, e, f) => {
    const [g, h, i] = [a + b, c + d, e + f];
    try {
      thick(g, h, i, a, b, c);
    } catch {
      // Full.
    }
    if (attempt.count < FRAMES) attempt();
    return g + h + i;
  };
  if (padding === 0) thin();
  else thick(1, 2, 3, 4, 5, 6);
}

const found = { right: 0, refused: 0, wrong: [] };
let keys = load();

for (let round = 0; round < ROUNDS; round++) {
  for (const name of Object.keys(calls(keys))) {
    if (fresh) keys = load();
    const [call, expected] = calls(keys)[name];
    const ends = new Array(FRAMES);
    const attempt = () => {
      const index = attempt.count;
      attempt.count += 1;
      ends[index] = "unknown";
      try {
        ends[index] = call();
      } catch (error) {
        ends[index] = error;
      }
    };
    attempt.count = 0;
    fill(round % 2, attempt);
    for (const end of ends.slice(0, attempt.count)) {
      if (end === expected) found.right += 1;
      else if (end === "unknown" || end instanceof RangeError || end?.code === "ERR_ENGINE") found.refused += 1;
      else found.wrong.push(`${name}: ${end}`);
    }
    for (const [after, [again, right]] of Object.entries(calls(keys))) {
      const value = again();
      if (value !== right) found.wrong.push(`${after} after ${name}: ${value}`);
    }
  }
}
console.log(JSON.stringify({ ...found, wrong: found.wrong.slice(0, 5) }));
