/** The suite on Node: the wrapper on each store, and each adapter. */
import { after, describe, test } from "node:test";

import express5 from "express";
import express4 from "express4";
import fastifyFramework from "fastify";
import * as honoFramework from "hono";

import * as entries from "./package.mjs";
import { hono, wrapper } from "./runners.mjs";
import { closeAll, express, fastify, node } from "./servers.mjs";
import { startStores } from "./stores.mjs";
import { CASES } from "./suite.mjs";

const stores = await startStores();
after(async () => {
  closeAll();
  await stores.stop();
});

const memory = () => new entries.runOnce.MemoryStore();
const SETTINGS = {
  "the wrapper": { serve: wrapper(entries.http), newStore: memory },
  "the wrapper on Redis": { serve: wrapper(entries.http), newStore: stores.newRedis },
  "the wrapper on PostgreSQL": { serve: wrapper(entries.http), newStore: stores.newPostgres },
  Hono: { serve: hono(entries.hono, honoFramework), newStore: memory },
  "Express 5": { serve: express(entries.express, express5), newStore: memory },
  "Express 4": { serve: express(entries.express, express4), newStore: memory },
  "node:http": { serve: node(entries.express), newStore: memory },
  "Fastify 5": { serve: fastify(entries.fastify, fastifyFramework), newStore: memory },
};

for (const [name, setting] of Object.entries(SETTINGS)) {
  describe(name, { concurrency: 4 }, () => {
    for (const [title, run] of Object.entries(CASES)) test(title, () => run(setting));
  });
}
