/** One of the processes that receive webhooks: it charges each order once, however often it is told. */
import { createServer } from "node:http";
import { text } from "node:stream/consumers";

import { createRunOnce } from "idempotency-keys/run-once";

import { openStore } from "./store.mjs";

const { NAME, PAYMENTS_URL, STORE_FILE } = process.env;

const { runOnce } = createRunOnce({
  store: await openStore(STORE_FILE),
  lease: "2s",
  waitTimeout: "10s",
  onEvent: ({ type, key }) => console.log(`  ${NAME}: ${type} ${key.key}`),
});

/** The payment API takes an idempotency key, as Stripe's does. */
async function charge({ order, amount }, idempotencyKey) {
  const response = await fetch(`${PAYMENTS_URL}/charges`, {
    method: "POST",
    headers: { "idempotency-key": idempotencyKey },
    body: JSON.stringify({ order, amount }),
  });
  if (!response.ok) throw new Error(`the payment API answered ${response.status}`);
  return response.json();
}

const server = createServer(async (request, response) => {
  const event = JSON.parse(await text(request));
  try {
    const charged = await runOnce(["charge", event.order], (key) => charge(event, key), { payload: event });
    response.end(JSON.stringify(charged));
  } catch (error) {
    // Not 200: whoever delivers webhooks delivers this one again.
    response.writeHead(error.code === "ERR_IN_PROGRESS" ? 409 : 500).end(error.message);
  }
});
server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));
