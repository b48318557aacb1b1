/** One process that places an order: `node order.mjs transaction|lease <id>`; with CRASH=1 it is killed in the middle. */
import pg from "pg";
import { createRunOnce } from "idempotency-keys/run-once";
import { PostgresStore } from "idempotency-keys/run-once/postgres";
import { createTransactionalRunOnce, pgTransactions } from "idempotency-keys/run-once/transaction";

const [mode, id] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });

const insert = (client) => client.query("INSERT INTO orders (id) VALUES ($1)", [id]);
const crash = () => process.env.CRASH && process.kill(process.pid, "SIGKILL");

const MODES = {
  /** The row and the result commit together: of a process that is killed nothing is left. */
  transaction: () =>
    createTransactionalRunOnce(pgTransactions(pool)).runOnce(["order", id], async (tx) => {
      await insert(tx);
      crash();
      return { id, by: "placed" };
    }),

  /** The row commits by itself, as an effect elsewhere would: whoever takes over is told, and looks whether it is there. */
  lease: () =>
    createRunOnce({ store: new PostgresStore(pool), lease: "1s" }).runOnce(["order", id], async (_, { takenOver }) => {
      if (takenOver) {
        const { rowCount } = await pool.query("SELECT FROM orders WHERE id = $1", [id]);
        console.log(`  taken over: the order is ${rowCount === 0 ? "missing" : "there already"}`);
        if (rowCount > 0) return { id, by: "found" };
      }
      await insert(pool);
      crash();
      return { id, by: "placed" };
    }),
};

const order = await MODES[mode]();
console.log(`  result: ${order.by}`);
await pool.end();
