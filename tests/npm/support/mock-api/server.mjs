/**
 * A mock of the Trigger.dev API on loopback: the requests that the SDKs send to trigger runs
 * and batches, to make wait tokens and to reset keys, answered by the rules in rules.mjs, and
 * recorded. It is no part of the package.
 *
 * @example
 * const api = await startStandIn();
 * await fetch(`${api.url}/api/v1/tasks/send-email/trigger`, { method: "POST", … });
 * api.runs;          // [{ id: "run_1", task: "send-email", status: "EXECUTING", … }]
 * api.finish("run_1", "FAILED");
 * api.advance(31 * 24 * 60 * 60 * 1000);
 * await api.close();
 */
import { createServer } from "node:http";

import { Environment, MAX_KEY_LENGTH } from "./rules.mjs";

/** Each route: method, path, and what it answers. `path` holds the path's captures. */
const ROUTES = [
  ["POST", /^\/api\/v1\/tasks\/([^/]+)\/trigger$/, trigger],
  ["POST", /^\/api\/v2\/tasks\/batch$/, triggerBatch],
  ["POST", /^\/api\/v3\/batches$/, createBatch],
  ["POST", /^\/api\/v3\/batches\/([^/]+)\/items$/, batchItems],
  ["POST", /^\/api\/v1\/idempotencyKeys\/([^/]+)\/reset$/, reset],
  ["POST", /^\/api\/v1\/waitpoints\/tokens$/, createToken],
  ["POST", /^\/api\/v1\/runs\/([^/]+)\/(?:input|session)-streams\/wait$/, waitForStream],
  ["POST", /^\/api\/v1\/webhooks\/endpoints\/([^/]+)\/waiters$/, createWaiter],
  ["POST", /^\/engine\/v1\/runs\/([^/]+)\/waitpoints\/tokens\/([^/]+)\/wait$/, () => ok({ success: true })],
  ["POST", /^\/engine\/v1\/runs\/([^/]+)\/wait\/duration$/, waitForDuration],
  ["POST", /^\/api\/v2\/runs\/([^/]+)\/cancel$/, cancel],
];

/**
 * Starts the mock API.
 *
 * @param {{ now?: () => number, intercept?: (request) => object | undefined }} [options] `now`: the
 *   clock, in milliseconds; `intercept`: answers a request itself, with `{ status, body }`.
 */
