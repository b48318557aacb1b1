/** The Hono app on Cloudflare Workers: answers and payments in D1. */
import { D1Store } from "idempotency-keys/run-once/d1";

import { createApp } from "./app.mjs";

export default createApp(({ DB }) => ({
  store: new D1Store(DB),
  payments: {
    async add(order, amount) {
      const id = `pay_${crypto.randomUUID()}`;
      await DB.prepare("INSERT INTO payments (id, order_id, amount) VALUES (?, ?, ?)").bind(id, order, amount).run();
      return { id, order, amount };
    },
    async of(order) {
      const { results } = await DB.prepare('SELECT id, order_id AS "order", amount FROM payments WHERE order_id = ?')
        .bind(order)
        .all();
      return results;
    },
  },
}));
