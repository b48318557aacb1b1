/** A stand-in for the payment API: it counts requests and charges, and knows idempotency keys. */
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

export async function startPayments() {
  const counts = { requests: 0, charges: 0 };
  const charged = new Map();
  const server = createServer(async (request, response) => {
    const body = JSON.parse(await text(request));
    const key = request.headers["idempotency-key"];
    counts.requests += 1;
    if (!charged.has(key)) {
      counts.charges += 1;
      charged.set(key, { id: `ch_${counts.charges}`, ...body });
    }
    await sleep(payments.delayMs);
    response.end(JSON.stringify(charged.get(key)));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const payments = {
    counts,
    delayMs: 100,
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => server.close().closeAllConnections(),
  };
  return payments;
}
