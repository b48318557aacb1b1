/** A page whose Content-Security-Policy forbids WebAssembly. */
import * as main from "idempotency-keys";
import * as js from "idempotency-keys/js";

import { post } from "./post.mjs";
import { refusal } from "./refusal.mjs";
import { report } from "./suite.mjs";

await post(() => report({ main: js }, refusal(main)));
