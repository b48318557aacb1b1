/** A request to a server that honours `Idempotency-Key`, and what came before it: all in this page. */

import { refusal } from "./dom.mjs";
import { createIdempotency, MemoryStore } from "./package.mjs";

const URL_OF_IT = "https://api.example.com/charges";

function request(method, line, body) {
  const headers = new Headers(body === undefined ? {} : { "content-type": "application/json" });
  try {
    if (line !== undefined) headers.set("idempotency-key", line);
  } catch (error) {
    throw refusal("Not a header", `No client can send this value: ${error.message}`);
  }
  return new Request(URL_OF_IT, { method, headers, body });
}

/** A promise, and what settles it. */
function gate() {
  let open;
  const promise = new Promise((resolve) => (open = resolve));
  return { promise, open };
}

/**
 * @param given `method`; `line`: the header's value, undefined for none; `body`; `before`: whether an earlier request with
 * the same line, and the body `first`, was "answered", is "running", or "nothing"; `required`: whether the server needs a
 * key; `isKnown`: whether it knows who calls.
 * @returns The `response`, its `text`, the `problem` that it tells of, if any; what the handler was told as `once`,
 * undefined if it was told nothing or never ran; and how often it ran.
 */
export async function exchange({ method, line, body, before, first, required, isKnown }) {
  const entered = gate();
  const finish = gate();
  let runs = 0;
  let told;
  const caller = () => (isKnown ? "you" : null);
  const serve = createIdempotency({ store: new MemoryStore(), caller, required })(async (_, isHeld, once) => {
    runs++;
    told ??= once;
    const charge = runs;
    entered.open();
    if (isHeld) await finish.promise;
    return Response.json({ charge }, { status: 201 });
  });
  let earlier;
  if (before !== "nothing") {
    earlier = serve(request(method, line, first), before === "running");
    await Promise.race([earlier, entered.promise]);
    if (before === "answered") await earlier;
  }
  const response = await serve(request(method, line, body), false);
  finish.open();
  await earlier;
  const text = await response.text();
  const isProblem = response.headers.get("content-type") === "application/problem+json";
  return { response, text, problem: isProblem ? JSON.parse(text) : undefined, once: told, runs };
}
