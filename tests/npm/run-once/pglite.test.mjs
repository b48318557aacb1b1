/** The PostgreSQL store on PGlite, which is PostgreSQL in WebAssembly, in this process. */
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { PGlite } from "@electric-sql/pglite";

import { runOnce as entry } from "./package.mjs";
import { storeSuite } from "./suite.mjs";

const database = await PGlite.create();
after(() => database.close());
await database.exec(entry.postgresMigration());
await database.exec(entry.postgresMigration());

storeSuite("PGlite", () => new entry.PostgresStore(database), { histories: 10 });

test("PGlite: deleteExpired counts what it deletes", async () => {
  const store = new entry.PostgresStore(database);
  await store.deleteExpired();
  const { runOnce } = entry.createRunOnce({ store, ttl: 1 });
  await runOnce("brief", () => 1);
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(await store.deleteExpired(), 1);
});
