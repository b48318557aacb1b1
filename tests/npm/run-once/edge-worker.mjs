/** The stores that a Worker reaches by its bindings, in a Worker. */
import { createRunOnce } from "idempotency-keys/run-once";
import { storeConformance } from "idempotency-keys/run-once/conformance";
import { D1Store, d1Migration } from "idempotency-keys/run-once/d1";
import { UpstashStore } from "idempotency-keys/run-once/upstash";

const STORES = {
  upstash: (env) => new UpstashStore(env.UPSTASH),
  d1: (env) => new D1Store(env.DB),
};

const ROUTES = {
  async case({ env, params }) {
    await storeConformance(() => STORES[params.get("store")](env))
      .find(({ name }) => name === params.get("name"))
      .run();
    return "passed";
  },

  async migrate({ env }) {
    await env.DB.exec(d1Migration());
    await env.DB.exec(d1Migration());
    await env.DB.exec("CREATE TABLE IF NOT EXISTS runs (key TEXT NOT NULL)");
    return "migrated";
  },

  /** An operation of the store, as a test outside sends it. */
  async call({ env, params }) {
    const [operation, ...args] = JSON.parse(params.get("call"), (_, value) => value ?? undefined);
    return JSON.stringify(await new D1Store(env.DB)[operation](...args));
  },

  /** One request of many: each has an instance of its own. */
  async charge({ env, params }) {
    const { runOnce } = createRunOnce({ store: new D1Store(env.DB), lease: params.get("lease") ?? "60s" });
    const result = await runOnce(params.get("key"), async (hash, { takenOver }) => {
      await env.DB.prepare("INSERT INTO runs (key) VALUES (?)").bind(params.get("key")).run();
      await new Promise((resolve) => setTimeout(resolve, 100));
      return { by: params.get("by"), takenOver };
    });
    return JSON.stringify(result);
  },
};

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    try {
      return new Response(await ROUTES[pathname.slice(1)]({ env, params: searchParams }));
    } catch (error) {
      return new Response(`${error.name}: ${error.message}\n${error.stack}`, { status: 500 });
    }
  },
};
