/** Where WebAssembly is missing: the main entry has to say so, the other one has to work. */
import * as main from "idempotency-keys";
import * as js from "idempotency-keys/js";

import { report } from "./suite.mjs";
import { refusal } from "./refusal.mjs";

console.log(JSON.stringify(await report({ main: js }, refusal(main))));
