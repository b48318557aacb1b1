/**
 * One key's execution in this process, and the callers that wait for it: they share its outcome,
 * and each may stop waiting on its own.
 */
import { abortReason, onAbort } from "../abort.js";
import { InProgressError, LeaseLostError, PayloadMismatchError, PublishError, StoreError } from "./errors.js";
import { sleep, timer } from "./duration.js";
import { RunningExecution } from "./execution.js";
import { Lease, pauseAfter } from "./lease.js";
import { afterAcquire, afterPublish, afterRun } from "./machine.js";
import type { Acquired } from "./machine.js";
import type { Codec } from "./result.js";
import { noAnswer, StoreCalls, type StoreCallsPlan } from "./store-calls.js";
import type { Execution, RunOnceEvent } from "./types.js";

type Callback = (idempotencyKey: string, execution: Execution) => unknown;

/** What a flight is given. */
export interface Plan extends StoreCallsPlan {
  readonly codec: Codec;
  readonly emit: (event: RunOnceEvent) => void;
  /** Called once, before any caller hears of the outcome: nobody may join from here on. */
  readonly over: () => void;
}

interface Caller {
  readonly callback: Callback;
  readonly waitMs: number;
  readonly since: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
  /** Clears the wait's timer. */
  clearTimer?: () => void;
  /** Removes the signal's listener. */
  removeListener?: () => void;
}

/** What each caller gets; throws for one that can't be given it. */
type Outcome = (caller: Caller) => unknown;

const FIRST_POLL_MS = 20;
const LONGEST_POLL_MS = 1000;
/** For how long a failed publication is tried again: enough for a server to come back. */
const PUBLISH_FOR_MS = 10_000;

