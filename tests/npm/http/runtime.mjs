/** The suite in Bun and Deno: prints a report for the wrapper. Copied into the folder that has the package. */
import * as http from "idempotency-keys/http";
import { MemoryStore } from "idempotency-keys/run-once";

import { wrapper } from "./runners.mjs";
import { report } from "./suite.mjs";

console.log(JSON.stringify(await report({ serve: wrapper(http), newStore: () => new MemoryStore() })));
