/**
 * What the wrapper of `idempotency-keys/http` costs on `MemoryStore`, over the bare handler: a first run and
 * a replay, in microseconds, medians of five rounds.
 */
import { http, runOnce } from "../../tests/npm/http/package.mjs";

const ROUNDS = 5;
const REQUESTS = 1500;
const body = JSON.stringify({ amount: 990, currency: "eur", customer: "cus_1", items: [{ id: 1, n: 2 }] });
const handle = () => Response.json({ id: "ch_1", status: "succeeded" }, { status: 201 });
const wrapped = http.createIdempotency({ store: new runOnce.MemoryStore(), caller: "anyone" })(handle);

let keys = 0;
function request(key) {
  const headers = { "content-type": "application/json", "idempotency-key": key };
  return new Request("https://api.example.com/charges", { method: "POST", body, headers });
}

/** A handler that reads its request, as each does. */
const bare = async (incoming) => {
  await incoming.json();
  return handle();
};

async function microseconds(handler, keyOf) {
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) {
    const since = performance.now();
    for (let sent = 0; sent < REQUESTS; sent++) await (await handler(request(keyOf()), {})).text();
    rounds.push(((performance.now() - since) * 1000) / REQUESTS);
  }
  return rounds.sort((a, b) => a - b)[ROUNDS >> 1];
}

await wrapped(request("known"), {});
for (const warm of [bare, wrapped]) for (let sent = 0; sent < 2000; sent++) await (await warm(request(`warm-${++keys}`), {})).text();

const base = await microseconds(bare, () => "known");
const first = await microseconds(wrapped, () => `key-${++keys}`);
const replay = await microseconds(wrapped, () => "known");
const line = (name, time) => console.log(`${name.padEnd(24)} ${time.toFixed(1).padStart(7)} µs   ${(time - base).toFixed(1).padStart(7)} µs more`);
line("bare handler", base);
line("first run", first);
line("replay", replay);
