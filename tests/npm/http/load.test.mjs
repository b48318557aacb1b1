/** 2,000 requests over 200 keys, by clients that retry, while the servers are killed: the books balance. */
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import { sleep } from "./cases.mjs";
import { client } from "./package.mjs";
import { startStores } from "./stores.mjs";

const REQUESTS = 2000;
const KEYS = 200;
const SERVERS = 3;
const AT_ONCE = 40;

const stores = await startStores();
const ports = [];
const children = new Set();
after(async () => {
  children.forEach((child) => child.kill("SIGKILL"));
  await stores.stop();
});

async function startServer(place) {
  const child = fork(fileURLToPath(new URL("load-server.mjs", import.meta.url)), [stores.urls.redisUrl, stores.urls.postgresUrl]);
  children.add(child);
  const [port] = await once(child, "message");
  ports[place] = port;
  return child;
}

test(`${REQUESTS} requests over ${KEYS} keys while processes are killed: no answer is lost, none is doubled`, async (t) => {
  await stores.pool.query("CREATE TABLE payments (id serial, key text PRIMARY KEY, order_id text NOT NULL); CREATE TABLE doubled (key text)");
  const servers = await Promise.all(Array.from({ length: SERVERS }, (_, place) => startServer(place)));

  let isOver = false;
  let kills = 0;
  const killer = (async () => {
    for (let place = 0; !isOver; place = (place + 1) % SERVERS) {
      await sleep(1000);
      children.delete(servers[place]);
      servers[place].kill("SIGKILL");
      kills++;
      servers[place] = await startServer(place);
    }
  })();

  // Each attempt goes to some server, as behind a load balancer.
  const balanced = (path, init) => fetch(`http://127.0.0.1:${ports[Math.floor(Math.random() * SERVERS)]}${path}`, init);
  const send = client.createIdempotentFetch({ fetch: balanced, attempts: 60, minDelay: 20, maxDelay: 500, budget: "60s" });
  const answers = new Map(Array.from({ length: KEYS }, (_, key) => [key, new Set()]));
  let left = REQUESTS;
  const work = async () => {
    while (left > 0) {
      const key = --left % KEYS;
      const response = await send(`/orders/${key}`, { method: "POST", body: `${key}`, idempotencyKey: `order-${key}` });
      assert.equal(response.status, 201, await response.clone().text());
      answers.get(key).add(await response.text());
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  isOver = true;
  await killer;

  const { rows } = await stores.pool.query("SELECT id, order_id FROM payments");
  const doubled = await stores.pool.query("SELECT key FROM doubled");
  t.diagnostic(`${kills} processes killed`);
  assert.ok(kills >= 3, `${kills}`);
  assert.equal(rows.length, KEYS, "one payment an order");
  assert.deepEqual([...answers.values()].filter(({ size }) => size !== 1).length, 0, "one answer an order");
  const booked = new Map(rows.map(({ id, order_id }) => [order_id, `{"payment":${id}}`]));
  for (const [key, [answer]] of answers) assert.equal(answer, booked.get(`/orders/${key}`));
  assert.equal(doubled.rowCount, 0, "work that was done again, although no process had died");
});
