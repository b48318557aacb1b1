/** What a case of the conformance suite has: one key in the store, with the operations in short. */
import { sleep } from "./duration.js";
import type { Acquired, Claim } from "./machine.js";
import type { Store } from "./stores/store.js";

export const LONG_MS = 3_600_000;
/** Over by the next look, after a pause; nothing is ever expected to happen before it is over. */
export const MOMENT_MS = 1;

export function same(found: unknown, expected: unknown, what: string): void {
  const [foundText, expectedText] = [JSON.stringify(found) ?? "undefined", JSON.stringify(expected) ?? "undefined"];
  if (foundText !== expectedText) throw new Error(`${what}: found ${foundText}, expected ${expectedText}`);
}

/** A hash that no other case or run uses. */
function freshHash(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(32)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** One key and the store it is in. */
export class Key {
  readonly hash = freshHash();
  readonly store: Store;
  readonly #lapseMs: number;

  constructor(store: Store, lapseMs: number) {
    this.store = store;
    this.#lapseMs = lapseMs;
  }

  /** Another key in the same store. */
  other(): Key {
    return new Key(this.store, this.#lapseMs);
  }

  acquire(holder: string, claim: Partial<Claim> = {}): Promise<Acquired> {
    return this.store.acquire(this.hash, {
      holder,
      token: "token",
      fingerprint: undefined,
      leaseMs: LONG_MS,
      ttlMs: LONG_MS,
      ...claim,
    });
  }

  async expect(holder: string, status: Acquired["status"], claim: Partial<Claim> = {}): Promise<void> {
    same((await this.acquire(holder, claim)).status, status, `acquire by ${holder}`);
  }

  async expectDone(result: string | undefined): Promise<void> {
    const answer = await this.acquire("reader");
    same(answer.status, "done", "acquire by a reader");
    if (answer.status === "done") same(answer.result, result, "the stored result");
  }

  renew(holder: string, leaseMs = LONG_MS): Promise<boolean> {
    return this.store.renew(this.hash, holder, leaseMs, LONG_MS);
  }

  complete(holder: string, result: string | undefined, ttlMs = LONG_MS): Promise<boolean> {
    return this.store.complete(this.hash, holder, result, ttlMs);
  }

  release(holder: string): Promise<boolean> {
    return this.store.release(this.hash, holder);
  }

  /** Waits until whatever was to last a moment is over. */
  lapse(): Promise<void> {
    return sleep(this.#lapseMs);
  }

  /** Lets the lease of the holder run out. */
  async endLease(holder: string): Promise<void> {
    same(await this.renew(holder, MOMENT_MS), true, `renew by ${holder}`);
    await this.lapse();
  }
}
