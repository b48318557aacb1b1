/** One of the load test's processes: books payments in PostgreSQL, and may be killed at any moment. */
import { createServer } from "node:http";

import { express } from "./package.mjs";
import { connect } from "./stores.mjs";

const [redisUrl, postgresUrl] = process.argv.slice(2);
const { postgres: store, pool } = connect({ redisUrl, postgresUrl });
const middleware = express.idempotency({ store, caller: "anyone", lease: "1s", waitTimeout: "1s" });
const pause = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 20));

const server = createServer((req, res) => {
  middleware(req, res, async (error) => {
    if (error !== undefined) return res.writeHead(500).end();
    const { idempotencyKey, takenOver } = req.idempotency;
    await pause();
    // The provider's side: it keeps the key that it is given, as Stripe does.
    const { rowCount } = await pool.query("INSERT INTO payments (key, order_id) VALUES ($1, $2) ON CONFLICT DO NOTHING", [idempotencyKey, req.url]);
    const { rows } = await pool.query("SELECT id FROM payments WHERE key = $1", [idempotencyKey]);
    await pause();
    // Only where a process died can the work have been done before.
    if (rowCount === 0 && !takenOver) await pool.query("INSERT INTO doubled (key) VALUES ($1)", [idempotencyKey]);
    res.writeHead(201, { "content-type": "application/json" }).end(JSON.stringify({ payment: rows[0].id }));
  });
});
server.listen(0, "127.0.0.1", () => process.send(server.address().port));
process.on("disconnect", () => process.exit());
