/** A page, or a worker that it starts: posts the report to the server it came from. */
import * as main from "idempotency-keys";
import * as triggerSdk from "idempotency-keys/trigger-sdk";

import { report } from "./suite.mjs";
import { post } from "./post.mjs";

await post(() => report({ main, triggerSdk }));
