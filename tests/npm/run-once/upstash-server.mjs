/**
 * An HTTP server that speaks Upstash's REST protocol in front of a Redis: a command as a JSON array to `/`,
 * several to `/pipeline`, base64 answers where they are asked for, errors as `{ error }` with status 400.
 */
import { once } from "node:events";
import { createServer } from "node:http";

export const TOKEN = "secret";

/** Strings as base64, in arrays, too, but for "OK". */
function encode(value) {
  if (Array.isArray(value)) return value.map(encode);
  return typeof value === "string" && value !== "OK" ? Buffer.from(value).toString("base64") : value;
}

/**
 * @param redis An ioredis client, which runs the commands.
 * @returns The server's `url`; `requests`, the commands in the order in which they came; and `answer`, which a test may set
 * to a function that answers in the server's place.
 */
export async function startUpstash(redis) {
  const state = { requests: [], answer: undefined };
  const server = createServer(async (request, response) => {
    request.setEncoding("utf8");
    let text = "";
    for await (const chunk of request) text += chunk;
    const send = (status, body) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return send(401, { error: "WRONGPASS invalid or missing auth token" });
    const body = JSON.parse(text);
    state.requests.push(request.url === "/pipeline" ? ["pipeline", ...body.map(([name]) => name)] : body);
    if (state.answer !== undefined) return state.answer(response);
    const run = async ([name, ...args]) => {
      try {
        const result = await redis.call(name, ...args);
        return { result: request.headers["upstash-encoding"] === "base64" ? encode(result) : result };
      } catch (error) {
        return { error: error.message };
      }
    };
    if (request.url === "/pipeline") return send(200, await Promise.all(body.map(run)));
    const answer = await run(body);
    send("error" in answer ? 400 : 200, answer);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return Object.assign(state, {
    url: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  });
}
