/** Vercel's edge runtime: leaves the report in a global. */
import * as main from "idempotency-keys";

import { report } from "./suite.mjs";

globalThis.answer = report({ main }).then(JSON.stringify);
