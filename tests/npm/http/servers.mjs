/** The same for frameworks on `node:http`, which listen on a loopback port. */
import { once } from "node:events";
import { createServer } from "node:http";
import { Readable } from "node:stream";

const open = new Set();

/** Ends all servers. */
export function closeAll() {
  for (const server of open) {
    server.closeAllConnections();
    server.close();
  }
}

/** A `fetch` for a server that handles requests with `listener`; `stop` makes the redirections visible. */
export async function listen(listener) {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  open.add(server);
  const { port } = server.address();
  const send = (path, init) => fetch(`http://127.0.0.1:${port}${path}`, { redirect: "manual", ...init });
  return Object.assign(send, { port, server });
}

/** The request as a handler of the suite gets it. */
function standardRequest(incoming, path, body) {
  const { method } = incoming;
  const headers = Object.entries(incoming.headers).filter(([name]) => !["connection", "transfer-encoding"].includes(name));
  return new Request(`http://localhost${path}`, { method, headers, ...(["GET", "HEAD"].includes(method) ? {} : { body }) });
}

async function bytesOf(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** How a runtime serves with `node:http`, and writes a stream. */
const NODE = { listen, pipe: (body, outgoing) => Readable.fromWeb(body).pipe(outgoing) };

/** Writes an answer of the suite's: streams by `pipe`, the rest at once. */
async function write(response, outgoing, pipe) {
  outgoing.statusCode = response.status;
  for (const [name, value] of response.headers) if (name !== "set-cookie") outgoing.setHeader(name, value);
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) outgoing.setHeader("set-cookie", cookies);
  if (response.body === null) outgoing.end();
  else if (response.headers.get("content-type")?.startsWith("text/")) pipe(response.body, outgoing);
  else outgoing.end(Buffer.from(await response.arrayBuffer()));
}

export const express =
  ({ idempotency }, framework, { listen, pipe } = NODE) =>
  async (config, handler) => {
    const app = framework();
    app.disable("x-powered-by");
    app.use(idempotency(config), async (req, res, next) => {
      try {
        const response = await handler(standardRequest(req, req.originalUrl, await bytesOf(req)), req.idempotency);
        await write(response, res, pipe);
      } catch (error) {
        next(error);
      }
    });
    app.use((error, req, res, next) => res.status(500).json({ failed: error.message }));
    return listen(app);
  };

export const node =
  ({ idempotency }, { listen, pipe } = NODE) =>
  async (config, handler) => {
    const middleware = idempotency(config);
    return listen((req, res) => {
      middleware(req, res, async (error) => {
        if (error !== undefined) return res.writeHead(500).end();
        await write(await handler(standardRequest(req, req.url, await bytesOf(req)), req.idempotency), res, pipe);
      });
    });
  };

export const fastify =
  ({ idempotency }, framework, { listen } = NODE) =>
  async (config, handler) => {
    const app = framework({ bodyLimit: 4_194_304 });
    await app.register(idempotency(config));
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", { parseAs: "buffer" }, (request, body, done) => done(null, body));
    app.all("*", async (request, reply) => {
      const response = await handler(standardRequest(request.raw, request.originalUrl, request.body ?? Buffer.alloc(0)), request.idempotency);
      reply.code(response.status);
      for (const [name, value] of response.headers) if (name !== "set-cookie") reply.header(name, value);
      for (const cookie of response.headers.getSetCookie()) reply.header("set-cookie", cookie);
      if (response.body === null) return reply.send();
      if (response.headers.get("content-type")?.startsWith("text/")) return reply.send(Readable.fromWeb(response.body));
      return reply.send(Buffer.from(await response.arrayBuffer()));
    });
    await app.ready();
    return listen((request, response) => app.routing(request, response));
  };
