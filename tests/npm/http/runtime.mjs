/**
 * The suite in Bun and Deno: prints a report for the wrapper and one for each adapter. Copied into the folder that
 * has the package.
 */
import process from "node:process";

import * as http from "idempotency-keys/http";
import * as expressEntry from "idempotency-keys/express";
import * as fastifyEntry from "idempotency-keys/fastify";
import * as honoEntry from "idempotency-keys/hono";
import { MemoryStore } from "idempotency-keys/run-once";

import express5 from "express";
import express4 from "express4";
import fastifyFramework from "fastify";
import * as honoFramework from "hono";

import { hono, wrapper } from "./runners.mjs";
import { express, fastify, node } from "./servers.mjs";
import { report } from "./suite.mjs";

const SERVES = {
  wrapper: wrapper(http),
  hono: hono(honoEntry, honoFramework),
  "express 5": express(expressEntry, express5),
  "express 4": express(expressEntry, express4),
  "node:http": node(expressEntry),
  fastify: fastify(fastifyEntry, fastifyFramework),
};

const reports = {};
for (const [name, serve] of Object.entries(SERVES)) reports[name] = await report({ serve, newStore: () => new MemoryStore() });
console.log(JSON.stringify(reports));
// Servers are still open.
setTimeout(() => process.exit(), 100);
