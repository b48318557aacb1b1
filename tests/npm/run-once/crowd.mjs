/**
 * A crowd that wants the results of many keys from several instances of `runOnce` while something goes
 * wrong, and the ledger that settles the books: one result a key, an end of a known kind for each execution,
 * no error that isn't documented, no call that doesn't end, nobody who isn't told.
 */
import { setTimeout as sleep } from "node:timers/promises";

const WAIT_MS = 3000;
const STORE_TIMEOUT_MS = 400;
/** Of a call that runs its callback: waiting, working, ten seconds of publishing with its last request; and a crowded machine. */
const LONGEST_MS = WAIT_MS + 10_000 + 4 * STORE_TIMEOUT_MS + 5000;
const DOCUMENTED = new Set(["ERR_IN_PROGRESS", "ERR_STORE", "ERR_PUBLISH", "ERR_LEASE_LOST"]);
const LANES = 3;

export const LEASE_MS = 500;
export const SETTINGS = { lease: LEASE_MS, waitTimeout: WAIT_MS, storeTimeout: STORE_TIMEOUT_MS };

/**
 * Every instance wants every key, in about the same order, but for that each comes first to some of them.
 *
 * `settle` is awaited before it is asked whether a former execution has been told: a store that blocks the
 * process blocks the former one's timers, too, and they are due first.
 */
export function startCrowd(instances, name, { workMs = (id) => (id % 7 === 0 ? 1.2 * LEASE_MS : 30), longestMs = LONGEST_MS, settle } = {}) {
  const ledger = { executions: [], errors: {}, said: new Set(), results: new Map(), wrong: [], longest: 0 };
  const { executions, errors, results, wrong } = ledger;
  const open = new Set();
  let stopped = false;
  let abandoned = false;

  /** The callback of one call; what it begins belongs to that call. */
  const work = (key, own) => async (_, execution) => {
    const former = executions.filter((one) => one.key === key && !one.threw && !one.published);
    const mine = { key, id: executions.length, takenOver: execution.takenOver };
    own.execution = mine;
    if (former.length > 0 && !execution.takenOver) wrong.push(`${key}: execution ${mine.id} isn't told of ${former.map(({ id }) => id)}`);
    const isFirstTold = execution.takenOver && !executions.some((one) => one.key === key && one.takenOver);
    executions.push(Object.assign(mine, { execution }));
    // Read before the signal's first look: whoever ran into its lease's end has to know by now.
    if (settle !== undefined) await settle();
    for (const other of former)
      if (!other.over && !other.execution.signal.aborted) wrong.push(`${key}: execution ${other.id} still runs, and isn't told of ${mine.id}`);
    await sleep(workMs(mine.id));
    mine.over = true;
    // Also whoever took over: the next one has to be told, too.
    if (mine.id % 5 === 4 || isFirstTold) {
      mine.threw = true;
      throw Object.assign(new Error("the work failed"), { code: "threw" });
    }
    return { key, id: mine.id };
  };

  const call = async (instance, key) => {
    const own = { key, began: performance.now() };
    open.add(own);
    try {
      const result = await instance.runOnce(key, work(key, own));
      const first = results.get(key) ?? result;
      results.set(key, first);
      if (result.key !== key || result.id !== first.id) wrong.push(`${key} has two results, ${first.id} and ${result.id}`);
      executions[result.id].published = true;
      return true;
    } catch (error) {
      errors[error.code] = (errors[error.code] ?? 0) + 1;
      ledger.said.add(error.message);
      if (own.execution !== undefined) own.execution.error = error.code;
      if (error.code !== "threw" && !DOCUMENTED.has(error.code)) wrong.push(`${key}: an error that isn't documented, ${error.code} ${error.stack}`);
      await sleep(20);
      return false;
    } finally {
      open.delete(own);
      ledger.longest = Math.max(ledger.longest, performance.now() - own.began);
    }
  };

  const block = instances.length * LANES;
  const lanes = instances.flatMap((instance, rank) => {
    let next = 0;
    const lane = async () => {
      while (!stopped) {
        const turn = next++;
        const key = `${name}-${turn - (turn % block) + ((turn + rank * LANES) % block)}`;
        while (!(await call(instance, key)) && !abandoned);
      }
    };
    return Array.from({ length: LANES }, lane);
  });

  /** Lets what has begun end, reads every result once more, and balances the books. */
  const stop = async () => {
    stopped = true;
    const patience = new AbortController();
    await Promise.race([Promise.all(lanes), sleep(2 * longestMs, undefined, { signal: patience.signal }).catch(() => {})]);
    patience.abort();
    abandoned = true;
    for (const { key } of open) wrong.push(`${key}: a call doesn't end`);
    for (const [key, { id }] of results) {
      const again = await instances[0].runOnce(key, () => undefined);
      if (again?.id !== id) wrong.push(`${key} had the result of ${id}, and has that of ${again?.id}`);
    }
    for (const { key, id, threw, published, error } of executions) {
      const isPublished = results.get(key)?.id === id;
      const ends = [threw, isPublished, !isPublished && (error === "ERR_LEASE_LOST" || error === "ERR_PUBLISH")].filter(Boolean);
      if (ends.length !== 1) wrong.push(`${key}: nothing explains execution ${id}, which ended as ${JSON.stringify({ threw, published, error })}`);
    }
    if (ledger.longest > longestMs) wrong.push(`a call took ${Math.round(ledger.longest)} ms`);
    return ledger;
  };
  /** Ends all that goes on, without a look at the books. */
  const abandon = () => {
    stopped = abandoned = true;
  };
  return { stop, abandon, hasSome: () => results.size > 5, said: ledger.said };
}

/** One line for the guide's table: keys, executions, told of a takeover; and what else there was. */
export function summary({ results, executions, errors, longest }) {
  const told = executions.filter(({ takenOver }) => takenOver).length;
  return `${results.size} keys, ${executions.length} executions, ${told} told of a takeover, longest call ${Math.round(longest)} ms, errors: ${JSON.stringify(errors)}`;
}
