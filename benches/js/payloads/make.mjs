/**
 * Writes the payloads that the benchmark hashes: an order, a webhook event and an LLM chat, each of
 * about 1 kB and 100 kB. The same bytes on every run.
 *
 *   node benches/js/payloads/make.mjs
 */

import { writeFileSync } from "node:fs";

/** Numbers that look random and are the same on every run (a linear congruential generator). */
let state = 20260101;
const below = (limit) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * limit);
};
const pick = (list) => list[below(list.length)];
const digits = (count) => Array.from({ length: count }, () => below(10)).join("");
const id = (prefix) => `${prefix}_${Array.from({ length: 24 }, () => pick("abcdefghijkmnpqrstuvwxyz23456789")).join("")}`;
const time = () => new Date(Date.UTC(2026, 0, 1) + below(31_536_000) * 1000).toISOString();
const money = () => below(50_000) / 100;

const PRODUCTS = [
  "Espresso cups, set of 6",
  "Café table “Lüneburg”",
  "Wool blanket 140×200 cm",
  "Desk lamp, brass",
  "Notebook A5 / dotted",
  "キャンドル (soy wax)",
];
const CITIES = ["Hamburg", "Zürich", "København", "Kraków", "São Paulo", "Osaka"];
const WORDS =
  "the order was shipped on Monday but our carrier reports a delay so please check whether a refund or a new delivery suits you better and reply to this message with the number on your receipt".split(
    " ",
  );
const sentence = (count) => {
  const text = Array.from({ length: count }, () => pick(WORDS)).join(" ");
  return `${text[0].toUpperCase()}${text.slice(1)}.`;
};

const address = () => ({
  name: `${pick(["Ana", "Jonas", "Yuki", "Zoë"])} ${pick(["Nowak", "Müller", "Tanaka", "Silva"])}`,
  line1: `${pick(["Main Street", "Bahnhofstraße", "Rua Augusta"])} ${below(200) + 1}`,
  line2: null,
  city: pick(CITIES),
  postalCode: digits(5),
  country: pick(["DE", "CH", "DK", "PL", "BR", "JP"]),
});

const order = (lines) => ({
  orderId: `ORD-2026-${digits(7)}`,
  customerId: id("cus"),
  currency: "EUR",
  placedAt: time(),
  items: Array.from({ length: lines }, () => ({
    sku: `SKU-${digits(6)}`,
    title: pick(PRODUCTS),
    quantity: below(4) + 1,
    unitPrice: money(),
    taxRate: 0.19,
    gift: below(5) === 0,
    attributes: { color: pick(["oak", "black", "sand"]), weightKg: below(9000) / 1000 },
  })),
  shipping: { method: "standard", price: 4.9, address: address() },
  billing: { sameAsShipping: true, vatId: null },
  totals: { net: money(), tax: money(), gross: money() },
  metadata: { channel: "web", "utm-source": "newsletter" },
});

const webhook = (lines) => ({
  id: id("evt"),
  object: "event",
  api_version: "2026-01-28",
  created: 1_767_225_600 + below(31_536_000),
  type: "invoice.payment_succeeded",
  livemode: true,
  pending_webhooks: 1,
  request: { id: id("req"), idempotency_key: null },
  data: {
    object: {
      id: id("in"),
      object: "invoice",
      amount_due: below(100_000),
      amount_paid: below(100_000),
      currency: "usd",
      customer: id("cus"),
      hosted_invoice_url: `https://pay.example.com/i/${id("acct")}`,
      lines: {
        object: "list",
        data: Array.from({ length: lines }, () => ({
          id: id("il"),
          object: "line_item",
          amount: below(100_000),
          currency: "usd",
          description: `${below(9) + 1} × ${pick(["Pro seat", "API calls", "Storage (GB)"])}`,
          discountable: true,
          period: { start: 1_767_225_600, end: 1_769_904_000 },
          price: { id: id("price"), unit_amount: below(10_000), recurring: { interval: "month", interval_count: 1 } },
          proration: false,
          quantity: below(9) + 1,
        })),
        has_more: false,
      },
      status: "paid",
    },
  },
});

const chat = (turns, words) => ({
  model: "large-2026-01",
  temperature: 0.2,
  max_tokens: 4096,
  messages: [
    { role: "system", content: "You are a support agent.\nAnswer briefly, in the customer's language." },
    ...Array.from({ length: turns }, (_, turn) => ({
      role: turn % 2 === 0 ? "user" : "assistant",
      content:
        Array.from({ length: 3 }, () => sentence(below(words) + 5)).join(pick([" ", "\n\n", "\n- "])) +
        pick(["", "", " 🙏", ' He said "soon".', '\n```json\n{"status": "late"}\n```']),
    })),
  ],
  tools: [
    {
      type: "function",
      function: {
        name: "find_order",
        parameters: { type: "object", properties: { orderId: { type: "string" } }, required: ["orderId"] },
      },
    },
  ],
  user: id("user"),
});

const PAYLOADS = {
  "order-1k": order(3),
  "order-100k": order(620),
  "webhook-1k": webhook(1),
  "webhook-100k": webhook(295),
  "chat-1k": chat(3, 14),
  "chat-100k": chat(168, 60),
};

for (const [name, payload] of Object.entries(PAYLOADS)) {
  writeFileSync(new URL(`${name}.json`, import.meta.url), `${JSON.stringify(payload)}\n`);
}
