/** Vercel's edge runtime: leaves the report in a global. */
import * as main from "idempotency-keys";
import * as triggerSdk from "idempotency-keys/trigger-sdk";

import { report } from "./suite.mjs";

globalThis.answer = report({ main, triggerSdk }).then(JSON.stringify);
