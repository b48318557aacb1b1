/**
 * Payloads: canonical JSON (RFC 8785), and the hashes and keys made of it. Beside the vectors it is
 * the runtime's own JSON.stringify and crypto.subtle that say what is right.
 */

import { isRefusal } from "./differences.mjs";
import { outcome } from "./context.mjs";
import { sha256 } from "./sha256.mjs";
import { REFUSED, VALUES } from "./values.mjs";

const DOCUMENTS = 1_000;
const DEEPEST = 4;
/** Levels that JSON.stringify has the stack for, in every runtime. */
const DEPTHS = [10, 500];
/** More levels than JSON.stringify has the stack for in most runtimes. */
const TOO_DEEP = 200_000;
/** For the last, 580 kB of JSON, the instance's memory has to grow while it works. */
const LENGTHS = [1_000, 20_000];

/** The vectors: documents, numbers by their bits, and what can't be hashed. */
export async function canonical({ main }, file, report) {
  for (const { name, json, canonical: text } of file.cases) {
    const value = JSON.parse(json);
    const id = `canonical/${name}`;
    report.equal(id, text, main.canonicalize(value));
    await checkHashes(main, report, id, value, text);
    await checkKeys(main, report, id, value, text);
  }
  for (const { ieee, text } of file.numbers) {
    const number = numberOf(ieee);
    const id = `canonical/number ${ieee}`;
    if (text === null) await checkRefused(main, report, id, { value: [number], path: "$[0]", said: "" });
    else report.equal(id, `{"a":[${text}]}`, main.canonicalize({ a: [number] }));
  }
  for (const { name, json, path } of file.refused) {
    const id = `canonical/${name}`;
    const { value } = await outcome(() => JSON.parse(json));
    if (value === undefined) report.skip(id, "no value of JavaScript has this as its JSON");
    else if (name.startsWith("a name twice")) report.skip(id, "no object of JavaScript has a name twice");
    else await checkRefused(main, report, id, { value, path, said: "" });
  }
}

/** What no file holds: values that are not plain data, and documents too deep or too many for one. */
export async function payloads({ main }, _, report) {
  for (const [name, { value, json }] of Object.entries(VALUES)) {
    report.equal(`payloads/${name}`, json, main.canonicalize(value()));
    report.equal(`payloads/${name}, hashed`, await sha256(json), main.hashPayload(value()));
  }
  report.equal("payloads/no prototype was changed", undefined, {}.polluted);
  for (const [name, { value, path, said }] of Object.entries(REFUSED)) {
    await checkRefused(main, report, `payloads/${name}`, { value: value(), path, said });
  }
  for (const operation of [5, false, {}, []]) {
    await checkRefusal(report, `payloads/operation ${JSON.stringify(operation)}`, () => main.hashPayload(1, { operation }), "the operation is ");
  }
  await checkThrowing(main, report);
  await checkDepths(main, report);
  await checkTooDeep(main, report);
  await checkLengths(main, report);
  await checkDocuments(main, report);
}

/** By each recipe; `text` is the canonical JSON. */
async function checkHashes({ hashPayload }, report, id, value, text) {
  const json = JSON.stringify(value);
  report.equal(`${id}, hash`, await sha256(text), hashPayload(value));
  report.equal(`${id}, operation`, await sha256(`${text}chargé`), hashPayload(value, { operation: "chargé" }));
  report.equal(`${id}, not canonical`, await sha256(json), hashPayload(value, { canonical: false }));
  report.equal(`${id}, not canonical, operation`, await sha256(`${json}op`), hashPayload(value, { canonical: false, operation: "op" }));
}

/** In each scope: the key of a payload is that of its hash. */
async function checkKeys({ idempotencyKeys }, report, id, value, text) {
  const ctx = { run: { id: "run_1" }, attempt: { number: 2 } };
  const hash = await sha256(`${text}op`);
  for (const scope of ["run", "attempt", "global"]) {
    const key = idempotencyKeys.fromPayload(value, { operation: "op", scope, ctx });
    const suffix = { run: "-run_1", attempt: "-run_1-2", global: "" }[scope];
    report.equal(`${id}, ${scope} key`, { hash: await sha256(hash + suffix), options: { key: hash, scope } }, { hash: key.hash, options: key.options });
    report.equal(`${id}, ${scope} key by its hash`, key.hash, idempotencyKeys.createSync(hash, { scope, ctx }).hash);
  }
}

/** Refused by every function that takes a payload, and its path named. */
async function checkRefused({ canonicalize, hashPayload, idempotencyKeys }, report, id, { value, path, said }) {
  const start = `the payload can't be hashed: ${path} `;
  await checkRefusal(report, id, () => canonicalize(value), start, said);
  await checkRefusal(report, `${id}, hashPayload`, () => hashPayload(value), start, said);
  await checkRefusal(report, `${id}, not canonical`, () => hashPayload(value, { canonical: false }), start, said);
  await checkRefusal(report, `${id}, fromPayload`, () => idempotencyKeys.fromPayload(value, { scope: "global" }), start, said);
}

async function checkRefusal(report, id, body, start, said = "") {
  const expected = { name: "InvalidPayloadError", code: "ERR_INVALID_PAYLOAD", start };
  const { throws, value } = await outcome(body);
  const isAsSaid = isRefusal(throws, expected) && throws.message.includes(said);
  report.equal(id, { ...expected, said }, isAsSaid ? { ...expected, said } : String(throws ?? value));
}

