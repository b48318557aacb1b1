/** What is replayed of an answer, and what is not stored. */
import { codeOf, counting, gate, isReplay, newKey, same, start, until } from "./cases.mjs";

/** Sends twice with one key. */
async function twice(setting, handler, config) {
  const { state, send } = await start(setting, handler, config);
  const key = newKey();
  const [first, second] = [await send("/a", { key }), await send("/a", { key })];
  return { state, first, second };
}

/** Both answers alike, and one run. */
async function replays(setting, handler, config) {
  const { state, first, second } = await twice(setting, handler, config);
  same(state.runs, 1, "runs");
  same([isReplay(first), isReplay(second)], [false, true], "replays");
  same([second.status, second.hex], [first.status, first.hex], "the second answer");
  return { first, second };
}

const gzipped = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4b, 4, 0, 0x43, 0xbe, 0xb7, 0xe8, 1, 0, 0, 0];

/** An answer that comes in pieces. */
function streamed(pieces, piece, init) {
  let left = pieces;
  return new Response(new ReadableStream({ pull: (controller) => (left-- > 0 ? controller.enqueue(piece.slice()) : controller.close()) }), init);
}

export const ANSWER_CASES = {
  async "201 with location and etag: the same bytes and headers"(setting) {
    const headers = {
      location: "/a/1",
      etag: '"v1"',
      "content-type": "application/vnd.api+json",
      link: "</a>; rel=self",
      "content-language": "de",
      "last-modified": "Sat, 01 Jan 2000 00:00:00 GMT",
      "content-location": "/a/1",
      "content-disposition": "inline",
    };
    const { first, second } = await replays(setting, (request, once, { runs }) => new Response(`{ "n": ${runs} }`, { status: 201, headers }));
    for (const [name, value] of Object.entries(headers)) same([name, first.headers.get(name), second.headers.get(name)], [name, value, value], "header");
    same(second.headers.get("content-length"), "10", "content length");
  },

  async "204, 205 and 304: no body, and no second run"(setting) {
    for (const status of setting.bodyless ?? [204, 205, 304]) {
      const { first, second } = await replays(setting, () => new Response(null, { status, headers: { etag: '"v"' } }));
      same([first.status, second.hex, second.headers.get("etag")], [status, "", '"v"'], "answer");
    }
  },

  async "303 is replayed"(setting) {
    const { second } = await replays(setting, () => new Response(null, { status: 303, headers: { location: "/done" } }));
    same([second.status, second.headers.get("location")], [303, "/done"], "answer");
  },

  async "bytes that are no UTF-8, and a byte order mark: identical"(setting) {
    for (const bytes of [[0xff, 0xfe, 0], [0xef, 0xbb, 0xbf, 0x61], [], [0xed, 0xa0, 0x80], [0, 1, 2]]) {
      const { second } = await replays(setting, () => new Response(new Uint8Array(bytes)));
      same([...second.bytes], bytes, "bytes");
    }
  },

  async "every byte there is, up to the limit: identical"(setting) {
    const bytes = Uint8Array.from({ length: 262_144 }, (_, index) => (index * 7919) >> 3);
    await replays(setting, () => new Response(bytes));
  },

  async "an answer that is encoded keeps its header"(setting) {
    const headers = { "content-encoding": "gzip", "content-type": "text/plain" };
    const { second } = await replays(setting, () => new Response(new Uint8Array(gzipped), setting.init?.({ headers }) ?? { headers }));
    same(second.headers.get("content-encoding"), "gzip", "header");
  },

  async "cookies and challenges: the first time only"(setting) {
    const headers = () => {
      const all = new Headers({
        "www-authenticate": "Basic",
        "x-request-id": "1",
        "ratelimit-remaining": "3",
        "proxy-status": "x",
        age: "1",
        date: "Sat, 01 Jan 2000 00:00:00 GMT",
        "x-kept": "yes",
      });
      all.append("set-cookie", "a=1");
      all.append("set-cookie", "b=2");
      return all;
    };
    const { first, second } = await replays(setting, () => new Response("x", { headers: headers() }), {
      replayHeaders: ["X-Kept", "Set-Cookie", "WWW-Authenticate", "Proxy-Status", "age", "date"],
    });
    same([first.headers.get("set-cookie"), first.headers.get("www-authenticate"), first.headers.get("x-request-id")], ["a=1, b=2", "Basic", "1"], "first");
    for (const name of ["set-cookie", "www-authenticate", "x-request-id", "ratelimit-remaining", "proxy-status", "age"])
      same([name, second.headers.get(name)], [name, null], "replay");
    same(second.headers.get("x-kept"), "yes", "asked for");
    same(second.headers.get("date") === "Sat, 01 Jan 2000 00:00:00 GMT", false, "date");
  },

  async "a handler that throws: the retry runs"(setting) {
    const { state, send, raw } = await start(setting, (request, once, { runs }) => {
      if (runs === 1) throw new Error("no");
      return new Response("yes");
    });
    const key = newKey();
    same(
      await raw("/a", { key }).then(
        ({ status }) => status,
        () => 500,
      ),
      500,
      "first",
    );
    same((await send("/a", { key })).text, "yes", "second");
    same(
      state.events.map(({ type }) => type),
      ["run", "released", "run", "stored"],
      "events",
    );
  },

  async "500, 401, 408, 425 and 429: passed on, and the retry runs"(setting) {
    for (const status of [500, 503, 401, 408, 425, 429]) {
      const { state, first, second } = await twice(setting, (request, once, { runs }) => new Response(`n${runs}`, { status }));
      same([first.status, first.text, second.status, second.text, state.runs], [status, "n1", status, "n2", 2], "answers");
    }
  },

  async "402, an application's own 409 and 404: replayed"(setting) {
    for (const status of [400, 402, 404, 409, 422]) {
      await replays(setting, (request, once, { runs }) => Response.json({ code: "own", runs }, { status }));
    }
  },

  async "shouldStore decides: a 500 that is kept, a 200 that is not"(setting) {
    await replays(setting, (request, once, { runs }) => new Response(`n${runs}`, { status: 500 }), { shouldStore: () => true });
    const { state } = await twice(setting, () => new Response("x", { headers: { "x-draft": "1" } }), {
      shouldStore: (response) => response.headers.get("x-draft") === null && response.status === 200,
    });
    same(state.runs, 2, "runs");
  },

  async "an answer at the limit is stored; one over it goes out whole, and the retry gets 409"(setting) {
    await replays(setting, () => new Response("x".repeat(1000)), { maxResponseBytes: 1000 });
    const { state, first, second } = await twice(setting, () => new Response("x".repeat(1001), { headers: { "x-a": "1" } }), { maxResponseBytes: 1000 });
    same([first.status, first.text.length, first.headers.get("x-a"), state.runs], [200, 1001, "1", 1], "first");
    same([second.status, codeOf(second), second.headers.get("retry-after")], [409, "response-not-stored", null], "second");
    same(state.events.find(({ type }) => type === "stored").dropped, "too-large", "event");
  },

  async "10 MiB: whole, and 409 for the retry"(setting) {
    const piece = new Uint8Array(65_536).fill(97);
    const { state, first, second } = await twice(setting, () => streamed(160, piece, { status: 201, headers: { "content-type": "text/plain" } }));
    same([first.status, first.bytes.length, first.bytes.every((byte) => byte === 97), state.runs], [201, 160 * 65_536, true, 1], "first");
    same(codeOf(second), "response-not-stored", "second");
  },

  async "a large answer that is still coming: it is known already that it can't be replayed"(setting) {
    const { opened, open } = gate();
    const { state, raw, send } = await start(setting, () => {
      const body = new ReadableStream({
        async start(controller) {
          controller.enqueue(new Uint8Array(300_000).fill(97));
          await opened;
          controller.enqueue(new Uint8Array(5).fill(98));
          controller.close();
        },
      });
      return new Response(body, { headers: { "content-type": "text/plain" } });
    });
    const key = newKey();
    const response = await raw("/a", { key });
    const reader = response.body.getReader();
    const { value } = await reader.read();
    same(value[0], 97, "the first bytes");
    same(codeOf(await send("/a", { key })), "response-not-stored", "a retry meanwhile");
    open();
    let length = value.length;
    for (let read = await reader.read(); !read.done; read = await reader.read()) length += read.value.length;
    same([length, state.runs], [300_005, 1], "the rest");
  },

  async "a small answer that comes in pieces is stored"(setting) {
    const { second } = await replays(setting, () => streamed(10, new Uint8Array(100).fill(98), { headers: { "content-type": "text/plain" } }));
    same(second.bytes.length, 1000, "length");
  },

  async "text/event-stream: the first event arrives before the end, and the retry gets 409"(setting) {
    const { opened, open } = gate();
    const event = (text) => new TextEncoder().encode(`data: ${text}\n\n`);
    const { state, raw, send } = await start(setting, () => {
      const body = new ReadableStream({
        async start(controller) {
          controller.enqueue(event("one"));
          await opened;
          controller.enqueue(event("two"));
          controller.close();
        },
      });
      return new Response(body, { headers: { "content-type": "text/event-stream" } });
    });
    const key = newKey();
    const response = await raw("/a", { key });
    const reader = response.body.getReader();
    const { value } = await reader.read();
    same(new TextDecoder().decode(value), "data: one\n\n", "first event");
    same(codeOf(await send("/a", { key })), "response-not-stored", "a retry meanwhile");
    open();
    let rest = "";
    for (let read = await reader.read(); !read.done; read = await reader.read()) rest += new TextDecoder().decode(read.value);
    same([rest, state.runs], ["data: two\n\n", 1], "the rest");
  },

  async "what a stored header may not contain is not sent"(setting) {
    const store = await setting.newStore();
    const tampered = {
      acquire: async (hash, claim) => {
        const answer = await store.acquire(hash, claim);
        if (answer.status !== "done") return answer;
        const record = JSON.parse(answer.result);
        record.headers.push(["x-a", "1\r\nset-cookie: a=1"], ["x b", "1"], ["set-cookie", "a=1"]);
        return { ...answer, result: JSON.stringify(record) };
      },
      renew: (...all) => store.renew(...all),
      complete: (...all) => store.complete(...all),
      release: (...all) => store.release(...all),
    };
    const { second } = await replays(setting, counting, { store: tampered });
    same([second.headers.get("x-a"), second.headers.get("set-cookie")], [null, null], "headers");
  },

  async "an answer waits for its record to be stored"(setting) {
    const store = await setting.newStore();
    let stored = false;
    const slow = Object.assign(Object.create(store), {
      acquire: (...all) => store.acquire(...all),
      async complete(...all) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        stored = await store.complete(...all);
        return stored;
      },
      renew: (...all) => store.renew(...all),
      release: (...all) => store.release(...all),
    });
    const { send } = await start(setting, counting, { store: slow });
    same((await send("/a", { key: newKey() })).status, 201, "answer");
    same(stored, true, "stored before it is sent");
    await until(() => stored, "storing");
  },
};
