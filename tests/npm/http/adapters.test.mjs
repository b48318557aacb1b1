/** What only some adapters have: ways to answer, parsed bodies, clients that leave, handlers that never answer. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { after, describe, test } from "node:test";

import express5 from "express";
import express4 from "express4";
import fastifyFramework from "fastify";
import { Hono } from "hono";

import { newKey, sleep, until } from "./cases.mjs";
import { express, fastify, hono, runOnce } from "./package.mjs";
import { closeAll, listen } from "./servers.mjs";

const folder = mkdtempSync(join(tmpdir(), "idempotency-http-"));
const file = join(folder, "file.txt");
writeFileSync(file, "from a file");
after(() => {
  closeAll();
  rmSync(folder, { recursive: true });
});

const config = () => ({ store: new runOnce.MemoryStore(), caller: "anyone" });
const send = (server, key, path = "/", init = {}) => server(path, { method: "POST", ...init, headers: { ...init.headers, "idempotency-key": key } });

/** Status, body, and whether it is a replay. */
async function answer(response) {
  return [response.status, await response.text(), response.headers.get("idempotent-replayed")];
}

/** Writes a request to a socket of its own, so that the client can leave. */
function rawRequest(port, key) {
  const socket = connect(port, "127.0.0.1");
  socket.write(`POST / HTTP/1.1\r\nhost: x\r\nidempotency-key: ${key}\r\ncontent-length: 0\r\n\r\n`);
  socket.on("error", () => {});
  return socket;
}

const ANSWERS = {
  json: [(req, res) => res.status(201).json({ a: 1 }), [201, '{"a":1}']],
  send: [(req, res) => res.send("<p>é"), [200, "<p>é"]],
  end: [(req, res) => res.end("done"), [200, "done"]],
  "end without a body": [(req, res) => res.status(202).end(), [202, ""]],
  sendStatus: [(req, res) => res.sendStatus(404), [404, "Not Found"]],
  redirect: [(req, res) => res.redirect(303, "/done"), [303, "See Other. Redirecting to /done"]],
  "write and end": [(req, res) => (res.write("one "), res.write(Buffer.from("two ")), res.end("three")), [200, "one two three"]],
  "write later": [(req, res) => (res.write("one "), setTimeout(() => res.end("two"), 20)), [200, "one two"]],
  "write in another encoding": [(req, res) => res.end("6869", "hex"), [200, "hi"]],
  writeHead: [(req, res) => res.writeHead(201, "Made", { "content-type": "text/x" }).end("x"), [201, "x"]],
  "writeHead with an array": [(req, res) => (res.writeHead(201, ["content-type", "text/x"]), res.end("x")), [201, "x"]],
  pipe: [(req, res) => Readable.from(["a", "b", "c"]).pipe(res), [200, "abc"]],
  sendFile: [(req, res) => res.sendFile(file), [200, "from a file"]],
  "next(err)": [(req, res, next) => next(Object.assign(new Error("no funds"), { status: 402 })), [402, '{"failed":"no funds"}']],
};

