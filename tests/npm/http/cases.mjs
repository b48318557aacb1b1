/** What the cases share; it knows no runtime and no framework. */

/** Fails unless both are the same as JSON. */
export function same(found, expected, what) {
  const [foundText, expectedText] = [found, expected].map((value) => JSON.stringify(value) ?? "undefined");
  if (foundText !== expectedText) throw new Error(`${what}: found ${foundText}, expected ${expectedText}`);
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until `condition()` is true. */
export async function until(condition, what, ms = 8000) {
  for (const end = Date.now() + ms; !condition(); await sleep(5)) {
    if (Date.now() > end) throw new Error(`${what} did not happen within ${ms} ms`);
  }
}

export const JSON_TYPE = { "content-type": "application/json" };

let keys = 0;
/** A key that no other case uses. */
export const newKey = () => `key-${Date.now().toString(36)}-${++keys}-${Math.random().toString(36).slice(2)}`;

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** An answer with its body read. */
async function read(response) {
  const bytes = new Uint8Array(await response.arrayBuffer());
  return {
    status: response.status,
    headers: response.headers,
    bytes,
    get hex() {
      return hex(bytes);
    },
    get text() {
      return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    },
  };
}

export const codeOf = ({ text }) => JSON.parse(text).code;

/**
 * A server with one handler, which counts its runs. `setting` is what a runner gives: `serve(config,
 * handler)`, which answers a `fetch(path, init)`, and `newStore()`.
 */
export async function start(setting, handler, config = {}) {
  const state = { runs: 0, onces: [], events: [], inside: 0 };
  const { store = await setting.newStore(), ...rest } = config;
  const send = await setting.serve({ store, caller: "anyone", onEvent: (event) => void state.events.push(event), ...rest }, async (request, once) => {
    state.runs++;
    state.onces.push(once);
    return handler(request, once, state);
  });
  const raw = (path, { method = "POST", key, headers, ...init } = {}) =>
    send(path, { method, headers: [...new Headers(headers), ...(key === undefined ? [] : [["idempotency-key", key]])], ...init });
  return { state, store, raw, send: async (path, init) => read(await raw(path, init)) };
}

/** A handler whose answers differ from run to run. */
export const counting = (request, once, state) => Response.json({ run: state.runs }, { status: 201 });

/** A promise, and the function that resolves it. */
export function gate() {
  let open;
  const opened = new Promise((resolve) => (open = resolve));
  return { opened, open };
}

/** Headers that say that an answer is a replay. */
export const isReplay = ({ headers }) => headers.get("idempotent-replayed") === "true";
