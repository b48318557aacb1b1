/** The conformance suite on a package that `wasm-pack build` made, in any runtime. */

import { conformance } from "../npm/conformance/conformance.mjs";
import { wrongErrors } from "./errors.mjs";
import { mainOf } from "./subject.mjs";

/** The key that README promises, what types and errors carry, and then every vector. */
export async function run(pack, vectors) {
  const key = pack.create("send-email", { ctx: { run: { id: "run_abc123" } } });
  const first = { text: `${key}`, json: JSON.stringify([key]), options: key.options, frozen: Object.isFrozen(key), uuid: key.toUUID(), material: key.material };
  const { passed, failed, checks } = await conformance({ main: mainOf(pack) }, vectors);
  return { first, wrongErrors: wrongErrors(pack), passed, failures: failed.length, shown: failed.slice(0, 5), suites: Object.keys(checks).length };
}
