/** Every client library that has an adapter: how it connects, and how a callback writes with it. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { drizzle } from "drizzle-orm/node-postgres";
import { drizzle as drizzleJs } from "drizzle-orm/postgres-js";
import { sql } from "drizzle-orm";
import { Kysely, PostgresDialect, sql as kyselySql } from "kysely";
import pg from "pg";
import postgres from "postgres";

import { transaction } from "./package.mjs";

const INSERT = "INSERT INTO effects (name) VALUES ($1)";
const esbuild = createRequire(new URL("../../../tools/package.json", import.meta.url))("esbuild");

/** Prisma's client, generated from prisma/schema.prisma. Its schema engine, a download, has no part in that. */
async function prismaClient() {
  const folder = join(import.meta.dirname, ".generated");
  const bundle = join(folder, "client.mjs");
  if (!existsSync(bundle)) {
    execFileSync(process.execPath, [join(import.meta.dirname, "node_modules/prisma/build/index.js"), "generate"], {
      cwd: import.meta.dirname,
      env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: "1" },
      stdio: ["ignore", "ignore", "inherit"],
    });
    await esbuild.build({
      entryPoints: [join(folder, "client.ts")],
      outfile: bundle,
      bundle: true,
      format: "esm",
      platform: "node",
      packages: "external",
      logLevel: "error",
    });
  }
  const [{ PrismaClient }, { PrismaPg }] = await Promise.all([import(pathToFileURL(bundle).href), import("@prisma/adapter-pg")]);
  return { PrismaClient, PrismaPg };
}

function pool(url, options = {}) {
  const made = new pg.Pool({ connectionString: url, max: 30, ...options });
  made.on("error", () => {});
  // Kysely and Drizzle add none to the connections that they use: without one a lost connection ends the process.
  made.on("connect", (client) => client.on("error", () => {}));
  return made;
}

/** `open(url)` gives the adapter, `insert` as a callback calls it, `fail` (a statement that PostgreSQL refuses), and `close`. */
export const CLIENTS = {
  pg: async (url, options) => {
    const client = pool(url, options);
    return {
      transactions: transaction.pgTransactions(client),
      insert: (tx, name) => tx.query(INSERT, [name]),
      execute: (tx, text) => tx.query(text),
      close: () => client.end(),
    };
  },
  "postgres.js": async (url, { options, prepare = true } = {}) => {
    const client = postgres(url, { max: 30, prepare, onnotice() {}, ...(options === undefined ? {} : { connection: { options } }) });
    return {
      transactions: transaction.postgresJsTransactions(client),
      insert: (tx, name) => tx`INSERT INTO effects (name) VALUES (${name})`,
      execute: (tx, text) => tx.unsafe(text),
      close: () => client.end({ timeout: 1 }),
    };
  },
  "Drizzle on pg": async (url, options) => {
    const client = pool(url, options);
    return {
      transactions: transaction.drizzleTransactions(drizzle(client)),
      insert: (tx, name) => tx.execute(sql`INSERT INTO effects (name) VALUES (${name})`),
      execute: (tx, text) => tx.execute(text),
      close: () => client.end(),
    };
  },
  "Drizzle on postgres.js": async (url) => {
    const client = postgres(url, { max: 30, onnotice() {} });
    return {
      transactions: transaction.drizzleTransactions(drizzleJs(client)),
      insert: (tx, name) => tx.execute(sql`INSERT INTO effects (name) VALUES (${name})`),
      execute: (tx, text) => tx.execute(text),
      close: () => client.end({ timeout: 1 }),
    };
  },
  Kysely: async (url, options) => {
    const db = new Kysely({ dialect: new PostgresDialect({ pool: pool(url, options) }) });
    return {
      transactions: transaction.kyselyTransactions(db),
      insert: (tx, name) => tx.insertInto("effects").values({ name }).execute(),
      execute: (tx, text) => kyselySql.raw(text).execute(tx),
      close: () => db.destroy(),
    };
  },
  Prisma: async (url, options = {}) => {
    const { PrismaClient, PrismaPg } = await prismaClient();
    const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: 30, ...options }) });
    return {
      transactions: transaction.prismaTransactions(prisma, { timeout: 20_000 }),
      insert: (tx, name) => tx.effect.create({ data: { name } }),
      execute: (tx, text) => tx.$executeRawUnsafe(text),
      close: () => prisma.$disconnect(),
    };
  },
};
