/**
 * The rules of run-once, as plain data and pure functions: what a store does to a record, and what
 * a caller does next. The memory and Durable Object stores and the caller run these functions; the
 * other stores say the same in their engine's language; the model check explores these very ones.
 */

/** What a store keeps under one hash. Times are the store's own clock, in milliseconds. */
export interface StoreRecord {
  /** Whether the callback still runs, or its result is published. */
  readonly state: "held" | "done";
  /** Who holds the key, or who published the result; empty once a claim was given back. */
  readonly holder: string;
  /** The key as a token, for an operator to read. */
  readonly token: string;
  /** Digest of the payload, where the caller gave one. */
  readonly fingerprint: string | undefined;
  /** End of the lease; of no meaning once done. */
  readonly leaseEnd: number;
  /** From here on the record counts as absent. */
  readonly expires: number;
  /** JSON; undefined for a callback that returned undefined. */
  readonly result: string | undefined;
  /**
   * A former holder's lease ran out, and nobody has heard since how its callback ended. Kept until a
   * result is published, so that everybody who gets the key is told.
   */
  readonly takenOver: boolean;
}

/** What a caller asks for when it acquires a key. Its strings have no line breaks. */
export interface Claim {
  /** Unique to this execution: whoever else shows it is the same caller, asking again. */
  readonly holder: string;
  /** The key as a token, for an operator to read. */
  readonly token: string;
  /** Digest of the payload, 64 hex digits, where the caller gave one. */
  readonly fingerprint: string | undefined;
  /** For how long the key is the holder's, unless renewed. In milliseconds. */
  readonly leaseMs: number;
  /** For how long the record of a holder that died outlives its lease. In milliseconds. */
  readonly ttlMs: number;
}

/** What a store answers to {@link Claim}. */
export type Acquired =
  /** The caller holds the key now. */
  | { readonly status: "acquired" }
  /** Likewise, and a former holder's lease had run out: it may have died at any point. */
  | { readonly status: "takenOver" }
  /** Somebody else holds it, for `leaseMs` more unless renewed. */
  | { readonly status: "held"; readonly leaseMs: number }
  /** The published result. */
  | { readonly status: "done"; readonly result: string | undefined }
  /** The record was made with another payload. */
  | { readonly status: "mismatch" };

/** A store's answer, and the record as it is from now on; undefined: there is none. */
export interface Transition<Answer> {
  readonly answer: Answer;
  readonly record: StoreRecord | undefined;
}

/** The record, unless its time is over. */
export function live(record: StoreRecord | undefined, now: number): StoreRecord | undefined {
  return record !== undefined && record.expires > now ? record : undefined;
}

/**
 * Takes the key if nobody has it, or says who is in the way. Asking twice changes nothing, the answer
 * included: who is told of a takeover is told so again.
 */
export function acquire(record: StoreRecord | undefined, claim: Claim, now: number): Transition<Acquired> {
  const current = live(record, now);
  if (
    current?.fingerprint !== undefined &&
    claim.fingerprint !== undefined &&
    current.fingerprint !== claim.fingerprint
  ) {
    return { answer: { status: "mismatch" }, record: current };
  }
  if (current?.state === "done") {
    return { answer: { status: "done", result: current.result }, record: current };
  }
  const another = current !== undefined && current.holder !== claim.holder;
  if (another && current.leaseEnd > now) {
    return { answer: { status: "held", leaseMs: current.leaseEnd - now }, record: current };
  }
  const takenOver = another || current?.takenOver === true;
  const leaseEnd = now + claim.leaseMs;
  return {
    answer: { status: takenOver ? "takenOver" : "acquired" },
    record: {
      state: "held",
      holder: claim.holder,
      token: claim.token,
      fingerprint: claim.fingerprint ?? current?.fingerprint,
      leaseEnd,
      expires: leaseEnd + claim.ttlMs,
      result: undefined,
      takenOver,
    },
  };
}

/** Prolongs the lease from now; false: the key is no longer this holder's. */
export function renew(
  record: StoreRecord | undefined,
  holder: string,
  leaseMs: number,
  ttlMs: number,
  now: number,
): Transition<boolean> {
  const current = live(record, now);
  if (current?.state !== "held" || current.holder !== holder) {
    return { answer: false, record: current };
  }
  const leaseEnd = now + leaseMs;
  return { answer: true, record: { ...current, leaseEnd, expires: leaseEnd + ttlMs } };
}

/**
 * Publishes the holder's result; false: the key is no longer this holder's.
 *
 * A lease that ran out is no obstacle as long as nobody took the key over: refusing would only make
 * the work be done again. A second publication by the same holder, as after a lost answer, is true
 * and changes nothing.
 */
export function complete(
  record: StoreRecord | undefined,
  holder: string,
  result: string | undefined,
  ttlMs: number,
  now: number,
): Transition<boolean> {
  const current = live(record, now);
  if (current?.holder !== holder) return { answer: false, record: current };
  if (current.state === "done") return { answer: true, record: current };
  return { answer: true, record: { ...current, state: "done", expires: now + ttlMs, result } };
}

/**
 * Gives the key back; false: there was nothing of this holder's to give.
 *
 * The record is removed, unless the key was taken over: what became of the former holder's work is
 * still unknown, and the next holder has to be told. Then it stays, nobody's, with its lease over.
 */
export function release(record: StoreRecord | undefined, holder: string, now: number): Transition<boolean> {
  const current = live(record, now);
  if (current?.state !== "held" || current.holder !== holder) {
    return { answer: false, record: current };
  }
  if (!current.takenOver) return { answer: true, record: undefined };
  return { answer: true, record: { ...current, holder: "", leaseEnd: Math.min(current.leaseEnd, now) } };
}

/** Where a caller stands. The callback runs in `run`, so at most once in any call. */
type Phase =
  | { readonly at: "wait"; readonly leaseMs: number }
  | { readonly at: "run"; readonly takenOver: boolean }
  | { readonly at: "publish" }
  | { readonly at: "release" }
  | { readonly at: "end"; readonly how: "hit"; readonly result: string | undefined }
  | { readonly at: "end"; readonly how: End };

/** How a call ends other than with a stored result. */
type End =
  /** Its own result is the published one. */
  | "published"
  /** The callback returned, but somebody else took the key over. */
  | "lost"
  /** The key belongs to another payload. */
  | "mismatch";

/** What a caller does with the answer to its claim. */
export function afterAcquire(answer: Acquired): Phase {
  switch (answer.status) {
    case "acquired":
      return { at: "run", takenOver: false };
    case "takenOver":
      return { at: "run", takenOver: true };
    case "held":
      return { at: "wait", leaseMs: answer.leaseMs };
    case "done":
      return { at: "end", how: "hit", result: answer.result };
    case "mismatch":
      return { at: "end", how: "mismatch" };
  }
}

/** What a caller does once its callback is over. */
export function afterRun(storable: boolean): Phase {
  return { at: storable ? "publish" : "release" };
}

/** How a call ends that tried to publish. */
export function afterPublish(published: boolean): Phase {
  return { at: "end", how: published ? "published" : "lost" };
}
