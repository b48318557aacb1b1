/** Compiles or fails; nothing runs. The stores take the real clients as they are. */

import type { D1Database, DurableObjectNamespace, DurableObjectStorage } from "@cloudflare/workers-types";
import { Redis as Upstash } from "@upstash/redis";
import { Redis as UpstashInWorkers } from "@upstash/redis/cloudflare";
import Database from "better-sqlite3";
import { Redis, type Cluster } from "ioredis";
import type { DatabaseSync } from "node:sqlite";
import pg from "pg";
import { createClient, createClientPool, createCluster } from "redis";

import { idempotencyKeys } from "idempotency-keys";
import { createRunOnce, InProgressError, MemoryStore, sealedStore, type RunOnce, type RunOnceEvent, type Store } from "idempotency-keys/run-once";
import { storeConformance } from "idempotency-keys/run-once/conformance";
import { D1Store, d1Migration } from "idempotency-keys/run-once/d1";
import { DurableObjectStore, durableObjectStore } from "idempotency-keys/run-once/durable-object";
import { PostgresStore, postgresMigration } from "idempotency-keys/run-once/postgres";
import { RedisStore } from "idempotency-keys/run-once/redis";
import { SqliteStore, sqliteMigration } from "idempotency-keys/run-once/sqlite";
import { UpstashStore } from "idempotency-keys/run-once/upstash";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const equal = <A, B>(_: Equal<A, B>): void => undefined;

const stores: Store[] = [
  new MemoryStore({ now: Date.now }),
  new RedisStore(new Redis()),
  new RedisStore({} as Cluster, { prefix: "p:" }),
  new RedisStore(createClient()),
  new RedisStore(createClientPool()),
  new RedisStore(createCluster({ rootNodes: [] })),
  new PostgresStore(new pg.Pool(), { table: "app.run_once" }),
  new PostgresStore(new pg.Client()),
  new SqliteStore(new Database("file")),
  new SqliteStore({} as DatabaseSync, { table: "t" }),
  new DurableObjectStore({} as DurableObjectStorage),
  durableObjectStore({} as DurableObjectNamespace<never>),
  new D1Store({} as D1Database, { table: undefined }),
  new MemoryStore({ now: undefined }),
  new RedisStore(new Redis(), { prefix: undefined }),
  new PostgresStore(new pg.Pool(), { table: undefined }),
  new SqliteStore({} as DatabaseSync, { table: undefined }),
  new UpstashStore({ url: "https://example.com", token: "t", prefix: undefined, fetch }),
  new UpstashStore(new Upstash({ url: "https://example.com", token: "t" }), { prefix: "p:" }),
  new UpstashStore(new UpstashInWorkers({ url: "https://example.com", token: "t" })),
  sealedStore(new MemoryStore(), { seal: (result: string) => result, open: async (sealed, hash) => sealed + hash }),
];
const migrations: string = postgresMigration() + sqliteMigration() + d1Migration();

// @ts-expect-error: not a client
new RedisStore({});
// @ts-expect-error: no token
new UpstashStore({ url: "https://example.com" });
// @ts-expect-error: no database
new D1Store({ prepare() {} });
// @ts-expect-error: not a pool
new PostgresStore({ query: 1 });

const { runOnce, runOnceLocalOnly }: RunOnce = createRunOnce({
  store: stores[0]!,
  ctx: () => ({ run: { id: "run_1" } }),
  ttl: "30d",
  lease: 60_000,
  waitTimeout: 0,
  onEvent(event: RunOnceEvent) {
    if (event.type === "wait") equal<typeof event.leaseMs, number>(true);
    if (event.type === "store-error") equal<typeof event.operation, "renew" | "complete" | "release">(true);
    equal<typeof event.key.hash, string>(true);
  },
});

createRunOnce({
  store: undefined,
  ctx: undefined,
  ttl: undefined,
  lease: undefined,
  waitTimeout: undefined,
  storeTimeout: undefined,
  serialize: undefined,
  parse: undefined,
  onEvent: undefined,
}).runOnce("a", () => 1, { ctx: undefined, payload: undefined, signal: undefined, waitTimeout: undefined });

const key = idempotencyKeys.createSync("a");
const charge = runOnce(["a", key], async (hash, { signal, takenOver }) => {
  equal<typeof hash, string>(true);
  equal<typeof signal, AbortSignal>(true);
  equal<typeof takenOver, boolean>(true);
  return { id: "ch_1" };
});
equal<typeof charge, Promise<{ id: string }>>(true);
const nothing = runOnce(key, () => undefined, { payload: { a: 1 }, signal: AbortSignal.timeout(1), waitTimeout: "5s", ctx: { run: { id: "r" } } });
equal<typeof nothing, Promise<undefined>>(true);
const local = runOnceLocalOnly("k", (hash) => hash.length);
equal<typeof local, Promise<number>>(true);

// @ts-expect-error: no callback
void runOnce("k");
// @ts-expect-error: nothing is stored that an option could be about
void runOnceLocalOnly("k", () => 1, { payload: 1 });

for (const { name, run } of storeConformance(() => stores[0]!, { lapseMs: 100 })) {
  equal<typeof name, string>(true);
  equal<ReturnType<typeof run>, Promise<void>>(true);
}

charge.catch((error: unknown) => {
  if (error instanceof InProgressError) equal<typeof error.retryAfterMs, number>(true);
});
void [charge, nothing, local, migrations];