for (const [name, framework] of Object.entries({ "Express 5": express5, "Express 4": express4 })) {
  describe(name, () => {
    for (const [way, [handle, expected]] of Object.entries(ANSWERS)) {
      test(`${way}: the first time, and again`, async () => {
        const app = framework();
        let runs = 0;
        app.post("/", express.idempotency(config()), (...all) => (runs++, handle(...all)));
        app.use((error, req, res, next) => res.status(error.status ?? 500).json({ failed: error.message }));
        const server = await listen(app);
        const key = newKey();
        const first = await send(server, key);
        const second = await send(server, key);
        assert.equal(second.headers.get("content-type"), first.headers.get("content-type"));
        assert.deepEqual([await answer(first), await answer(second), runs], [[...expected, null], [...expected, "true"], 1]);
      });
    }

    test("bodies that were parsed already are compared, and those that are parsed later arrive", async () => {
      for (const order of ["before", "after"]) {
        const app = framework();
        const seen = [];
        const idempotency = express.idempotency(config());
        const parsers = [framework.json(), framework.urlencoded({ extended: false }), framework.text()];
        app.use(...(order === "before" ? [...parsers, idempotency] : [idempotency, ...parsers]));
        app.post("/", (req, res) => (seen.push(req.body), res.json({ seen: seen.length })));
        const server = await listen(app);
        for (const [type, one, same, other] of [
          ["application/json", '{"a":1,"b":2}', '{"b":2, "a":1.0}', '{"a":2,"b":2}'],
          ["application/x-www-form-urlencoded", "a=1", "a=1", "a=2"],
          ["text/plain", "one", "one", "two"],
        ]) {
          const key = newKey();
          const post = async (body) => (await send(server, key, "/", { body, headers: { "content-type": type } })).status;
          assert.deepEqual([await post(one), await post(same), await post(other)], [200, 200, 422], `${type}, parsed ${order}`);
        }
        assert.deepEqual(
          seen.map((body) => ({ ...Object(body) })),
          [{ a: 1, b: 2 }, { a: "1" }, { ...Object("one") }],
          order,
        );
      }
    });

    test("behind a router the whole path counts", async () => {
      const app = framework();
      let runs = 0;
      for (const mount of ["/one", "/two"]) {
        const router = framework.Router();
        router.post("/x", express.idempotency(config()), (req, res) => res.json({ runs: ++runs, path: req.idempotency.key }));
        app.use(mount, router);
      }
      const server = await listen(app);
      for (const path of ["/one/x", "/two/x", "/one/x"]) await send(server, "k", path);
      assert.equal(runs, 2);
    });

    test("headers of other middlewares are sent with a replay, too", async () => {
      const app = framework();
      app.use((req, res, next) => (res.set("access-control-allow-origin", "*"), next()));
      app.post("/", express.idempotency(config()), (req, res) => res.set("x-own", "1").json(1));
      const server = await listen(app);
      await send(server, "k");
      const replay = await send(server, "k");
      assert.deepEqual(
        ["access-control-allow-origin", "x-own"].map((name) => replay.headers.get(name)),
        ["*", null],
      );
    });

    test("a client that leaves before the answer: the retry gets it", async () => {
      const app = framework();
      let runs = 0;
      app.post("/", express.idempotency(config()), async (req, res) => {
        runs++;
        await sleep(150);
        if (req.idempotency.key.startsWith("pipe")) Readable.from(["a", "b"]).pipe(res);
        else res.json({ runs });
      });
      const server = await listen(app);
      for (const [key, text] of [
        ["json-1", '{"runs":1}'],
        ["pipe-1", "ab"],
      ]) {
        const before = runs;
        const socket = rawRequest(server.port, key);
        await until(() => runs === before + 1, "the run");
        socket.destroy();
        await sleep(400);
        assert.deepEqual(await answer(await send(server, key)), [200, text, "true"]);
      }
      assert.equal(runs, 2);
    });
  });
}

describe("Fastify 5", () => {
  async function serve(handler, more = {}, build = () => {}) {
    const app = fastifyFramework();
    await app.register(fastify.idempotency({ ...config(), ...more }));
    build(app);
    let runs = 0;
    app.post("/", (...all) => (runs++, handler(...all)));
    await app.ready();
    return Object.assign(await listen((request, response) => app.routing(request, response)), { runs: () => runs });
  }

  for (const [way, [handle, expected]] of Object.entries({
    object: [() => ({ a: 1 }), [200, '{"a":1}']],
    Buffer: [(request, reply) => reply.code(201).send(Buffer.from("bytes")), [201, "bytes"]],
    string: [() => "text", [200, "text"]],
    stream: [(request, reply) => reply.send(Readable.from(["a", "b"])), [200, "ab"]],
    nothing: [(request, reply) => reply.code(204).send(), [204, ""]],
    "an error with a status": [
      () => Promise.reject(Object.assign(new Error("no funds"), { statusCode: 402 })),
      [402, '{"statusCode":402,"error":"Payment Required","message":"no funds"}'],
    ],
  })) {
    test(`${way}: the first time, and again`, async () => {
      const server = await serve(handle);
      const [first, second] = [await answer(await send(server, "k")), await answer(await send(server, "k"))];
      assert.deepEqual([first, second, server.runs()], [[...expected, null], [...expected, "true"], 1]);
    });
  }

  test("JSON bodies are parsed as ever, and validation comes after", async () => {
    const server = await serve((request) => request.body);
    const init = (body) => ({ body, headers: { "content-type": "application/json" } });
    assert.deepEqual(await answer(await send(server, "k", "/", init('{"a":1}'))), [200, '{"a":1}', null]);
    assert.deepEqual(await answer(await send(server, "k", "/", init('{ "a": 1.0 }'))), [200, '{"a":1}', "true"]);
    assert.equal((await send(server, "k", "/", init('{"a":2}'))).status, 422);
    assert.equal((await send(server, "k2", "/", init("{"))).status, 400);
  });

  test("our own problems are not stored", async () => {
    const server = await serve(() => ({ a: 1 }));
    assert.equal((await send(server, '"')).status, 400);
    assert.equal(server.runs(), 0);
  });

  test("a thrown error frees the key, even where every answer is stored", async () => {
    const server = await serve(() => Promise.reject(new Error("no")), { shouldStore: () => true });
    for (const _ of [1, 2]) assert.equal((await send(server, "k")).status, 500);
    assert.equal(server.runs(), 2);
  });
});

