/** Node, Bun and Deno, as an ES module. */
import * as main from "idempotency-keys";

import { report } from "./suite.mjs";

console.log(JSON.stringify(await report({ main })));
