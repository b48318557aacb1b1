/**
 * What `idempotency-keys/register` costs: fresh processes, plain and registered in turn; medians, and the lowest of each,
 * which a busy machine disturbs least. At the start, with an empty program and with the SDK; and for each `tasks.trigger`,
 * with a `fetch` that answers at once.
 *
 *   node benches/js/register.mjs [runs]     (after `make pack`)
 */

import { execFileSync } from "node:child_process";

import { makeProject } from "../../tests/npm/support/sdk-project.mjs";

const VERSIONS = ["4.4.6", "4.8.3"];
const REGISTER = ["--import", "idempotency-keys/register"];
const RUNS = Number(process.argv[2] ?? 21);

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** Prints the microseconds of a trigger: the median of calls, each with a key of its own that the SDK hashes. */
const TRIGGERS = `
  import { tasks } from "@trigger.dev/sdk";
  globalThis.fetch = async () => Response.json({ id: "run_1", isCached: false });
  const times = [];
  for (let index = 0; index < 1_500; index++) {
    const begun = performance.now();
    await tasks.trigger("task", {}, { idempotencyKey: "item-" + index });
    if (index >= 500) times.push(performance.now() - begun);
  }
  console.log(1_000 * times.sort((a, b) => a - b)[times.length >> 1]);
`;
const FILES = { "empty.mjs": "", "sdk.mjs": 'import "@trigger.dev/sdk"; process.exit();', "triggers.mjs": TRIGGERS };

/** Runs both ways in turn, and prints the medians of what `measure` says of the output and the time, in ms. */
function compare(name, unit, project, file, runs, measure) {
  const env = { ...process.env, TRIGGER_SECRET_KEY: "tr_dev", TRIGGER_API_URL: "http://127.0.0.1:1" };
  const figures = { plain: [], registered: [] };
  for (let run = 0; run < runs; run++) {
    for (const [way, flags] of [
      ["plain", []],
      ["registered", REGISTER],
    ]) {
      const begun = performance.now();
      const output = execFileSync(process.execPath, [...flags, file], { cwd: project.folder, env, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
      figures[way].push(measure(output, performance.now() - begun));
    }
  }
  for (const [label, of] of [
    ["median", median],
    ["lowest", (values) => Math.min(...values)],
  ]) {
    const [plain, registered] = [of(figures.plain), of(figures.registered)];
    const columns = [plain, registered, registered - plain].map((value) => value.toFixed(0).padStart(12)).join("");
    console.log(`${`${name}, ${label}`.padEnd(36)}${columns} ${unit}`);
  }
}

console.log(`${`Node ${process.version}, ${RUNS} runs`.padEnd(36)}       plain  registered        more`);
for (const version of VERSIONS) {
  const project = makeProject(version, FILES);
  try {
    if (version === VERSIONS[0]) compare("empty program", "ms", project, "empty.mjs", RUNS, (_, ms) => ms);
    compare(`import of the SDK ${version}`, "ms", project, "sdk.mjs", RUNS, (_, ms) => ms);
    compare(`tasks.trigger, SDK ${version}`, "µs", project, "triggers.mjs", Math.ceil(RUNS / 4), (output) => Number(output));
  } finally {
    project.dispose();
  }
}