export async function startStandIn({ now = Date.now, intercept = () => undefined } = {}) {
  const environments = new Map();
  const requests = [];
  const counters = {};
  let offset = 0;
  const state = {
    batches: new Map(),
    now: () => now() + offset,
    nextId: (kind) => `${kind}_${(counters[kind] = (counters[kind] ?? 0) + 1)}`,
    environment(request) {
      const id = `${request.headers.authorization} ${request.headers["x-trigger-branch"] ?? ""}`;
      if (!environments.has(id)) {
        environments.set(id, new Environment(state.now, state.nextId));
      }
      return environments.get(id);
    },
  };
  const allRuns = () => [...environments.values()].flatMap((environment) => environment.runs);

  const server = createServer(async (incoming, response) => {
    const request = await read(incoming);
    requests.push(request);
    const { status, body, headers } = intercept(request) ?? answer(state, request);
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(body));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** `{ method, path, headers, body, lines }` in order of arrival; `lines`: an NDJSON body's. */
    requests,
    /** All runs of all environments. */
    get runs() {
      return allRuns();
    },
    /** Moves the clock. */
    advance(milliseconds) {
      offset += milliseconds;
    },
    /** Ends a run: "COMPLETED", "CANCELED", or one of the failures in rules.mjs. */
    finish(runId, status) {
      const run = allRuns().find(({ id }) => id === runId);
      if (!run) {
        throw new Error(
          `no run ${runId}, there are: ${allRuns()
            .map(({ id }) => id)
            .join(", ")}`,
        );
      }
      run.status = status;
    },
    /** Stops it, along with connections that clients keep alive. */
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function read(incoming) {
  const chunks = [];
  for await (const chunk of incoming) {
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString("utf8");
  const { method, url: path, headers } = incoming;
  const isNdjson = headers["content-type"] === "application/x-ndjson";
  const lines = isNdjson
    ? text
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line))
    : undefined;
  return { method, path, headers, text, lines, body: lines ? undefined : parse(text) };
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function answer(state, request) {
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
  if (!token) {
    return refuse(401, "Invalid or Missing API key");
  }
  for (const [method, pattern, handle] of ROUTES) {
    const captures = method === request.method && pattern.exec(request.path);
    if (captures) {
      const path = captures.slice(1).map(decodeURIComponent);
      return handle({ state, request, environment: state.environment(request), path, body: request.body ?? {} });
    }
  }
  return refuse(404, `no such route: ${request.method} ${request.path}`);
}

const ok = (body, headers = {}) => ({ status: 200, body, headers: { "x-trigger-jwt": "jwt", ...headers } });
const refuse = (status, error) => ({ status, body: { error } });

/** What the server says of a key that its schema refuses. */
function keyFault(...keys) {
  for (const key of keys) {
    if (key !== undefined && key !== null && typeof key !== "string") {
      return refuse(400, "idempotencyKey must be a string");
    }
    if (key?.length > MAX_KEY_LENGTH) {
      return refuse(400, `idempotencyKey must be ${MAX_KEY_LENGTH} characters or less`);
    }
  }
  return undefined;
}

function trigger({ environment, path: [task], body: { payload, options } }) {
  const fault = keyFault(options?.idempotencyKey);
  if (fault) {
    return fault;
  }
  const { run, isCached } = environment.trigger(task, payload, options);
  return ok({ id: run.id, isCached });
}

function triggerBatch({ state, environment, body: { items = [] } }) {
  const fault = keyFault(...items.map(({ options }) => options?.idempotencyKey));
  if (fault) {
    return fault;
  }
  for (const { task, payload, options } of items) {
    environment.trigger(task, payload, options);
  }
  return ok({ id: state.nextId("batch"), runCount: items.length });
}

function createBatch({ state, environment, body: { runCount, idempotencyKey } }) {
  const fault = keyFault(idempotencyKey);
  if (fault) {
    return fault;
  }
  const batch = environment.createBatch(runCount, idempotencyKey);
  if (!state.batches.has(batch.id)) {
    state.batches.set(batch.id, { runCount, seen: new Set() });
  }
  return ok({ ...batch, idempotencyKey });
}

function batchItems({ state, environment, request: { lines = [] }, path: [id] }) {
  const batch = state.batches.get(id);
  if (!batch) {
    return refuse(404, `no batch ${id}`);
  }
  const fault = keyFault(...lines.map(({ options }) => options?.idempotencyKey));
  if (fault) {
    return fault;
  }
  const fresh = lines.filter(({ index }) => !batch.seen.has(index));
  for (const { index, task, payload, options } of fresh) {
    batch.seen.add(index);
    environment.trigger(task, payload, options);
  }
  return ok({
    id,
    itemsAccepted: fresh.length,
    itemsDeduplicated: lines.length - fresh.length,
    sealed: batch.seen.size >= batch.runCount,
    enqueuedCount: batch.seen.size,
    expectedCount: batch.runCount,
  });
}

function reset({ environment, path: [key], body: { taskIdentifier } }) {
  return environment.reset(taskIdentifier, key) > 0 ? ok({ id: key }) : refuse(404, `No runs found with idempotency key: ${key} and task: ${taskIdentifier}`);
}

function createToken({ state, environment, body: { idempotencyKey, idempotencyKeyTTL } }) {
  const { id, isCached } = environment.createWaitpoint(plain(idempotencyKey), idempotencyKeyTTL);
  return ok({ id, isCached, url: `https://waitpoints.invalid/${id}`, now: state.now() });
}

function waitForStream({ environment, body: { idempotencyKey, idempotencyKeyTTL } }) {
  const { id, isCached } = environment.createWaitpoint(plain(idempotencyKey), idempotencyKeyTTL);
  return ok({ waitpointId: id, isCached });
}

function createWaiter({ state, environment, body: { idempotencyKey, idempotencyKeyTTL } }) {
  const { id, isCached } = environment.createWaitpoint(plain(idempotencyKey), idempotencyKeyTTL);
  return ok({ id, isCached, expiresAt: new Date(state.now()).toISOString() });
}

function waitForDuration({ state, environment, body: { idempotencyKey, idempotencyKeyTTL } }) {
  const { id } = environment.createWaitpoint(plain(idempotencyKey), idempotencyKeyTTL);
  return ok({ waitUntil: new Date(state.now()).toISOString(), waitpoint: { id } });
}

/** Waits send keys unhashed and unchecked: whatever JSON carries. */
function plain(key) {
  return key === undefined || key === null ? undefined : JSON.stringify(key);
}

function cancel({ environment, path: [id] }) {
  const run = environment.runs.find((candidate) => candidate.id === id);
  if (!run) {
    return refuse(404, `no run ${id}`);
  }
  run.status = "CANCELED";
  return ok({ id });
}
