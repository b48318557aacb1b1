/** What a callback is told. */
import type { Execution } from "./types.js";

/** Most callbacks never look at the signal, which costs as much as all the rest: it is made when asked for. */
export class RunningExecution implements Execution {
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
