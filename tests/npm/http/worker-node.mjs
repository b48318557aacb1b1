/**
 * The suite in workerd: the adapters for servers of `node:http`, which workerd has behind `nodejs_compat`. Express 4 and
 * Fastify make code from strings, which no Worker may.
 */
import { handleAsNodeRequest } from "cloudflare:node";
import { once } from "node:events";
import { createServer } from "node:http";

import * as expressEntry from "idempotency-keys/express";
import { MemoryStore } from "idempotency-keys/run-once";

import express5 from "express";

import { express, node } from "./servers.mjs";
import { report } from "./suite.mjs";

/** Ports are names here: a server gets the requests that are handed to it. */
let port = 0;
const WORKERD = {
  async listen(listener) {
    const at = ++port;
    createServer(listener).listen(at);
    return (path, init) => handleAsNodeRequest(at, new Request(`http://localhost${path}`, { redirect: "manual", ...init }));
  },
  /** workerd's own responses, without any middleware, never end when a stream is piped into them. */
  async pipe(body, outgoing) {
    for await (const chunk of body) if (!outgoing.write(chunk)) await once(outgoing, "drain");
    outgoing.end();
  },
};

const SERVES = {
  "node:http": node(expressEntry, WORKERD),
  "express 5": express(expressEntry, express5, WORKERD),
};

/** A bare server there never answers with 205. */
const bodyless = [204, 304];
const init = (options) => ({ ...options, encodeBody: "manual" });

export default {
  async fetch(request) {
    const name = decodeURIComponent(new URL(request.url).pathname.slice(1));
    return Response.json(await report({ serve: SERVES[name], newStore: () => new MemoryStore(), init, bodyless }));
  },
};
