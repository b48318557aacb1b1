/** Faults of an SQLite file, in both of its journal modes. */
import { sqliteEngine } from "./fault-engines-sqlite.mjs";
import { through } from "./faults.mjs";
import { hasSqlite, runWithSqlite } from "./sqlite-node.mjs";

if (hasSqlite) {
  await through("SQLite, WAL", () => sqliteEngine("WAL"));
  await through("SQLite, rollback journal", () => sqliteEngine("DELETE"));
} else {
  runWithSqlite("faults of SQLite, in a Node that has it", import.meta.url, 16);
}
