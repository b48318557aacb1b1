/** Faults of PostgreSQL, of a PgBouncer in front of it, and of the network to it. */
import { pgbouncerEngine, postgresEngine } from "./fault-engines.mjs";
import { through } from "./faults.mjs";

await through("PostgreSQL", postgresEngine);
await through("through PgBouncer", pgbouncerEngine);
