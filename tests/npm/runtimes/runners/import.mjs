/** Node, Bun and Deno, as an ES module. */
import * as main from "idempotency-keys";
import * as triggerSdk from "idempotency-keys/trigger-sdk";

import { report } from "./suite.mjs";

console.log(JSON.stringify(await report({ main, triggerSdk })));
