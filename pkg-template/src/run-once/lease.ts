/** A holder's lease: renewed while it is needed, and known to be over whether or not the store answers. */
import { unrefTimer } from "./duration.js";

/** What a lease is given. */
interface LeasePlan {
  readonly leaseMs: number;
  /** When the claim was sent, by `performance.now()`. */
  readonly sentAt: number;
  /** Asks the store. `late` is told of an answer that came after this has rejected. */
  readonly renew: (late: (held: boolean) => void) => Promise<boolean>;
  /** The store says that the key is no longer this holder's. */
  readonly onLost: () => void;
  /** Nothing was confirmed for so long that another may hold the key by now. */
  readonly onLapse: () => void;
  readonly onError: (error: unknown) => void;
}

/** How many renewals a lease has time for, each as long as it may take. */
export const RENEWALS_A_LEASE = 3;
const FIRST_PAUSE_MS = 100;
const PAUSES_A_LEASE = 12;

/** For how much of a lease its holder counts on it: timers are late, stores round, and it is told before another starts. */
const COUNTED_ON = 11 / 12;

/** The wait before asking a store again that has failed `failures` times: doubles, up to a twelfth of the lease. */
export function pauseAfter(failures: number, leaseMs: number): number {
  return Math.ceil(Math.min(FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 20), leaseMs / PAUSES_A_LEASE));
}

export class Lease {
  readonly #plan: LeasePlan;
  /** When the holder is told, unless a renewal is confirmed: counted from when the last confirmed request was sent. */
  #until: number;
  #failures = 0;
  #isOver = false;
  #cancelRenewal: () => void;
  #cancelLapse: () => void;

  constructor(plan: LeasePlan) {
    this.#plan = plan;
    this.#until = plan.sentAt + plan.leaseMs * COUNTED_ON;
    this.#cancelRenewal = this.#renewIn(plan.sentAt + plan.leaseMs / RENEWALS_A_LEASE - performance.now());
    this.#cancelLapse = this.#watch();
  }

  /** Ends renewing: the key is published or given back. */
  stop(): void {
    this.#isOver = true;
    this.#cancelRenewal();
    this.#cancelLapse();
  }

  #renewIn(ms: number): () => void {
    return unrefTimer(() => void this.#renew(), Math.max(0, Math.ceil(ms)));
  }

  async #renew(): Promise<void> {
    const sentAt = performance.now();
    const hear = (held: boolean): void => {
      if (this.#isOver) return;
      if (held) {
        this.#until = Math.max(this.#until, sentAt + this.#plan.leaseMs * COUNTED_ON);
        return;
      }
      this.stop();
      this.#plan.onLost();
    };
    let pause: number;
    try {
      hear(await this.#plan.renew(hear));
      this.#failures = 0;
      pause = sentAt + this.#plan.leaseMs / RENEWALS_A_LEASE - performance.now();
    } catch (error) {
      this.#failures += 1;
      pause = pauseAfter(this.#failures, this.#plan.leaseMs);
      if (!this.#isOver) this.#plan.onError(error);
    }
    if (!this.#isOver) this.#cancelRenewal = this.#renewIn(pause);
  }

  /** Fires when the lease is about to end; one that was renewed meanwhile is watched on. */
  #watch(): () => void {
    const look = (): void => {
      if (performance.now() < this.#until) this.#cancelLapse = this.#watch();
      else this.#plan.onLapse();
    };
    return unrefTimer(look, Math.max(0, Math.ceil(this.#until - performance.now())));
  }
}
