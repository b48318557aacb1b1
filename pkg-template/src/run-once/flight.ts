/**
 * One key's execution in this process, and the callers that wait for it: they share its outcome,
 * and each may stop waiting on its own.
 */
import {
  InProgressError,
  LeaseLostError,
  PayloadMismatchError,
  PublishError,
  StoreError,
} from "./errors.js";
import type { IdempotencyKey } from "../shared.js";
import { timer, unrefTimer } from "./duration.js";
import { afterAcquire, afterPublish, afterRun } from "./machine.js";
import type { Acquired, Claim } from "./machine.js";
import { decodeResult, encodeResult } from "./result.js";
import type { Store } from "./stores/store.js";
import type { Execution, RunOnceEvent } from "./types.js";

type Callback = (idempotencyKey: string, execution: Execution) => unknown;

/** What a flight is given. */
export interface Plan {
  readonly key: IdempotencyKey;
  readonly claim: Claim;
  readonly store: Store;
  readonly emit: (event: RunOnceEvent) => void;
  /** Called once, before any caller hears of the outcome: nobody may join from here on. */
  readonly over: (flight: Flight) => void;
}

interface Caller {
  readonly callback: Callback;
  readonly waitMs: number;
  readonly since: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
  /** Undoes the wait's timer. */
  disarm?: () => void;
  /** Undoes the signal's listener. */
  deafen?: () => void;
}

const FIRST_POLL_MS = 20;
const LONGEST_POLL_MS = 1000;
const RENEWALS_A_LEASE = 3;
/** Waits between attempts to publish: six seconds in all, enough for a server to come back. */
const PUBLISH_AGAIN_MS = [100, 200, 400, 800, 1600, 3200];

/** What the callback is told. Most never look at the signal, which costs as much as all the rest. */
class RunningExecution implements Execution {
  readonly takenOver: boolean;
  #controller: AbortController | undefined;
  #aborted: { readonly reason: unknown } | undefined;

  constructor(takenOver: boolean) {
    this.takenOver = takenOver;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#aborted !== undefined) this.#controller.abort(this.#aborted.reason);
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    this.#aborted ??= { reason };
    this.#controller?.abort(reason);
  }
}

export class Flight {
  readonly #plan: Plan;
  readonly #callers = new Set<Caller>();
  #runner: Caller | undefined;
  #execution: RunningExecution | undefined;
  /** What is left of the other holder's lease, once it is known that one is in the way. */
  #blockedMs: number | undefined;
  #wake: (() => void) | undefined;
  #isOver = false;

