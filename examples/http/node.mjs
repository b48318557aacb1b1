/** The Hono app on Node. It is one process, so its memory will do; several share a Redis or a PostgreSQL. */
import { serve } from "@hono/node-server";
import { MemoryStore } from "idempotency-keys/run-once";

import { createApp } from "./app.mjs";
import { memoryPayments } from "./shop.mjs";

const opened = { store: new MemoryStore(), payments: memoryPayments() };

serve(
  { fetch: createApp(() => opened).fetch, port: Number(process.env.PORT ?? 3000), hostname: "127.0.0.1" },
  ({ port }) => {
    const url = `http://127.0.0.1:${port}`;
    if (process.send === undefined) console.log(url);
    else process.send(url);
  },
);
