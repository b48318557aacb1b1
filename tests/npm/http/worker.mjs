/** The suite in workerd: the wrapper and Hono, on each store that Workers have; one report for all cases. */
import { DurableObject } from "cloudflare:workers";

import * as hono from "idempotency-keys/hono";
import * as http from "idempotency-keys/http";
import { MemoryStore } from "idempotency-keys/run-once";
import { D1Store, d1Migration } from "idempotency-keys/run-once/d1";
import { DurableObjectStore, durableObjectStore } from "idempotency-keys/run-once/durable-object";
import * as framework from "hono";

import { hono as honoRunner, wrapper } from "./runners.mjs";
import { report } from "./suite.mjs";

export class RunOnceObject extends DurableObject {
  #store = new DurableObjectStore(this.ctx.storage);
  acquire(...all) {
    return this.#store.acquire(...all);
  }
  renew(...all) {
    return this.#store.renew(...all);
  }
  complete(...all) {
    return this.#store.complete(...all);
  }
  release(...all) {
    return this.#store.release(...all);
  }
}

/** Bytes that are encoded already are sent as they are only if that is said. */
const init = (options) => ({ ...options, encodeBody: "manual" });

/** Stores share no key with any other. */
let stores = 0;
const STORES = {
  memory: () => new MemoryStore(),
  "durable-object"({ OBJECTS }) {
    const prefix = `${++stores}:`;
    return durableObjectStore({ idFromName: (name) => OBJECTS.idFromName(prefix + name), get: (id) => OBJECTS.get(id) });
  },
  async d1({ DB }) {
    const table = `run_once_${++stores}`;
    await DB.exec(d1Migration(table));
    return new D1Store(DB, { table });
  },
};

export default {
  async fetch(request, env) {
    const [server, store] = new URL(request.url).pathname.slice(1).split("/");
    const serve = server === "hono" ? honoRunner(hono, framework) : wrapper(http);
    return Response.json(await report({ serve, newStore: () => STORES[store](env), init }, store === "memory" ? 4 : 1));
  },
};
