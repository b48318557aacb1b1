/** The API on Hono. It knows no runtime: `open(env)` gives the store of answers and the table of payments. */
import { Hono } from "hono";
import { idempotency } from "idempotency-keys/hono";

import { callerOf, pause } from "./shop.mjs";

export function createApp(open) {
  const app = new Hono();

  // Made for each request: in Workers one request can't use what another has opened.
  app.use("/payments", (c, next) =>
    idempotency({ store: open(c.env).store, caller: callerOf, required: true })(c, next),
  );

  app.post("/payments", async (c) => {
    const { order, amount } = await c.req.json();
    const payment = await open(c.env).payments.add(order, amount);
    await pause(); // a receipt is printed, say
    return c.json(payment, 201);
  });

  app.get("/payments/:order", async (c) => c.json(await open(c.env).payments.of(c.req.param("order"))));

  return app;
}
