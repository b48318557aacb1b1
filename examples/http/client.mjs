/** Pays for an order: `node client.mjs <url> <order> <cents>`. However often it is started, the order is paid once. */
import { createIdempotentFetch } from "idempotency-keys/fetch";

const [url, order, amount] = process.argv.slice(2);

const idempotentFetch = createIdempotentFetch({ attempts: 10, minDelay: 100, budget: "30s" });

const response = await idempotentFetch(`${url}/payments`, {
  method: "POST",
  headers: { "content-type": "application/json", authorization: "Bearer demo" },
  body: JSON.stringify({ order, amount: Number(amount) }),
  // Made of what is known before the first attempt and after a restart, never at random.
  idempotencyKey: `pay:${order}`,
});
const answer = await response.json();
const how = response.headers.get("idempotent-replayed") === "true" ? ", replayed" : "";
console.log(`  ${response.status} ${response.ok ? `paid by ${answer.id}` : answer.code}${how}`);
process.exitCode = response.ok ? 0 : 1;