export class Flight {
  readonly #plan: Plan;
  readonly #calls: StoreCalls;
  readonly #callers = new Set<Caller>();
  #runner: Caller | undefined;
  #execution: RunningExecution | undefined;
  /** What is left of the other holder's lease, once it is known that one is in the way. */
  #blockedMs: number | undefined;
  #wake: (() => void) | undefined;
  #isOver = false;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#calls = new StoreCalls(plan);
  }

  get fingerprint(): string | undefined {
    return this.#plan.claim.fingerprint;
  }

  /** Adds a caller. The first one's arrival starts the flight. */
  join(callback: Callback, waitMs: number, signal: AbortSignal | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const caller: Caller = { callback, waitMs, since: performance.now(), resolve, reject };
      this.#callers.add(caller);
      if (signal !== undefined) {
        caller.removeListener = onAbort(signal, () => this.#leave(caller, abortReason(signal)));
      }
      if (this.#callers.size === 1) void this.#fly();
      // A caller that doesn't wait at all has the store's next answer. The claim's deadline ends longer waits for it.
      const endsFirst = waitMs > 0 && waitMs < this.#calls.claimMs;
      if (endsFirst || this.#isSomebodyAtWork) this.#startClock(caller);
    });
  }

  /** Whether this process, or another, is known to hold the key. */
  get #isSomebodyAtWork(): boolean {
    return this.#execution !== undefined || this.#blockedMs !== undefined;
  }

  async #fly(): Promise<void> {
    let outcome: Outcome;
    try {
      outcome = await this.#outcome();
    } catch (error) {
      outcome = () => {
        throw error;
      };
    }
    this.#end();
    for (const caller of this.#callers) {
      this.#forget(caller);
      try {
        caller.resolve(outcome(caller));
      } catch (error) {
        caller.reject(error);
      }
    }
  }

  async #outcome(): Promise<Outcome> {
    const { key, emit } = this.#plan;
    for (let polls = 0; ; polls++) {
      const sentAt = performance.now();
      const phase = afterAcquire(await this.#acquire());
      switch (phase.at) {
        case "run":
          return this.#run(phase.takenOver, sentAt);
        case "wait":
          if (polls === 0) emit({ type: "wait", key, leaseMs: phase.leaseMs });
          await this.#wait(polls, phase.leaseMs);
          if (this.#callers.size === 0) return () => undefined;
          continue;
        case "end":
          if (phase.how !== "hit") throw new PayloadMismatchError(key.key);
          emit({ type: "hit", key });
          return () => this.#decode(phase.result);
      }
    }
  }

  /** Runs the callback of the first caller that is still there. */
  async #run(takenOver: boolean, sentAt: number): Promise<Outcome> {
    const { key, hash, codec, emit } = this.#plan;
    const [runner] = this.#callers;
    if (runner === undefined) {
      await this.#release();
      return () => undefined;
    }
    this.#runner = runner;
    runner.clearTimer?.();
    const execution = new RunningExecution(takenOver);
    this.#execution = execution;
    for (const caller of this.#callers) this.#startClock(caller);
    emit({ type: takenOver ? "takeover" : "miss", key });
    const lease = this.#keepLease(execution, sentAt);
    let value: unknown;
    let encoded: string | undefined;
    let failure: { readonly error: unknown } | undefined;
    try {
      value = await runner.callback(hash, execution);
      encoded = codec.encode(value);
    } catch (error) {
      failure = { error };
    }
    if (afterRun(failure === undefined).at === "release") {
      lease.stop();
      await this.#release();
      emit({ type: "fail", key, error: failure?.error });
      throw failure?.error;
    }
    const end = afterPublish(await this.#publish(encoded, value).finally(() => lease.stop()));
    if (end.at === "end" && end.how === "published") {
      emit({ type: "publish", key });
      // Only the runner has the very object that its callback returned.
      return (caller) => (caller === runner ? value : this.#decode(encoded));
    }
    emit({ type: "lost", key });
    throw new LeaseLostError(key.key, value);
  }

  #keepLease(execution: RunningExecution, sentAt: number): Lease {
    const { key, claim, emit } = this.#plan;
    return new Lease({
      leaseMs: claim.leaseMs,
      sentAt,
      renew: (late) => this.#calls.renew(late),
      onLost: () => execution.abort(new LeaseLostError(key.key, undefined)),
      onLapse() {
        emit({ type: "lapse", key });
        execution.abort(
          new LeaseLostError(
            key.key,
            undefined,
            "the store confirmed no renewal in time, so that another holder may have taken it over",
          ),
        );
      },
      onError: (error) => emit({ type: "store-error", key, operation: "renew", error }),
    });
  }

  /** Publishes, again where the store fails: it answers the same holder alike each time. */
  async #publish(encoded: string | undefined, value: unknown): Promise<boolean> {
    const { key, claim, emit } = this.#plan;
    const until = performance.now() + PUBLISH_FOR_MS;
    for (let failures = 1; ; failures++) {
      try {
        return await this.#calls.complete(encoded);
      } catch (error) {
        emit({ type: "store-error", key, operation: "complete", error });
        const pause = pauseAfter(failures, claim.leaseMs);
        if (performance.now() + pause > until) throw new PublishError(key.key, value, { cause: error });
        await sleep(pause);
      }
    }
  }

  /** Gives the key back. Where that fails, the lease runs out by itself. */
  async #release(): Promise<void> {
    const { key, emit } = this.#plan;
    try {
      await this.#calls.release();
    } catch (error) {
      emit({ type: "store-error", key, operation: "release", error });
    }
  }

  async #acquire(): Promise<Acquired> {
    const { key } = this.#plan;
    // Nobody runs under a claim whose answer came too late: it is given back.
    const late = (answer: Acquired): void => {
      if (afterAcquire(answer).at === "run") void this.#release();
    };
    try {
      return await this.#calls.acquire(late);
    } catch (cause) {
      throw cause instanceof StoreError && cause.timedOut ? cause : StoreError.notAcquired(key.key, cause);
    }
  }

  #decode(encoded: string | undefined): unknown {
    try {
      return this.#plan.codec.decode(encoded);
    } catch (cause) {
      throw StoreError.unreadable(this.#plan.key.key, cause);
    }
  }

  /** Waits before asking again: longer each time, with jitter, about to the end of the lease. */
  async #wait(polls: number, leaseMs: number): Promise<void> {
    this.#blockedMs = leaseMs;
    for (const caller of this.#callers) this.#startClock(caller);
    if (this.#callers.size === 0) return;
    const longest = Math.min(LONGEST_POLL_MS, FIRST_POLL_MS * 2 ** Math.min(polls, 10));
    // Not all the time, even where the store goes on saying that the lease is about to end.
    const pause = Math.min(longest, Math.max(leaseMs + FIRST_POLL_MS, longest / 8));
    const jitter = 0.5 + Math.random() / 2;
    await new Promise<void>((resolve) => {
      const cancel = timer(resolve, pause * jitter);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
    this.#wake = undefined;
  }

  /** Starts the clock of a caller that waits for another's execution, or for the store. It counts from the call. */
  #startClock(caller: Caller): void {
    if (caller === this.#runner) return;
    const left = caller.waitMs - (performance.now() - caller.since);
    if (left <= 0) this.#giveUp(caller);
    else caller.clearTimer ??= timer(() => this.#giveUp(caller), left);
  }

  #giveUp(caller: Caller): void {
    const { key, claim } = this.#plan;
    const error = this.#isSomebodyAtWork
      ? new InProgressError(key.key, caller.waitMs, Math.ceil(this.#blockedMs ?? claim.leaseMs))
      : noAnswer(key.key, "acquire", caller.waitMs);
    this.#leave(caller, error);
  }

  /** A caller goes. With the last one goes the reason for waiting, or for carrying on. */
  #leave(caller: Caller, reason: unknown): void {
    this.#forget(caller);
    caller.reject(reason);
    if (this.#callers.size > 0) return;
    this.#end();
    this.#execution?.abort(reason);
    this.#wake?.();
  }

  #forget(caller: Caller): void {
    caller.clearTimer?.();
    caller.removeListener?.();
    this.#callers.delete(caller);
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#plan.over();
  }
}
