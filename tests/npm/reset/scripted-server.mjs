/**
 * A server on loopback that answers resets as the case of a reset vector says, and notes what was
 * asked of it; tests/vectors/README.md explains `server`.
 */

import { createServer } from "node:http";

const NOTED = /^\/.*\/idempotencyKeys\/([^/]*)\/reset$/;

export async function startScriptedServer() {
  let script = {};
  let verbatim;
  let requests = [];

  const server = createServer(async (incoming, response) => {
    let body = "";
    for await (const chunk of incoming) {
      body += chunk;
    }
    const { method, url: path, headers } = incoming;
    requests.push({ method, path, headers, body });
    const key = decodeURIComponent(NOTED.exec(path)?.[1] ?? "");
    answer(response, choose(script, key === verbatim, requests.length - 1), key);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** Begins a case; `key` is the text that counts as verbatim. */
    play(nextScript, key) {
      script = nextScript ?? { any: { status: 200 } };
      verbatim = key;
      requests = [];
    },
    /** The requests of the case, in the vectors' shape. */
    get requests() {
      const ids = new Map();
      return requests.map(({ method, path, headers, body }) => {
        const id = headers["x-trigger-request-idempotency-key"];
        ids.set(id, ids.get(id) ?? ids.size);
        const branch = headers["x-trigger-branch"];
        return { method, path, body, requestId: ids.get(id), auth: headers.authorization, ...(branch && { branch }) };
      });
    },
    /** The headers of the last request. */
    get headers() {
      return requests.at(-1)?.headers ?? {};
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function choose({ any, verbatim, other, sequence }, isVerbatim, index) {
  return any ?? sequence?.[Math.min(index, sequence.length - 1)] ?? (isVerbatim ? verbatim : other);
}

function answer(response, { status, body, message, headers, empty, destroy }, key) {
  if (destroy) {
    response.destroy();
    return;
  }
  const text = body === undefined ? JSON.stringify(usualBody(status, message, key)) : asText(body);
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(empty ? undefined : text);
}

const asText = (body) => (typeof body === "string" ? body : JSON.stringify(body));

function usualBody(status, message, key) {
  if (status === 200) return { id: "run_reset" };
  return { error: message ?? (status === 404 ? `No runs found with idempotency key: ${key}` : `request failed for ${key}`) };
}
