/** The header, callers and operations. */
import { codeOf, counting, gate, isReplay, newKey, same, start } from "./cases.mjs";
import { STRUCTURED_STRINGS } from "./structured-strings.mjs";

const LONG = "k".repeat(255);

/** Strings of RFC 8941, section 3.3.3, and what is none. */
const INVALID = [
  '""',
  "",
  "a".repeat(256),
  `"${"a".repeat(256)}"`,
  "é",
  '"é"',
  "a, b",
  '"a", "b"',
  '"a',
  'a"b',
  '"a\\b"',
  '"a" b',
  '"a";P=1',
  '"a";=1',
  '"a"\\',
  '"a\t"',
  '"a";p="x',
  '"a";p=1.',
  '"a";p=1.2345',
  '"a";p=@1.5',
  '"a";p=1234567890123456',
  '"a";p=:YQ=:',
  '"a";p=%"%C3"',
];
/** A field, and the key in quotation marks that is the same. */
const SAME = [
  ["abc", '"abc"'],
  ["abc", '"abc";p=1'],
  ["abc", ' "abc" ;p'.replace(" ;", ";")],
  ['"abc"', '"abc"; a=1;b="x;\\"y";c=?1;d=:aGk=:;e=tok/en;f=1.5;*g=@12;h=%"\\";i=%"%c3%a9"'],
  ["01985b3c-2f1e-7c3d-8f4e-0123456789ab", '"01985b3c-2f1e-7c3d-8f4e-0123456789ab"'],
  ['"a \\"b\\" \\\\c"', '"a \\"b\\" \\\\c"'],
  ["a:b/c+d=e", '"a:b/c+d=e"'],
];

