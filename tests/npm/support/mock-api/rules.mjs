/**
 * What the Trigger.dev server remembers of idempotency keys, and for how long: the rules alone,
 * without HTTP. One `Environment` stands for one access token and branch.
 */

/** Keys longer than this are refused (`idempotencyKey` in the SDK's request schemas, 4.8.3). */
export const MAX_KEY_LENGTH = 2_048;
const DEFAULT_TTL_MS = 30 * 24 * 60 * 60 * 1_000;
const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const FAILED = new Set(["FAILED", "CRASHED", "SYSTEM_FAILURE", "TIMED_OUT", "EXPIRED"]);

/** The server reads one number and one unit; anything else is as if no TTL was given. */
export function ttlMs(ttl) {
  const [, amount, unit] = /^(\d+)([smhd])$/.exec(ttl ?? "") ?? [];
  return unit ? Number(amount) * UNIT_MS[unit] : DEFAULT_TTL_MS;
}

const identity = (task, key) => JSON.stringify([task, key]);

export class Environment {
  /** Every run ever triggered, oldest first. */
  runs = [];
  /** The run that a task and a key lead to, until the key is forgotten. */
  #keyed = new Map();
  #waitpoints = new Map();
  #batches = new Map();
  #now;
  #nextId;

  constructor(now, nextId) {
    this.#now = now;
    this.#nextId = nextId;
  }

  /** Starts a run of `task`, unless one with the same key is still in its window. */
  trigger(task, payload, options = {}) {
    const { idempotencyKey, idempotencyKeyTTL, idempotencyKeyOptions } = options;
    if (idempotencyKey) {
      const known = this.#keyed.get(identity(task, idempotencyKey));
      if (known && known.expiresAt > this.#now() && !FAILED.has(known.status)) {
        return { run: known, isCached: true };
      }
      this.#forget(task, idempotencyKey);
    }
    const run = {
      id: this.#nextId("run"),
      task,
      payload,
      status: "EXECUTING",
      idempotencyKey,
      idempotencyKeyOptions,
      expiresAt: idempotencyKey ? this.#now() + ttlMs(idempotencyKeyTTL) : undefined,
    };
    this.runs.push(run);
    if (idempotencyKey) {
      this.#keyed.set(identity(task, idempotencyKey), run);
    }
    return { run, isCached: false };
  }

  /** Forgets the key in every run of `task` that has it; how many that were. */
  reset(task, idempotencyKey) {
    return this.#forget(task, idempotencyKey);
  }

  /** A batch; a known key answers with the batch that it started. */
  createBatch(runCount, key) {
    return this.#remembered(this.#batches, key, undefined, () => ({
      id: this.#nextId("batch"),
      runCount,
    }));
  }

  /** A waitpoint; a known key answers with the one that it made. */
  createWaitpoint(key, ttl) {
    return this.#remembered(this.#waitpoints, key, ttl, () => ({ id: this.#nextId("waitpoint") }));
  }

  #remembered(table, key, ttl, make) {
    const known = key && table.get(key);
    if (known && known.expiresAt > this.#now()) {
      return { ...known.value, isCached: true };
    }
    const value = make();
    if (key) {
      table.set(key, { value, expiresAt: this.#now() + ttlMs(ttl) });
    }
    return { ...value, isCached: false };
  }

  #forget(task, key) {
    const run = this.#keyed.get(identity(task, key));
    if (run === undefined) {
      return 0;
    }
    run.idempotencyKey = undefined;
    this.#keyed.delete(identity(task, key));
    return 1;
  }
}