/** What the caller's own code throws comes through as it is, and the next call works. */
async function checkThrowing({ canonicalize, hashPayload }, report) {
  for (const thrown of [new Error("mine"), "a text", undefined]) {
    const fail = () => {
      throw thrown;
    };
    const throwing = {
      getter: Object.defineProperty({ a: [1] }, "b", { get: fail, enumerable: true }),
      "deep getter": { a: [Object.defineProperty({}, "b", { get: fail, enumerable: true })] },
      element: Object.defineProperty([1, 2], 1, { get: fail, enumerable: true }),
      toJSON: { toJSON: fail },
      proxy: new Proxy({}, { ownKeys: fail }),
    };
    for (const [name, value] of Object.entries(throwing)) {
      const id = `payloads/${name} that throws ${typeof thrown}`;
      for (const body of [() => canonicalize(value), () => hashPayload(value)]) {
        const ended = await outcome(body);
        report.equal(id, true, "throws" in ended && ended.throws === thrown);
      }
      report.equal(`${id}, and the call after it`, '{"a":2,"b":1}', canonicalize({ b: 1, a: 2 }));
    }
  }
}

async function checkDepths(main, report) {
  for (const depth of main.depths ?? DEPTHS) {
    const id = `payloads/depth ${depth}`;
    const text = nestedText(depth);
    report.equal(id, text, main.canonicalize(nested(depth, 1)));
    report.equal(`${id}, hash`, await sha256(text), main.hashPayload(nested(depth, 1)));
    // Once for each depth: JavaScriptCore takes two seconds to run out of stack.
    const path = depth * 2 <= 32 ? ".b[0]".repeat(depth) : `${".b[0]".repeat(8)}…${".b[0]".repeat(8)}`;
    const start = `the payload can't be hashed: $${path} is NaN`;
    await checkRefusal(report, `${id}, NaN inside`, () => main.canonicalize(nested(depth, NaN)), start);
  }
}

/** Refused for its depth where JSON.stringify has a limit; else the hash of the JSON. */
async function checkTooDeep({ hashPayload }, report) {
  const { value: hash } = await outcome(() => hashPayload(nested(TOO_DEEP, 1)));
  if (hash === undefined) {
    const start = "the payload can't be hashed: $ is nested too deeply for JSON.stringify";
    await checkRefusal(report, "payloads/too deep", () => hashPayload(nested(TOO_DEEP, 1)), start);
  } else {
    report.equal("payloads/too deep", await sha256(nestedText(TOO_DEEP)), hash);
  }
}

/** Documents that are in order already, which are passed on as they are, and others. */
async function checkLengths(main, report) {
  for (const length of LENGTHS) {
    const inOrder = Array.from({ length }, (_, index) => ({ id: index, text: "é" }));
    const disordered = inOrder.map(({ id, text }) => ({ text, id }));
    for (const [name, value] of Object.entries({ "in order": inOrder, "not in order": disordered })) {
      const id = `payloads/${length} elements, ${name}`;
      report.equal(id, JSON.stringify(inOrder), main.canonicalize(value));
      await checkHashes(main, report, id, value, JSON.stringify(inOrder));
    }
  }
}

/** Iterative, as no stack is that deep. */
function nested(depth, inside) {
  let value = inside;
  for (let level = 0; level < depth; level++) value = { b: [value], a: null };
  return value;
}

/** The canonical JSON of `nested(depth, 1)`. */
function nestedText(depth) {
  return `${'{"a":null,"b":['.repeat(depth)}1${"]}".repeat(depth)}`;
}

async function checkDocuments({ canonicalize, hashPayload }, report) {
  for (let index = 0; index < DOCUMENTS; index++) {
    const value = document(generator(index));
    const text = sorted(value);
    report.equal(`payloads/document ${index}`, text, canonicalize(value));
    report.equal(`payloads/document ${index}, hash`, await sha256(`${text}op`), hashPayload(value, { operation: "op" }));
  }
}

/**
 * Whole numbers from 0 to below a limit (mulberry32). Not fast-check's: this suite imports nothing, so that pages without
 * a bundler load it, too.
 */
function generator(seed) {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

const PIECES = ["a", "key", "order_", '"', "\\", "\n", "\0", "\x7f", "é", "e\u0301", "😀", "\ue000", "\uffff", "__proto__", "0", "10", " ", "long_member_name"];

/** Plain data that is its own JSON; many of its names begin alike. */
function document(below, depth = 0) {
  const list = (length, make) => Array.from({ length: below(length) }, make);
  const text = () => list(4, () => PIECES[below(PIECES.length)]).join("");
  const inside = () => document(below, depth + 1);
  switch (below(depth > DEEPEST ? 5 : 8)) {
    case 0:
      return [null, false, true][below(3)];
    case 1:
      return below(2 ** 31) - 2 ** 30;
    case 2:
      return (below(2 ** 31) / 1000) * 10 ** (below(60) - 30);
    case 5:
      return list(6, inside);
    case 6:
    case 7:
      return Object.fromEntries(list(below(50) === 0 ? 80 : 8, () => [text(), inside()]));
    default:
      return text();
  }
}

/** RFC 8785 as it is for plain data: the order of `sort` is that of UTF-16 code units. */
function sorted(value) {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(sorted).join(",")}]`;
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${sorted(value[name])}`);
  return `{${members.join(",")}}`;
}

/** The double with these bits, in hex. */
function numberOf(ieee) {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(`0x${ieee}`));
  return view.getFloat64(0);
}
