/** Random keys: UUIDs of version 7 (RFC 9562), each greater than the one before. */

const KEYS = 5_000;
const VERSION_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
/** Milliseconds by which a clock may be set while the suite runs. */
const TOLERANCE = 1_000;
const MOST_REPEATED = 3;

export function randomKeys({ main: { randomKey } }, _, report) {
  const began = Date.now();
  const keys = Array.from({ length: KEYS }, () => randomKey());
  const ended = Date.now();

  report.equal("random/version 7", [], keys.filter((key) => !VERSION_7.test(key)).slice(0, 3));
  report.equal("random/each is greater than the one before", [], keys.filter((key, index) => index > 0 && !(key > keys[index - 1])).slice(0, 3));
  report.equal("random/no two are the same", KEYS, new Set(keys).size);
  const early = keys.filter((key) => timeOf(key) < began - TOLERANCE);
  const late = keys.filter((key) => timeOf(key) > ended + TOLERANCE);
  report.equal("random/they tell the time", { early: [], late: [] }, { early: early.slice(0, 3), late: late.slice(0, 3) });

  // The last 32 bits are random in every key: of 5,000 hardly ever two are alike, let alone more.
  const tails = keys.map((key) => Number.parseInt(key.slice(-8), 16));
  const repeated = KEYS - new Set(tails).size;
  report.equal("random/the tails differ", true, repeated <= MOST_REPEATED);
  const ever = tails.reduce((bits, tail) => bits | tail, 0) >>> 0;
  const always = tails.reduce((bits, tail) => bits & tail, ~0) >>> 0;
  report.equal("random/no bit of the tails stands still", { ever: 0xffffffff, always: 0 }, { ever, always });
}

function timeOf(key) {
  return Number.parseInt(key.slice(0, 8) + key.slice(9, 13), 16);
}
