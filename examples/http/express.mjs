/** The API on Express: answers and payments in PostgreSQL, so that any number of processes may serve it. */
import express from "express";
import { idempotency } from "idempotency-keys/express";
import { PostgresStore, postgresMigration } from "idempotency-keys/run-once/postgres";
import { Pool } from "pg";

import { callerOf, pause } from "./shop.mjs";

const pool = new Pool({ connectionString: process.env.DATABASE_URL });
await pool.query(postgresMigration());
await pool.query(
  "CREATE TABLE IF NOT EXISTS payments (id serial PRIMARY KEY, order_id text NOT NULL, amount integer NOT NULL)",
);

const app = express();

// Before the body's parser, so that bodies are compared as they were sent.
app.post(
  "/payments",
  idempotency({ store: new PostgresStore(pool), caller: callerOf, required: true }),
  express.json(),
  async (req, res) => {
    const { order, amount } = req.body;
    const { rows } = await pool.query("INSERT INTO payments (order_id, amount) VALUES ($1, $2) RETURNING id", [
      order,
      amount,
    ]);
    await pause(); // a receipt is printed, say
    res.status(201).json({ id: `pay_${rows[0].id}`, order, amount });
  },
);

app.get("/payments/:order", async (req, res) => {
  const { rows } = await pool.query('SELECT id, order_id AS "order", amount FROM payments WHERE order_id = $1', [
    req.params.order,
  ]);
  res.json(rows);
});

const server = app.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  const url = `http://127.0.0.1:${server.address().port}`;
  if (process.send === undefined) console.log(url);
  else process.send(url);
});
