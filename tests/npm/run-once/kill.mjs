/** Runs a crowd of processes over many keys, kills and stops them at random, and keeps the books. */
import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("kill-worker.mjs", import.meta.url));
const skew = new URL("clock-skew.mjs", import.meta.url).href;
const DAY = 86_400_000;

/** Starts a process whose clock is off by up to a day, and runs at half to one and a half times the pace. */
export function startWorker(setup, worker, mode, node = process.execPath) {
  const offset = randomInt(-DAY, DAY);
  const pace = 0.5 + Math.random();
  const child = spawn(node, ["--import", skew, script], {
    env: {
      ...process.env,
      RUN_ONCE_SKEW: `${offset},${pace}`,
      RUN_ONCE_WORKER: JSON.stringify({ ...setup, worker, mode, client: worker % 2 }),
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let complaints = "";
  child.stderr.on("data", (data) => {
    complaints += data;
  });
  const exit = once(child, "exit").then(([status, signal]) => ({ status, signal, complaints }));
  return { worker, child, exit };
}

/** The whole lines: of one that is being written just now a reader may see a part. */
export function readLedger(file) {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  lines.pop();
  return lines.map((line) => JSON.parse(line));
}

/** A function that says which executions are open, and by which worker; each call reads what the ledger has more. */
function openExecutions(file) {
  const open = new Map();
  let position = 0;
  return () => {
    if (!existsSync(file)) return open;
    const fd = openSync(file, "r");
    const bytes = Buffer.alloc(fstatSync(fd).size - position);
    readSync(fd, bytes, 0, bytes.length, position);
    closeSync(fd);
    const whole = bytes.lastIndexOf("\n") + 1;
    position += whole;
    for (const line of bytes.toString("utf8", 0, whole).split("\n").slice(0, -1)) {
      const { event, execution, worker } = JSON.parse(line);
      if (event === "start") open.set(execution, worker);
      else open.delete(execution);
    }
    return open;
  };
}

/** One of the processes whose callbacks are running just now; after two seconds without, just any. */
async function atWork(look, running, paused) {
  for (let tries = 0; tries < 100; tries++) {
    const busy = [...new Set(look().values())].filter((worker) => running.has(worker) && !paused.has(worker));
    if (busy.length > 0) return running.get(busy[randomInt(busy.length)]);
    await sleep(20);
  }
  return [...running.values()].find(({ worker }) => !paused.has(worker));
}

/**
 * Keeps `size` processes going while `kills` times one is killed, or (two times in five) stopped for
 * longer than a lease, at random moments; then lets the rest finish. `interrupt` is awaited halfway.
 */
export async function runCrowd(setup, { size, kills, node, interrupt }) {
  const killed = new Set();
  const complaints = [];
  let started = 0;
  const running = new Map();
  const start = () => {
    const one = startWorker(setup, started++, "crowd", node);
    running.set(one.worker, one);
    void one.exit.then(({ status, signal, complaints: text }) => {
      running.delete(one.worker);
      if (status !== 0 && signal !== "SIGKILL") complaints.push(`worker ${one.worker} ended with ${status ?? signal}: ${text}`);
    });
  };
  for (let index = 0; index < size; index++) start();
  const look = openExecutions(setup.ledger);
  let pauses = 0;
  const paused = new Set();
  for (let kill = 0, turns = 0; kill < kills && turns < 3 * kills; turns++) {
    await sleep(randomInt(60, 260));
    const victim = await atWork(look, running, paused);
    if (victim === undefined) {
      // Everybody is stopped just now. On a crowded machine that is so again and again: not ever more of them.
      if (running.size < 2 * size) start();
      continue;
    }
    if (kill % 5 === 1 || kill % 5 === 3) {
      pauses += 1;
      paused.add(victim.worker);
      victim.child.kill("SIGSTOP");
      void sleep(4 * setup.leaseMs).then(() => {
        victim.child.kill("SIGCONT");
        paused.delete(victim.worker);
      });
    } else {
      killed.add(victim.worker);
      victim.child.kill("SIGKILL");
      start();
    }
    if (kill === Math.floor(kills / 2)) await interrupt?.();
    kill += 1;
  }
  await Promise.all([...running.values()].map(({ exit }) => exit));
  // A pause may have ended just now; and the last worker may have died before it was done.
  if (!readLedger(setup.ledger).some(({ event, worker }) => event === "done" && !killed.has(worker))) {
    const last = startWorker(setup, started++, "crowd", node);
    await last.exit;
  }
  return { started, killed, pauses, complaints };
}

/** What the stores say in the end: the execution whose result each key has. */
export async function audit(setup, node) {
  const one = startWorker({ ...setup, ledger: `${setup.ledger}.audit` }, 0, "audit", node);
  const { status, complaints } = await one.exit;
  if (status !== 0) throw new Error(`the audit failed: ${complaints}`);
  const stored = new Map();
  for (const { event, key, execution } of readLedger(`${setup.ledger}.audit`)) {
    if (event === "got") stored.set(key, execution);
  }
  return stored;
}

/**
 * Balances the books: each execution that began must have ended in one known way.
 *
 * @returns The table, and what doesn't add up.
 */
export function balance(lines, stored, { name, keys, killed }) {
  const wrong = [];
  const executions = new Map();
  const by = (execution) => {
    if (!executions.has(execution)) executions.set(execution, { ends: new Set() });
    return executions.get(execution);
  };
  const hashes = new Map();
  for (const line of lines) {
    const { event, key, execution, worker, hash, code } = line;
    if (event === "start") {
      Object.assign(by(execution), { key, worker });
      if (hashes.has(key) && hashes.get(key) !== hash) wrong.push(`${key} had two idempotency keys`);
      hashes.set(key, hash);
    }
    if (event === "finish") by(execution).finished = true;
    if (event === "throw") by(execution).ends.add("threw");
    if (event === "error" && code === "ERR_LEASE_LOST" && execution !== undefined) by(execution).ends.add("lost its lease");
    if (event === "error" && code === "ERR_PUBLISH") by(execution).ends.add("not published");
    if (event === "got" && stored.get(key) !== execution) {
      wrong.push(`worker ${worker} was given ${execution} for ${key}, which has ${stored.get(key)}`);
    }
  }
  for (let index = 0; index < keys; index++) {
    const key = `${name}-${index}`;
    const execution = stored.get(key);
    if (execution === undefined) wrong.push(`${key} is lost`);
    else if (executions.get(execution)?.key !== key) wrong.push(`${key} has the result of something else`);
    else if (!executions.get(execution).finished) wrong.push(`${key} has the result of work that wasn't finished`);
    else {
      executions.get(execution).ends.add("published");
      // Its caller could not learn that it was.
      executions.get(execution).ends.delete("not published");
    }
  }
  const table = { published: 0, threw: 0, "lost its lease": 0, "not published": 0, "killed at work": 0, "killed after work": 0 };
  for (const [execution, { key, worker, ends, finished }] of executions) {
    if (ends.size === 0 && killed.has(worker)) ends.add(finished ? "killed after work" : "killed at work");
    if (ends.size !== 1) wrong.push(`${execution} of ${key} by worker ${worker} ended as: ${[...ends].join(" and ") || "nothing"}`);
    for (const end of ends) table[end] += 1;
  }
  const sum = Object.values(table).reduce((total, count) => total + count, 0);
  if (sum !== executions.size) wrong.push(`${executions.size} executions, but ${sum} ends`);
  if (table.published !== keys) wrong.push(`${keys} keys, but ${table.published} published results`);
  return { executions: executions.size, table, wrong };
}
