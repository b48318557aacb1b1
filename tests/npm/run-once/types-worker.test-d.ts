/** Compiles or fails; nothing runs. A Worker as documented, with Cloudflare's own types. */
/// <reference types="@cloudflare/workers-types" />

import { DurableObject } from "cloudflare:workers";
import { createRunOnce, type Store } from "idempotency-keys/run-once";
import { D1Store } from "idempotency-keys/run-once/d1";
import { DurableObjectStore, durableObjectStore } from "idempotency-keys/run-once/durable-object";

export class RunOnceObject extends DurableObject {
  #store = new DurableObjectStore(this.ctx.storage);
  acquire(...args: Parameters<Store["acquire"]>) {
    return this.#store.acquire(...args);
  }
  renew(...args: Parameters<Store["renew"]>) {
    return this.#store.renew(...args);
  }
  complete(...args: Parameters<Store["complete"]>) {
    return this.#store.complete(...args);
  }
  release(...args: Parameters<Store["release"]>) {
    return this.#store.release(...args);
  }
}

interface Env {
  RUN_ONCE: DurableObjectNamespace<RunOnceObject>;
  DB: D1Database;
}

export default {
  async fetch(_request: Request, env: Env): Promise<Response> {
    const { runOnce } = createRunOnce({ store: durableObjectStore(env.RUN_ONCE) });
    createRunOnce({ store: new D1Store(env.DB) });
    // @ts-expect-error: a namespace is not a store
    createRunOnce({ store: env.RUN_ONCE });
    return Response.json(await runOnce("k", () => 1));
  },
};
