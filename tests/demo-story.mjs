/**
 * Runs examples/node/story.mjs, in the folder given, against the mock API, and
 * checks what the server made of it.
 */

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";

import { startStandIn } from "./npm/support/mock-api/server.mjs";

const [, , folder] = process.argv;
const sha256 = (text) => createHash("sha256").update(text).digest("hex");

const api = await startStandIn();
try {
  const env = { ...process.env, TRIGGER_API_URL: api.url, TRIGGER_SECRET_KEY: "tr_dev_stand_in" };
  const story = spawn(process.execPath, ["story.mjs"], { cwd: folder, env, stdio: "inherit" });
  const [status] = await once(story, "exit");

  const triggers = api.requests.filter(({ path }) => path.endsWith("/trigger"));
  const resets = api.requests.filter(({ path }) => path.endsWith("/reset"));
  const withOptions = triggers.filter(({ body: { options } }) => {
    const { key, scope } = options.idempotencyKeyOptions ?? {};
    return key === "receipt-order-42" && scope === "run";
  });
  const ofFirstRun = sha256("receipt-order-42-run_parent_a");
  const resetKeys = resets.map(({ path }) => path.split("/").at(-2));

  console.log("\nWhat the server saw");
  console.table({
    "trigger requests": { count: triggers.length },
    "with the key's material and scope": { count: withOptions.length },
    "child runs started": { count: api.runs.length },
    "reset requests": { count: resets.length },
  });
  const asTold =
    status === 0 &&
    triggers.length === 5 &&
    withOptions.length === 5 &&
    api.runs.length === 3 &&
    resetKeys.length === 3 &&
    resetKeys.every((hash) => hash === ofFirstRun);
  if (!asTold) {
    console.error("that is not what the story tells");
    process.exitCode = 1;
  }
} finally {
  await api.close();
}