export const KEY_CASES = {
  async "a key that is required and missing: 400"(setting) {
    const { state, send } = await start(setting, counting, { required: true });
    const answer = await send("/a");
    same([answer.status, codeOf(answer), state.runs], [400, "key-required", 0], "answer");
    same(answer.headers.get("content-type"), "application/problem+json", "content type");
    same(answer.headers.get("cache-control"), "no-store", "cache control");
    same((await send("/a", { method: "DELETE" })).status, 201, "another method");
  },

  async "no key, and none required: the handler's, each time, without once"(setting) {
    const { state, send } = await start(setting, counting);
    for (const run of [1, 2]) {
      const answer = await send("/a");
      same([answer.status, answer.text, answer.headers.get("idempotency-key")], [201, `{"run":${run}}`, null], "answer");
    }
    same(
      state.onces.filter((once) => once !== undefined && once !== null),
      [],
      "once",
    );
  },

  async "GET, HEAD, PUT and DELETE: keys are ignored unless the methods are listed"(setting) {
    const { state, send } = await start(setting, counting);
    const key = newKey();
    const methods = ["GET", "HEAD", "PUT", "DELETE"];
    for (const method of [...methods, ...methods]) same((await send("/a", { method, key })).status, 201, method);
    same(state.runs, 8, "runs");
    const listing = await start(setting, counting, { methods: ["put"] });
    for (const _ of [1, 2]) same((await listing.send("/a", { method: "PUT", key })).text, '{"run":1}', "answer to PUT");
    for (const _ of [1, 2]) await listing.send("/a", { method: "POST", key });
    same(listing.state.runs, 3, "runs with PUT listed");
  },

  async "malformed keys: 400, and the value is not echoed"(setting) {
    const { state, send } = await start(setting, counting);
    for (const key of INVALID) {
      // What can be put into a header at all: its bytes as Latin-1.
      const answer = await send("/a", { key });
      same([key, answer.status, codeOf(answer)], [key, 400, "key-invalid"], "answer");
      same(key.length > 3 && answer.text.includes(key), false, "echo");
      same(answer.headers.get("idempotency-key"), null, "header");
    }
    same(state.runs, 0, "runs");
  },

  async "the strings of httpwg/structured-field-tests: the key is what they stand for, or the answer is 400"(setting) {
    const { state, send } = await start(setting, counting);
    for (const [index, [field, text]] of STRUCTURED_STRINGS.entries()) {
      const isKey = text !== undefined && text.length >= 1 && text.length <= 255;
      state.onces.length = 0;
      let answer;
      try {
        answer = await send(`/${index}`, { key: field });
      } catch (error) {
        // Nobody can send a header with such a character.
        same([field, isKey, error.name], [field, false, "TypeError"], "refused by the runtime");
        continue;
      }
      same([field, answer.status, state.onces[0]?.key], isKey ? [field, 201, text] : [field, 400, undefined], "answer");
    }
  },

  async "two lines of the header: 400"(setting) {
    const { state, send } = await start(setting, counting);
    for (const [first, second] of [
      ["a", "b"],
      ["a", "a"],
      ['"a"', '"b"'],
    ]) {
      const headers = new Headers({ "idempotency-key": first });
      headers.append("idempotency-key", second);
      const answer = await send("/a", { headers });
      same([answer.status, codeOf(answer)], [400, "key-invalid"], `${first} and ${second}`);
    }
    same(state.runs, 0, "runs");
  },

  async "255 characters, bare and quoted: fine"(setting) {
    const { state, send } = await start(setting, counting);
    same((await send("/a", { key: LONG })).status, 201, "bare");
    same((await send("/a", { key: `"${LONG}"` })).text, '{"run":1}', "quoted");
    same(state.runs, 1, "runs");
  },

  async "bare and quoted forms and parameters: one key, and the header is echoed as it came"(setting) {
    for (const [first, second] of SAME) {
      const { state, send } = await start(setting, counting);
      for (const key of [first, second]) {
        const answer = await send("/a", { key });
        same([key, answer.status, answer.text], [key, 201, '{"run":1}'], "answer");
        same(answer.headers.get("idempotency-key"), key.trim(), "echo");
      }
      same(state.runs, 1, `runs for ${first} and ${second}`);
    }
  },

  async "keys are told apart by every character"(setting) {
    const { state, send } = await start(setting, counting);
    for (const key of ["a", "A", '"a "', '" a"', '"a;b"', "a.b", "a:b"]) await send("/a", { key });
    same(state.runs, 7, "runs");
  },

  async "the handler is told the key without quotation marks, and a hash that stays the same"(setting) {
    const { state, send } = await start(setting, () => new Response(null, { status: 500 }));
    for (const key of ['"k 1"', '"k 1";p']) await send("/a", { key });
    const [first, second] = state.onces;
    same([first.key, second.key, first.takenOver], ["k 1", "k 1", false], "once");
    same([/^[0-9a-f]{64}$/.test(first.idempotencyKey), second.idempotencyKey], [true, first.idempotencyKey], "hash");
    same([first.signal instanceof AbortSignal, first.signal.aborted], [true, false], "signal");
  },

  async "two callers: two runs, and neither sees the other's answer"(setting) {
    const caller = (request) => request.headers.get("x-account");
    const { state, send } = await start(setting, (request, once, { runs }) => new Response(`${request.headers.get("x-account")} ${runs}`), { caller });
    const key = newKey();
    for (const [account, text] of [
      ["a", "a 1"],
      ["b", "b 2"],
      ["a", "a 1"],
      ["b", "b 2"],
    ]) {
      same((await send("/a", { key, headers: { "x-account": account } })).text, text, account);
    }
    same(state.runs, 2, "runs");
  },

  async "callers, operations and keys with separators in them don't collide"(setting) {
    const caller = (request) => request.headers.get("x-account");
    const operation = (request) => request.headers.get("x-operation");
    const { state, send } = await start(setting, counting, { caller, operation, fingerprint: false });
    const combinations = [
      ["a", "b", "c"],
      ["a-b", "", "c"],
      ["a:b", "c", "d"],
      ["a", "b:c", "d"],
      ["a", "b", "c:d"],
      ["a", "b-c", "d"],
      ['a","b', "c", "d"],
      ["anyone", "b", "c"],
      ["null", "b", "c"],
    ];
    for (const [account, name, key] of combinations) await send("/a", { key, headers: { "x-account": account, "x-operation": name } });
    same(state.runs, combinations.length, "runs");
    same(new Set(state.onces.map(({ idempotencyKey }) => idempotencyKey)).size, combinations.length, "hashes");
  },

  async "a caller that is unknown: 401, and nothing runs; promises are waited for"(setting) {
    const { state, send } = await start(setting, counting, { caller: async (request) => request.headers.get("x-account") });
    const key = newKey();
    const answer = await send("/a", { key });
    same([answer.status, codeOf(answer), state.runs], [401, "caller-unknown", 0], "answer");
    same((await send("/a", { key, headers: { "x-account": "a" } })).status, 201, "known");
  },

  async 'another path or method: a run of its own; operation "": 422'(setting) {
    const { state, send } = await start(setting, counting);
    const key = newKey();
    for (const [path, method] of [
      ["/a", "POST"],
      ["/b", "POST"],
      ["/a", "PATCH"],
      ["/a/", "POST"],
    ])
      await send(path, { method, key });
    same(state.runs, 4, "runs");
    const shared = await start(setting, counting, { operation: () => "" });
    same((await shared.send("/a", { key })).status, 201, "first");
    for (const [path, method] of [
      ["/b", "POST"],
      ["/a", "PATCH"],
    ]) {
      const answer = await shared.send(path, { method, key });
      same([answer.status, codeOf(answer)], [422, "payload-mismatch"], `${method} ${path}`);
    }
    same(shared.state.runs, 1, "runs");
  },

  async "a problem in the API's own dialect; undefined: the standard one"(setting) {
    const problem = ({ code, status }) =>
      code === "key-invalid" ? Response.json({ error: { type: code } }, { status: status + 1, headers: { "x-own": "1" } }) : undefined;
    const { send } = await start(setting, counting, { problem, required: true });
    const own = await send("/a", { key: '"' });
    same([own.status, own.text, own.headers.get("x-own")], [401, '{"error":{"type":"key-invalid"}}', "1"], "own");
    same(codeOf(await send("/a")), "key-required", "standard");
  },

  async "events name what happens, and never the key"(setting) {
    const { state, send } = await start(setting, counting);
    const key = `secret-key-${newKey()}`;
    await send("/a", { key, body: "1" });
    await send("/a", { key, body: "1" });
    await send("/a", { key, body: "2" });
    await send("/a", { key: '"' });
    same(
      state.events.map(({ type, code }) => code ?? type),
      ["run", "stored", "replay", "payload-mismatch", "key-invalid"],
      "events",
    );
    const { idempotencyKey } = state.onces[0];
    same(
      state.events.slice(0, 4).every(({ hash }) => hash === idempotencyKey),
      true,
      "hashes",
    );
    same(JSON.stringify(state.events).includes("secret-key"), false, "keys in events");
  },

  async "what onEvent throws is ignored"(setting) {
    const { send } = await start(setting, counting, {
      onEvent() {
        throw new Error("no");
      },
    });
    same((await send("/a", { key: newKey() })).status, 201, "answer");
  },

  async "of answers that are replayed none is shared"(setting) {
    const { send } = await start(setting, counting);
    const key = newKey();
    const first = await send("/a", { key });
    const replays = await Promise.all([1, 2, 3].map(() => send("/a", { key })));
    same(
      replays.map(({ text }) => text),
      [first.text, first.text, first.text],
      "bodies",
    );
    same(replays.map(isReplay), [true, true, true], "replays");
  },

  async "a mismatch while the first runs: 422, not 409"(setting) {
    const { opened, open } = gate();
    const { state, send } = await start(setting, async (...all) => (await opened, counting(...all)));
    const key = newKey();
    const first = send("/a", { key, body: "1" });
    while (state.runs === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    same(codeOf(await send("/a", { key, body: "2" })), "payload-mismatch", "other body");
    const same1 = await send("/a", { key, body: "1" });
    same([same1.status, codeOf(same1), same1.headers.get("retry-after")], [409, "in-progress", "1"], "same body");
    open();
    same((await first).status, 201, "first");
  },
};
