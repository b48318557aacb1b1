/**
 * `node --import idempotency-keys/register app.js`: every published Trigger.dev SDK that the process
 * loads, 4.3.3 or later, keeps the options of every key of a run, and takes this package's keys as
 * they are. `IDEMPOTENCY_KEYS_DEBUG=1` says what was swapped.
 *
 * @module
 */

import { installCatalog } from "../../shared.js";
import { swapLoaded } from "./loaders.js";

const REGISTERED = Symbol.for("idempotency-keys.register@1");
const registered = globalThis as { [REGISTERED]?: boolean };

// Once, whether it is named by --import, --require, NODE_OPTIONS or all of them.
if (registered[REGISTERED] !== true) {
  registered[REGISTERED] = true;
  installCatalog();
  swapLoaded();
}