describe("Hono", () => {
  test("a body that a validator has read, an error that is thrown, headers of other middlewares", async () => {
    const app = new Hono();
    let runs = 0;
    app.use(async (c, next) => {
      c.header("x-outer", "1");
      await next();
    });
    app.use(async (c, next) => (await c.req.json().catch(() => undefined), next()));
    app.post("/", hono.idempotency({ ...config(), shouldStore: () => true }), async (c) => {
      runs++;
      if (c.req.query("throw")) throw new Error("no");
      c.header("set-cookie", "a=1");
      return c.json({ runs, body: await c.req.json() }, 201);
    });
    const request = async (key, body, path = "/") =>
      app.request(path, { method: "POST", body, headers: { "content-type": "application/json", "idempotency-key": key } });
    const [first, second] = [await request("k", '{"a":1}'), await request("k", '{ "a":1 }')];
    assert.deepEqual([first.headers.get("set-cookie"), second.headers.get("set-cookie")], ["a=1", null]);
    assert.deepEqual(
      [await answer(first), await answer(second)],
      [
        [201, '{"runs":1,"body":{"a":1}}', null],
        [201, '{"runs":1,"body":{"a":1}}', "true"],
      ],
    );
    assert.equal((await request("k", '{"a":2}')).status, 422);
    for (const _ of [1, 2]) assert.equal((await request("t", "1", "/?throw=1")).status, 500);
    assert.equal(runs, 3);
  });
});

/** The same handler behind each server of node:http. */
const SERVERS = {
  "Express 5": (more, handle) => expressServer(express5, more, handle),
  "Express 4": (more, handle) => expressServer(express4, more, handle),
  "node:http": (more, handle) => {
    const middleware = express.idempotency({ ...config(), ...more });
    return listen((req, res) => middleware(req, res, () => handle((text) => res.end(text))));
  },
  "Fastify 5": async (more, handle) => {
    const app = fastifyFramework();
    await app.register(fastify.idempotency({ ...config(), ...more }));
    app.post("/", (request, reply) => void handle((text) => reply.send(text)));
    await app.ready();
    return listen((request, response) => app.routing(request, response));
  },
};

function expressServer(framework, more, handle) {
  const app = framework();
  app.post("/", express.idempotency({ ...config(), ...more }), (req, res) => handle((text) => res.send(text)));
  return listen(app);
}

for (const [name, serve] of Object.entries(SERVERS)) {
  describe(`on a socket: ${name}`, () => {
    test("a handler that never answers loses its key some leases after its client has left", async () => {
      let runs = 0;
      const server = await serve({ lease: 500 }, (reply) => void (++runs > 1 && reply(`run ${runs}`)));
      const socket = rawRequest(server.port, "k");
      await until(() => runs === 1, "the first run");
      await sleep(1200);
      assert.equal((await send(server, "k")).status, 409, "while the client waits");
      socket.destroy();
      let last;
      for (const end = Date.now() + 10_000; Date.now() < end && last?.[0] !== 200; await sleep(50)) last = await answer(await send(server, "k"));
      assert.deepEqual(last, [200, "run 2", null]);
    });

    test("two lines of the header, alike, different or two halves of a string: 400", async () => {
      let runs = 0;
      const { port } = await serve({}, (reply) => (runs++, reply("x")));
      for (const [first, second] of [
        ["a", "a"],
        ["a", "b"],
        ['"a', 'b"'],
      ]) {
        const socket = connect(port, "127.0.0.1");
        socket.write(`POST / HTTP/1.1\r\nhost: x\r\nidempotency-key: ${first}\r\nIdempotency-Key: ${second}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
        let text = "";
        socket.on("data", (data) => (text += data));
        await once(socket, "close");
        assert.match(text, /^HTTP\/1.1 400 .*key-invalid/s);
      }
      assert.equal(runs, 0);
    });
  });
}
