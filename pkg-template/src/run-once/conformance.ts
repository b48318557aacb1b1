/**
 * What every store must do, as an array of cases for any test framework.
 *
 * @example
 * ```ts
 * import { test } from "node:test";
 * import { MemoryStore } from "idempotency-keys/run-once";
 * import { storeConformance } from "idempotency-keys/run-once/conformance";
 *
 * for (const { name, run } of storeConformance(() => new MemoryStore())) test(name, run);
 * ```
 *
 * @module
 */
import { checkSettings } from "../shared.js";
import { Key, LONG_MS, MOMENT_MS, same } from "./conformance-key.js";
import { punctual, within } from "./punctual.js";
import type { Store } from "./stores/store.js";

/** One case: it rejects, with an error that says what was found and expected, if the store fails it. */
export interface ConformanceCase {
  /** A sentence about the store's behaviour. */
  readonly name: string;
  /** Runs the case. */
  readonly run: () => Promise<void>;
}

/** Settings of {@link storeConformance}. */
export interface ConformanceOptions {
  /** How long to wait for a lease or a record of one millisecond to be over, in milliseconds. Default: 50. */
  readonly lapseMs?: number | undefined;
  /** How long an operation of the store, and making the store, may take, in milliseconds. Default: 10,000. */
  readonly timeoutMs?: number | undefined;
}

