/**
 * A client pays for an order, is killed before it has the answer, and is started again. The order is paid once.
 *
 *   node index.mjs                                            a Hono app, on Node
 *   DATABASE_URL=postgres://localhost/shop node index.mjs     an Express app on PostgreSQL
 *   npm run worker, then node index.mjs http://localhost:8787 the Hono app, in workerd with D1
 */
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

const order = `order-${Date.now()}`; // a database may remember the orders of an earlier run
const [given] = process.argv.slice(2);

const start = (file, ...args) => fork(new URL(file, import.meta.url), args, { env: { ...process.env, PORT: "0" } });

/** The server that was named, or one of our own. */
async function openServer() {
  if (given !== undefined) return { url: given, stop: () => {} };
  const child = start(process.env.DATABASE_URL ? "express.mjs" : "node.mjs");
  const [url] = await Promise.race([once(child, "message"), once(child, "exit")]);
  assert.equal(typeof url, "string", "the server did not start");
  return { url, stop: () => child.kill() };
}

const { url, stop } = await openServer();
const payments = async () => (await fetch(`${url}/payments/${order}`)).json();

try {
  console.log("A client pays, and is killed while the server is at it:");
  const killed = start("client.mjs", url, order, "1999");
  while ((await payments()).length === 0) {
    assert.equal(killed.exitCode, null, "the client could not pay");
    await sleep(20);
  }
  killed.kill("SIGKILL");
  await once(killed, "exit");
  console.log("  killed; it doesn't know whether it has paid");

  console.log("Started again, it sends the same key, and gets the first request's answer:");
  const [again] = await once(start("client.mjs", url, order, "1999"), "exit");
  console.log("Another amount for that order is no retry:");
  const [changed] = await once(start("client.mjs", url, order, "5"), "exit");

  const paid = await payments();
  console.log(`${paid.length} payment of ${paid[0].amount} cents.`);
  assert.deepEqual([again, changed, paid.length, paid[0].amount], [0, 1, 1, 1999]);
} finally {
  stop();
}
