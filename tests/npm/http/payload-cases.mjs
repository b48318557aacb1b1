/** What counts as the same request. */
import { codeOf, counting, JSON_TYPE, newKey, same, start } from "./cases.mjs";

const encode = (text) => new TextEncoder().encode(text);

/** Sends both with one key, and says what the second one got. */
async function pair(setting, first, second, config) {
  const { state, send } = await start(setting, counting, config);
  const key = newKey();
  const to = ({ path = "/a", ...init }) => send(path, { key, ...init });
  same((await to(first)).status, 201, "first");
  const answer = await to(second);
  same(answer.status === 201 ? answer.text : codeOf(answer), answer.status === 201 ? '{"run":1}' : "payload-mismatch", "second");
  same(state.runs, 1, "runs");
  return answer.status;
}

const json = (body, type = "application/json") => ({ body, headers: { "content-type": type } });

function multipart(boundary, file) {
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--${boundary}\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n`;
  const body = new Uint8Array([...encode(head), ...file, ...encode(`\r\n--${boundary}--\r\n`)]);
  return { body, headers: { "content-type": `multipart/form-data; boundary=${boundary}` } };
}

const REPLAYED = [
  ["the order of members", json('{"a":1,"b":[1,{"c":2,"d":3}]}'), json('{"b":[1,{"d":3,"c":2}],"a":1}')],
  ["white space", json('{"a":1}'), json(' {\n"a" :\t1 }')],
  ["1.0 and 1, 1e2 and 100, 0.10 and 0.1", json("[1.0,1e2,0.10,-0,2.50e-1]"), json("[1,100,0.1,0,0.25]")],
  ["escapes", json('"\\u0061\\/"'), json('"a/"')],
  ["a byte order mark before JSON", json('{"a":1}'), { body: new Uint8Array([0xef, 0xbb, 0xbf, ...encode('{"a":1}')]), headers: JSON_TYPE }],
  ["parameters of the content type", json('{"a":1}'), json('{"a":1}', "Application/JSON; charset=utf-8")],
  ["a type that ends in +json", json('{"a":1}', "application/vnd.api+json"), json('{ "a":1}', "application/vnd.api+json")],
  ["another boundary around the same parts", multipart("one", [0xff, 0x00]), multipart('two--"x'.replace('"x', "x"), [0xff, 0x00])],
  ["a request without a body", {}, {}],
  ["bytes that are no UTF-8", { body: new Uint8Array([255, 254, 0]) }, { body: new Uint8Array([255, 254, 0]) }],
];

const REFUSED = [
  ["another body", json('{"a":1}'), json('{"a":2}')],
  ["another query", { path: "/a?x=1" }, { path: "/a?x=2" }],
  ["another content type", json("1", "application/json"), json("1", "text/plain")],
  ["null and a member that is not there", json('{"a":null}'), json("{}")],
  ["the order of an array", json("[1,2]"), json("[2,1]")],
  ["integers that no double tells apart", json('{"n":9007199254740993}'), json('{"n":9007199254740992}')],
  ["long decimals", json("0.1000000000000000055"), json("0.1")],
  ["numbers beyond a double's range", json("1e400"), json("1e401")],
  ["numbers below a double's range", json("1e-400"), json("0")],
  ["duplicate members", json('{"a":1,"a":2}'), json('{"a":2}')],
  ["duplicate members by an escape", json('{"a":1,"\\u0061":2}'), json('{"a":2}')],
  ["halves of surrogate pairs", json('"\\ud800"'), json('"\\ud801"')],
  ["a string and a number", json('"1"'), json("1")],
  ["JSON that is none", json('{"a":1'), json('{"a": 1')],
  ["white space in plain text", json("a b", "text/plain"), json("a  b", "text/plain")],
  ["one byte of a file", multipart("one", [1, 2]), multipart("one", [1, 3])],
  ["a body and none", { body: "x" }, {}],
];

/** Members at a depth that no recursion survives. */
const deep = (inner) => `${"[".repeat(20_000)}${inner}${"]".repeat(20_000)}`;

export const PAYLOAD_CASES = {
  ...Object.fromEntries(
    REPLAYED.map(([name, first, second]) => [`the same request: ${name}`, async (setting) => same(await pair(setting, first, second), 201, name)]),
  ),
  ...Object.fromEntries(
    REFUSED.map(([name, first, second]) => [`another request: ${name}`, async (setting) => same(await pair(setting, first, second), 422, name)]),
  ),

  async "JSON of great depth is compared"(setting) {
    const [first, second] = [json(deep("1.0")), json(deep("2"))];
    same(await pair(setting, first, first), 201, "the same");
    same(await pair(setting, first, second), 422, "another");
  },

  async "a fingerprint of one's own; false: none"(setting) {
    const fingerprint = (request, body) => JSON.parse(new TextDecoder().decode(body)).id;
    same(await pair(setting, json('{"id":1,"at":1}'), json('{"id":1,"at":2}'), { fingerprint }), 201, "the same id");
    same(await pair(setting, json('{"id":1}'), json('{"id":2}'), { fingerprint }), 422, "another id");
    same(await pair(setting, json("1"), json("2"), { fingerprint: false }), 201, "none");
  },

  async "the handler reads the body that was compared"(setting) {
    const { send } = await start(setting, async (request) => new Response(`${request.headers.get("content-type")} ${await request.text()}`));
    same((await send("/a", { key: newKey(), ...json('{"a":"é"}') })).text, 'application/json {"a":"é"}', "body");
    const large = "x".repeat(900_000);
    same((await send("/a", { key: newKey(), ...json(large, "text/plain") })).text.length, large.length + 11, "large body");
  },

  async "a body over the limit: 413 before anything is claimed; one at the limit: fine"(setting) {
    const { state, send } = await start(setting, counting, { maxRequestBytes: 1000 });
    const key = newKey();
    const answer = await send("/a", { key, body: "x".repeat(1001) });
    same([answer.status, codeOf(answer), state.runs], [413, "request-too-large", 0], "over the limit");
    same((await send("/a", { key, body: "x".repeat(1000) })).status, 201, "at the limit, with the same key");
  },

  async "a chunked body over the limit: 413, found while reading"(setting) {
    const { state, send } = await start(setting, counting, { maxRequestBytes: 100_000 });
    const chunk = encode("x".repeat(60_000));
    const body = () => {
      let left = 4;
      return new ReadableStream({ pull: (controller) => (left-- > 0 ? controller.enqueue(chunk) : controller.close()) });
    };
    const key = newKey();
    const answer = await send("/a", { key, body: body(), duplex: "half" });
    same([answer.status, codeOf(answer), state.runs], [413, "request-too-large", 0], "answer");
    same((await send("/a", { key, body: "x" })).status, 201, "with the same key");
  },
};
