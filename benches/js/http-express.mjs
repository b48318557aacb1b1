/**
 * What Express's adapter costs beside two published ways, each with its store in memory, over the bare route and one
 * loopback connection: a first run and a replay, in microseconds, medians of rounds in alternating order.
 */
import { once } from "node:events";
import { Agent, request } from "node:http";
import { createRequire } from "node:module";

import { Idempotency } from "@node-idempotency/core";
import { MemoryStorageAdapter } from "@node-idempotency/storage-adapter-memory";
import published from "express-idempotency";

import { express as entry, runOnce } from "../../tests/npm/http/package.mjs";

const express = createRequire(new URL("../../tests/npm/http/package.json", import.meta.url))("express");
const ROUNDS = 15;
const REQUESTS = 200;

const body = JSON.stringify({ amount: 990, currency: "eur", customer: "cus_1", items: [{ id: 1, n: 2 }] });
let runs = 0;
const charge = (req, res) => res.status(201).json({ id: `ch_${++runs}`, status: "succeeded" });

/** @node-idempotency/core has no middleware for Express; this one does what its README's does. */
function nodeIdempotency() {
  const idempotency = new Idempotency(new MemoryStorageAdapter());
  return async (req, res, next) => {
    const call = { headers: req.headers, body: req.body, path: req.path, method: req.method };
    const known = await idempotency.onRequest(call);
    if (known !== undefined) return res.status(known.additional.status).json(known.body);
    const json = res.json;
    res.json = (answer) => {
      idempotency.onResponse(call, { body: answer, additional: { status: res.statusCode } }).then(() => json.call(res, answer), next);
      return res;
    };
    next();
  };
}

const parse = express.json();
const service = () => published.getSharedIdempotencyService();
const ROUTES = {
  "bare route": [parse, charge],
  "idempotency-keys": [entry.idempotency({ store: new runOnce.MemoryStore(), caller: "anyone" }), parse, charge],
  "express-idempotency": [parse, published.idempotency(), (req, res) => (service().isHit(req) ? undefined : charge(req, res))],
  "@node-idempotency/core": [parse, nodeIdempotency(), charge],
};

const app = express();
for (const [index, route] of Object.values(ROUTES).entries()) app.post(`/${index}`, ...route);
const server = app.listen(0, "127.0.0.1");
await once(server, "listening");
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

function send(index, key) {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": body.length, "idempotency-key": key };
    const sent = request({ port: server.address().port, host: "127.0.0.1", path: `/${index}`, method: "POST", agent, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk) => (text += chunk));
      response.on("end", () => resolve(text));
    });
    sent.on("error", reject).end(body);
  });
}

let keys = 0;
const KINDS = { "first run": () => `key-${++keys}`, replay: () => "known" };
const median = (times) => times.sort((a, b) => a - b)[times.length >> 1];

const answers = await Promise.all(Object.keys(ROUTES).map(async (_, index) => [await send(index, "known"), await send(index, "known")]));
for (const [name, index] of Object.keys(ROUTES).map((name, index) => [name, index])) {
  const isReplay = answers[index][0] === answers[index][1];
  if (isReplay !== index > 0) throw new Error(`${name} does not do its work`);
}

const times = new Map();
for (let round = -3; round < ROUNDS; round++) {
  for (const [kind, keyOf] of Object.entries(KINDS)) {
    for (const [index, name] of Object.keys(ROUTES).entries()) {
      const since = performance.now();
      for (let sent = 0; sent < REQUESTS; sent++) await send(index, keyOf());
      const time = ((performance.now() - since) * 1000) / REQUESTS;
      const id = `${name}, ${kind}`;
      if (round >= 0) times.set(id, [...(times.get(id) ?? []), time]);
    }
  }
}
for (const kind of Object.keys(KINDS)) {
  const base = median(times.get(`bare route, ${kind}`));
  for (const name of Object.keys(ROUTES)) {
    const time = median(times.get(`${name}, ${kind}`));
    console.log(`${`${name}, ${kind}`.padEnd(36)} ${time.toFixed(0).padStart(5)} µs   ${(time - base).toFixed(0).padStart(5)} µs more`);
  }
}
agent.destroy();
server.close();
// express-idempotency's store has a timer.
process.exit();
