/**
 * Bare calls and the package's take turns in short rounds, so that a busy machine slows both alike; the overhead is
 * the median of the rounds' ratios.
 */

const ROUNDS = 15;

/** The columns of what `compare` prints. */
export function heading(seconds) {
  console.log(`Node ${process.version}, ${seconds} s a line, rounds of ${Math.round((seconds * 1000) / (2 * ROUNDS))} ms\n`);
  console.log("| what | calls at once | bare calls/s | calls/s | overhead | p50 ms, bare / ours | p99 ms |");
  console.log("|---|---|---|---|---|---|---|");
}

/** Runs `call` from `lanes` lanes for a time; gives the calls a second and each call's milliseconds. */
async function measure(call, lanes, ms) {
  const times = [];
  const began = performance.now();
  const until = began + ms;
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (let start = performance.now(); start < until; ) {
        await call();
        const now = performance.now();
        times.push(now - start);
        start = now;
      }
    }),
  );
  return { rate: (times.length * 1000) / (performance.now() - began), times };
}

const quantile = (values, q) => Float64Array.from(values).sort()[Math.floor(values.length * q)];
const median = (values) => quantile(values, 0.5);

/** Prints a line: what `ours` takes beside `bare`, each called from `lanes` lanes for half of `seconds`. */
export async function compare(name, seconds, lanes, bare, ours) {
  const ms = (seconds * 1000) / (2 * ROUNDS);
  const rounds = [];
  const times = { bare: [], ours: [] };
  for (let round = 0; round <= ROUNDS; round++) {
    const order = round % 2 === 0 ? ["bare", "ours"] : ["ours", "bare"];
    const found = {};
    for (const which of order) found[which] = await measure(which === "bare" ? bare : ours, lanes, ms);
    if (round === 0) continue; // the first one warms up
    rounds.push({ bare: found.bare.rate, ours: found.ours.rate });
    for (const which of order) times[which].push(...found[which].times);
  }
  const overhead = median(rounds.map((round) => round.bare / round.ours)) - 1;
  const rate = (which) => Math.round(median(rounds.map((round) => round[which]))).toLocaleString("en");
  const p = (which, q) => quantile(times[which], q).toFixed(3);
  console.log(
    `| ${name} | ${lanes} | ${rate("bare")} | ${rate("ours")} | ${(overhead * 100).toFixed(0)} % | ${p("bare", 0.5)} / ${p("ours", 0.5)} | ${p("bare", 0.99)} / ${p("ours", 0.99)} |`,
  );
}
