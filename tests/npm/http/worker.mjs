/** The suite in workerd: the wrapper and Hono, one report for all cases. */
import * as hono from "idempotency-keys/hono";
import * as http from "idempotency-keys/http";
import { MemoryStore } from "idempotency-keys/run-once";
import * as framework from "hono";

import { hono as honoRunner, wrapper } from "./runners.mjs";
import { report } from "./suite.mjs";

const newStore = () => new MemoryStore();
// Bytes that are encoded already are sent as they are only if that is said.
const init = (options) => ({ ...options, encodeBody: "manual" });

export default {
  async fetch(request) {
    const serve = new URL(request.url).pathname === "/hono" ? honoRunner(hono, framework) : wrapper(http);
    return Response.json(await report({ serve, newStore, init }));
  },
};