const CASES: Record<string, (key: Key) => Promise<void>> = {
  async "a free key is acquired, and is then held against others"(key) {
    await key.expect("one", "acquired");
    await key.expect("two", "held");
  },

  async "a held key's answer says what is left of the lease"(key) {
    await key.expect("one", "acquired");
    const answer = await key.acquire("two");
    const leaseMs = answer.status === "held" ? answer.leaseMs : Number.NaN;
    same(leaseMs > LONG_MS / 2 && leaseMs <= LONG_MS, true, `a lease of ${LONG_MS} ms with ${leaseMs} ms left`);
  },

  async "of many that ask at once, one acquires"(key) {
    const asked = Array.from({ length: 32 }, (_, index) => key.acquire(`holder-${index}`));
    const answers = (await Promise.all(asked)).map(({ status }) => status);
    same(answers.filter((status) => status === "acquired").length, 1, "callers that acquired");
    same(answers.filter((status) => status === "held").length, 31, "callers that found the key held");
  },

  async "the same holder may ask again, as after a lost answer"(key) {
    await key.expect("one", "acquired");
    await key.expect("one", "acquired");
    same(await key.complete("one", "1"), true, "complete by one");
  },

  async "a result is returned from then on, by any holder's name"(key) {
    await key.expect("one", "acquired");
    same(await key.complete("one", '{"a":[1,"é\\u0000\\ud83d"]}'), true, "complete by one");
    await key.expectDone('{"a":[1,"é\\u0000\\ud83d"]}');
    await key.expectDone('{"a":[1,"é\\u0000\\ud83d"]}');
  },

  async "a result of undefined and a result of null are told apart"(key) {
    await key.expect("one", "acquired");
    same(await key.complete("one", undefined), true, "complete by one");
    await key.expectDone(undefined);
    const other = key.other();
    await other.expect("one", "acquired");
    same(await other.complete("one", "null"), true, "complete by one");
    await other.expectDone("null");
  },

  async "a result of a megabyte is kept"(key) {
    const result = JSON.stringify("é".repeat(500_000));
    await key.expect("one", "acquired");
    same(await key.complete("one", result), true, "complete by one");
    const answer = await key.acquire("two");
    same(answer.status === "done" && answer.result === result, true, "the result came back whole");
  },

  async "the first result stays, whatever its holder or another does afterwards"(key) {
    await key.expect("one", "acquired");
    same(await key.complete("one", "1"), true, "complete by one");
    same(await key.complete("one", "2"), true, "complete by one, again");
    same(await key.complete("two", "3"), false, "complete by two");
    same(await key.renew("one"), false, "renew by one");
    same(await key.release("one"), false, "release by one");
    await key.expectDone("1");
  },

  async "a released key is free, and has no trace of its holder"(key) {
    await key.expect("one", "acquired", { fingerprint: "a" });
    same(await key.release("one"), true, "release by one");
    same(await key.release("one"), false, "release by one, again");
    same(await key.complete("one", "1"), false, "complete by one");
    same(await key.renew("one"), false, "renew by one");
    await key.expect("two", "acquired", { fingerprint: "b" });
  },

  async "only the holder renews, completes and releases"(key) {
    await key.expect("one", "acquired");
    same(await key.renew("two"), false, "renew by two");
    same(await key.complete("two", "2"), false, "complete by two");
    same(await key.release("two"), false, "release by two");
    same(await key.complete("one", "1"), true, "complete by one");
    await key.expectDone("1");
  },

  async "nothing can be renewed, completed or released that was never acquired"(key) {
    same(await key.renew("one"), false, "renew by one");
    same(await key.complete("one", "1"), false, "complete by one");
    same(await key.release("one"), false, "release by one");
    await key.expect("two", "acquired");
  },

  async "a lease that ran out is taken over, and its former holder can do nothing any more"(key) {
    await key.expect("one", "acquired");
    await key.expect("two", "held");
    await key.endLease("one");
    await key.expect("two", "takenOver");
    same(await key.renew("one"), false, "renew by one");
    same(await key.complete("one", "1"), false, "complete by one");
    same(await key.release("one"), false, "release by one");
    await key.expect("one", "held");
    same(await key.complete("two", "2"), true, "complete by two");
    await key.expectDone("2");
  },

  async "a takeover is told again to its holder, as after a lost answer"(key) {
    await key.expect("one", "acquired", { leaseMs: MOMENT_MS });
    await key.lapse();
    await key.expect("two", "takenOver");
    await key.expect("two", "takenOver");
    same(await key.renew("two"), true, "renew by two");
    await key.expect("two", "takenOver");
    same(await key.complete("two", "2"), true, "complete by two");
    await key.expectDone("2");
  },

  async "a takeover that is given back is told to the next holder, and to the one after"(key) {
    await key.expect("one", "acquired", { leaseMs: MOMENT_MS });
    await key.lapse();
    for (const holder of ["two", "three"]) {
      await key.expect(holder, "takenOver");
      same(await key.release(holder), true, `release by ${holder}`);
      same(await key.release(holder), false, `release by ${holder}, again`);
      same(await key.renew(holder), false, `renew by ${holder}, given back`);
      same(await key.complete(holder, "1"), false, `complete by ${holder}, given back`);
    }
    await key.expect("four", "takenOver");
    await key.expect("five", "held");
    same(await key.complete("four", "4"), true, "complete by four");
    await key.expectDone("4");
  },

  async "a takeover is forgotten with the record's time, whether given back or published"(key) {
    await key.expect("one", "acquired", { leaseMs: MOMENT_MS });
    await key.lapse();
    await key.expect("two", "takenOver", { leaseMs: MOMENT_MS, ttlMs: MOMENT_MS, fingerprint: "a" });
    await key.lapse();
    await key.expect("three", "acquired", { leaseMs: MOMENT_MS, fingerprint: "b" });
    await key.lapse();
    await key.expect("four", "takenOver");
    same(await key.complete("four", "4", MOMENT_MS), true, "complete by four");
    await key.lapse();
    await key.expect("five", "acquired");
    same(await key.release("five"), true, "release by five");
    await key.expect("six", "acquired");
  },

  async "of many that find a lease run out, one takes over"(key) {
    await key.expect("one", "acquired", { leaseMs: MOMENT_MS });
    await key.lapse();
    const asked = Array.from({ length: 32 }, (_, index) => key.acquire(`holder-${index}`));
    const answers = (await Promise.all(asked)).map(({ status }) => status);
    same(answers.filter((status) => status === "takenOver").length, 1, "callers that took over");
    same(answers.filter((status) => status === "held").length, 31, "callers that found the key held");
  },

  async "a renewed lease outlasts the first one"(key) {
    await key.expect("one", "acquired", { leaseMs: MOMENT_MS });
    same(await key.renew("one"), true, "renew by one");
    await key.lapse();
    await key.expect("two", "held");
  },

  async "a holder may still renew or publish after its lease, if nobody took over"(key) {
    await key.expect("one", "acquired", { leaseMs: MOMENT_MS });
    await key.lapse();
    await key.endLease("one");
    same(await key.complete("one", "1"), true, "complete by one");
    await key.expectDone("1");
  },

  async "a result is forgotten after its time, with all that belonged to it"(key) {
    await key.expect("one", "acquired", { fingerprint: "a" });
    same(await key.complete("one", "1", MOMENT_MS), true, "complete by one");
    await key.lapse();
    await key.expect("two", "acquired", { fingerprint: "b" });
    same(await key.complete("one", "1"), false, "complete by one");
    same(await key.complete("two", undefined), true, "complete by two");
    await key.expectDone(undefined);
  },

  async "a holder that died is forgotten when its lease and its time are over"(key) {
    await key.expect("one", "acquired", { leaseMs: MOMENT_MS, ttlMs: MOMENT_MS, fingerprint: "a" });
    await key.lapse();
    same(await key.complete("one", "1"), false, "complete by one");
    await key.expect("two", "acquired", { fingerprint: "b" });
  },

  async "another payload is refused, whether the key is held, done or left behind"(key) {
    await key.expect("one", "acquired", { fingerprint: "a" });
    await key.expect("two", "mismatch", { fingerprint: "b" });
    await key.endLease("one");
    await key.expect("two", "mismatch", { fingerprint: "b" });
    await key.expect("two", "takenOver", { fingerprint: "a" });
    same(await key.complete("two", "2"), true, "complete by two");
    await key.expect("three", "mismatch", { fingerprint: "b" });
    await key.expect("three", "done", { fingerprint: "a" });
  },

  async "without a payload nothing is compared, and the first payload stays"(key) {
    await key.expect("one", "acquired", { fingerprint: "a" });
    await key.expect("two", "held");
    await key.endLease("one");
    await key.expect("two", "takenOver");
    await key.expect("three", "mismatch", { fingerprint: "b" });
    same(await key.complete("two", "2"), true, "complete by two");
    await key.expect("three", "mismatch", { fingerprint: "b" });
    await key.expectDone("2");
  },

  async "keys don't touch each other"(key) {
    const other = key.other();
    await key.expect("one", "acquired");
    await other.expect("one", "acquired");
    same(await key.complete("one", "1"), true, "complete of the first");
    await other.expect("two", "held");
    same(await other.release("one"), true, "release of the second");
    await key.expectDone("1");
  },
};

/**
 * The cases for a store. They use hashes of their own, made up at random, and leave records behind
 * that last an hour.
 *
 * @param create Makes the store, or returns it: called once for each case.
 * @param options How long to wait for what has to run out, and for an answer.
 * @returns The cases; each can run by itself.
 */
export function storeConformance(
  create: () => Store | Promise<Store>,
  options: ConformanceOptions = {},
): ConformanceCase[] {
  checkSettings(options, ["lapseMs", "timeoutMs"]);
  const { lapseMs = 50, timeoutMs = 10_000 } = options;
  return Object.entries(CASES).map(([name, check]) => ({
    name,
    run: async () => {
      const store = await within(timeoutMs, "create", create);
      await check(new Key(punctual(store, timeoutMs), lapseMs));
    },
  }));
}
