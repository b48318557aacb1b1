/** workerd: answers any request with the report. */
import * as main from "idempotency-keys";
import * as triggerSdk from "idempotency-keys/trigger-sdk";

import { report } from "./suite.mjs";

export default {
  async fetch() {
    return Response.json(await report({ main, triggerSdk }));
  },
};
