/**
 * Runs examples/node/fan-out.mjs, unchanged, twice in the folder that is named: plain, and with
 * `idempotency-keys/register`. Prints how many keys' options the mock API received.
 */

import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { startStandIn } from "./npm/support/mock-api/server.mjs";

const [, , folder] = process.argv;
const run = promisify(execFile);

async function fanOut(...flags) {
  const api = await startStandIn();
  try {
    const env = { ...process.env, TRIGGER_API_URL: api.url, TRIGGER_SECRET_KEY: "tr_dev_mock" };
    await run(process.execPath, [...flags, "fan-out.mjs"], { cwd: folder, env });
    const lines = api.requests.flatMap((request) => request.lines ?? []);
    const received = lines.filter(({ options }) => options.idempotencyKeyOptions !== undefined).length;
    const command = ["node", ...flags, "fan-out.mjs"].join(" ");
    console.log(`${command}\n  ${received.toLocaleString("en")} of ${lines.length.toLocaleString("en")} options received`);
    return received;
  } finally {
    await api.close();
  }
}

const plain = await fanOut();
const registered = await fanOut("--import", "idempotency-keys/register");
if (plain !== 1_000 || registered !== 6_235) {
  console.error("expected 1,000 and 6,235");
  process.exitCode = 1;
}
