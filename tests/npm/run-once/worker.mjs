/** The Worker under test: a Durable Object with the store, and run-once over it. */
import { DurableObject } from "cloudflare:workers";
import { createRunOnce } from "idempotency-keys/run-once";
import { storeConformance } from "idempotency-keys/run-once/conformance";
import { DurableObjectStore, durableObjectStore } from "idempotency-keys/run-once/durable-object";

export class RunOnceObject extends DurableObject {
  #store = new DurableObjectStore(this.ctx.storage);
  #runOnce = createRunOnce({ store: this.#store });
  acquire(...args) {
    return this.#store.acquire(...args);
  }
  renew(...args) {
    return this.#store.renew(...args);
  }
  complete(...args) {
    return this.#store.complete(...args);
  }
  release(...args) {
    return this.#store.release(...args);
  }
  deleteExpired() {
    return this.#store.deleteExpired();
  }

  /** Run-once used within the object itself; counts callbacks in the object's storage. */
  async charge(name) {
    return this.#runOnce.runOnce(name, async (hash) => {
      const runs = ((await this.ctx.storage.get("runs")) ?? 0) + 1;
      await this.ctx.storage.put("runs", runs);
      await new Promise((resolve) => setTimeout(resolve, 50));
      return { hash, runs };
    });
  }

  async storedKeys() {
    return [...(await this.ctx.storage.list()).keys()];
  }
}

/** The same on the older kind of storage. */
export class KeyValueObject extends RunOnceObject {}

// Workers may not make random values here; createRunOnce makes none.
const outside = createRunOnce();

const object = (namespace, name) => namespace.get(namespace.idFromName(name));

const STORES = {
  remote: (env) => durableObjectStore(env.SQLITE),
  "remote on key-value storage": (env) => durableObjectStore(env.KEY_VALUE),
  "one object for all keys": (env) => object(env.SQLITE, "all"),
};

const ROUTES = {
  async cases() {
    const names = storeConformance(() => undefined).map(({ name }) => name);
    return { stores: Object.keys(STORES), names };
  },

  async case({ env, params }) {
    const store = STORES[params.get("store")](env);
    await storeConformance(() => store)
      .find(({ name }) => name === params.get("name"))
      .run();
    return "passed";
  },

  /** One request of many: each has an instance of its own, as Workers demand. */
  async charge({ env, params }) {
    const { runOnce } = createRunOnce({ store: durableObjectStore(env.SQLITE) });
    return runOnce(params.get("key"), async (hash) => {
      const runs = await object(env.SQLITE, "ledger").charge(params.get("key"));
      await new Promise((resolve) => setTimeout(resolve, 100));
      return { hash, by: params.get("by"), runs };
    });
  },

  async outside({ params }) {
    return outside.runOnce(params.get("key"), () => 1);
  },

  async within({ env, params }) {
    return object(env.SQLITE, "within").charge(params.get("key"));
  },

  async expire({ env }) {
    const one = object(env.SQLITE, "expire");
    const claim = { holder: "h", token: "t", leaseMs: 1, ttlMs: 1 };
    const hashes = Array.from({ length: 300 }, (_, index) => String(index).padStart(64, "0"));
    for (const hash of hashes) await one.acquire(hash, claim);
    await one.acquire("f".repeat(64), { ...claim, ttlMs: 3_600_000 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    return { deleted: await one.deleteExpired(), again: await one.deleteExpired(), left: await one.storedKeys() };
  },
};

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    try {
      return Response.json({ value: await ROUTES[pathname.slice(1)]({ env, params: searchParams }) });
    } catch (error) {
      return Response.json({ error: `${error.name}: ${error.message}\n${error.stack}` }, { status: 500 });
    }
  },
};