  constructor(plan: Plan) {
    this.#plan = plan;
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
        const leave = (): void => this.#leave(caller, signal.reason);
        signal.addEventListener("abort", leave, { once: true });
        caller.deafen = () => signal.removeEventListener("abort", leave);
      }
      if (this.#callers.size === 1) void this.#fly();
      else if (this.#execution !== undefined || this.#blockedMs !== undefined) this.#arm(caller);
    });
  }

  async #fly(): Promise<void> {
    let settle: (caller: Caller) => void;
    try {
      const value = await this.#outcome();
      settle = (caller) => caller.resolve(value);
    } catch (error) {
      settle = (caller) => caller.reject(error);
    }
    this.#end();
    for (const caller of this.#callers) {
      this.#forget(caller);
      settle(caller);
    }
  }

  async #outcome(): Promise<unknown> {
    const { key, emit } = this.#plan;
    for (let polls = 0; ; polls++) {
      const phase = afterAcquire(await this.#acquire());
      switch (phase.at) {
        case "run":
          return this.#run(phase.takenOver);
        case "wait":
          if (polls === 0) emit({ type: "wait", key, leaseMs: phase.leaseMs });
          await this.#wait(polls, phase.leaseMs);
          if (this.#callers.size === 0) return undefined;
          continue;
        case "end":
          if (phase.how !== "hit") throw new PayloadMismatchError(key.key);
          emit({ type: "hit", key });
          return decodeResult(phase.result);
      }
    }
  }

  /** Runs the callback of the first caller that is still there. */
  async #run(takenOver: boolean): Promise<unknown> {
    const { key, emit } = this.#plan;
    const [runner] = this.#callers;
    if (runner === undefined) return this.#release();
    this.#runner = runner;
    runner.disarm?.();
    const execution = new RunningExecution(takenOver);
    this.#execution = execution;
    for (const caller of this.#callers) this.#arm(caller);
    emit({ type: takenOver ? "takeover" : "miss", key });
    const stop = this.#keepLease(execution);
    let value: unknown;
    let text: string | undefined;
    let failure: { readonly error: unknown } | undefined;
    try {
      value = await runner.callback(key.hash, execution);
      text = encodeResult(value);
    } catch (error) {
      failure = { error };
    }
    stop();
    if (afterRun(failure === undefined).at === "release") {
      await this.#release();
      emit({ type: "fail", key, error: failure?.error });
      throw failure?.error;
    }
    const end = afterPublish(await this.#publish(text, value));
    if (end.at === "end" && end.how === "published") {
      emit({ type: "publish", key });
      return value;
    }
    emit({ type: "lost", key });
    throw new LeaseLostError(key.key, value);
  }

  /** Renews the lease until told to stop; aborts the execution if it was lost. */
  #keepLease(execution: RunningExecution): () => void {
    const { key, store, claim, emit } = this.#plan;
    let stopped = false;
    let cancel: () => void;
    const renew = async (): Promise<void> => {
      try {
        const held = await store.renew(key.hash, claim.holder, claim.leaseMs, claim.ttlMs);
        if (!held && !stopped) {
          execution.abort(new LeaseLostError(key.key, undefined));
          return;
        }
      } catch (error) {
        emit({ type: "store-error", key, operation: "renew", error });
      }
      if (!stopped) schedule();
    };
    const schedule = (): void => {
      cancel = unrefTimer(() => void renew(), Math.ceil(claim.leaseMs / RENEWALS_A_LEASE));
    };
    schedule();
    return () => {
      stopped = true;
      cancel();
    };
  }

  /** Publishes, again where the store fails: it answers the same holder alike each time. */
  async #publish(text: string | undefined, value: unknown): Promise<boolean> {
    const { key, store, claim, emit } = this.#plan;
    for (let attempt = 0; ; attempt++) {
      try {
        return await store.complete(key.hash, claim.holder, text, claim.ttlMs);
      } catch (error) {
        emit({ type: "store-error", key, operation: "complete", error });
        const pause = PUBLISH_AGAIN_MS[attempt];
        if (pause === undefined) throw new PublishError(key.key, value, { cause: error });
        await new Promise<void>((resolve) => timer(resolve, pause));
      }
    }
  }

  /** Gives the key back. Where that fails, the lease runs out by itself. */
  async #release(): Promise<void> {
    const { key, store, claim, emit } = this.#plan;
    try {
      await store.release(key.hash, claim.holder);
    } catch (error) {
      emit({ type: "store-error", key, operation: "release", error });
    }
  }

  async #acquire(): Promise<Acquired> {
    const { key, store, claim } = this.#plan;
    try {
      return await store.acquire(key.hash, claim);
    } catch (cause) {
      throw new StoreError(key.key, { cause });
    }
  }

  /** Waits before asking again: longer each time, with jitter, at most to the end of the lease. */
  async #wait(polls: number, leaseMs: number): Promise<void> {
    this.#blockedMs = leaseMs;
    for (const caller of this.#callers) this.#arm(caller);
    if (this.#callers.size === 0) return;
    const longest = Math.min(LONGEST_POLL_MS, FIRST_POLL_MS * 2 ** Math.min(polls, 10));
    const jitter = 0.5 + Math.random() / 2;
    await new Promise<void>((resolve) => {
      const cancel = timer(resolve, Math.min(longest, leaseMs + FIRST_POLL_MS) * jitter);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
    this.#wake = undefined;
  }

  /** Starts the clock of a caller that waits for another's execution. */
  #arm(caller: Caller): void {
    if (caller === this.#runner || caller.disarm !== undefined) return;
    const left = caller.waitMs - (performance.now() - caller.since);
    const giveUp = (): void => {
      const retryAfterMs = Math.ceil(this.#blockedMs ?? this.#plan.claim.leaseMs);
      this.#leave(caller, new InProgressError(this.#plan.key.key, caller.waitMs, retryAfterMs));
    };
    if (left > 0) caller.disarm = timer(giveUp, left);
    else giveUp();
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
    caller.disarm?.();
    caller.deafen?.();
    this.#callers.delete(caller);
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#plan.over(this);
  }
}
