/**
 * Values of which JSON.stringify writes what it writes for others, too: they are refused, however well they
 * hide. What it would have written is stated beside them, so that the cases are known to be such.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNewContext } from "node:vm";

import { importEntries } from "../support/entries.mjs";

const { canonicalize, hashPayload, idempotencyKeys } = (await importEntries()).main;

/** Refused by every function that takes a payload, with this path and these words. */
function refused(payload, path, said) {
  for (const call of [
    canonicalize,
    hashPayload,
    (value) => hashPayload(value, { canonical: false }),
    (value) => idempotencyKeys.fromPayload(value, { scope: "global" }),
  ]) {
    assert.throws(
      () => call(payload()),
      (error) => {
        assert.equal(error.code, "ERR_INVALID_PAYLOAD", String(error));
        assert.equal(error.path, path);
        assert.match(error.message, said);
        return true;
      },
    );
  }
}

class Private {
  #secret;
  constructor(secret) {
    this.#secret = secret;
  }
  get secret() {
    return this.#secret;
  }
}

for (const [name, make] of Object.entries({
  Set: () => new Set([1]),
  Map: () => new Map([[1, 2]]),
  WeakMap: () => new WeakMap(),
  Promise: () => Promise.resolve(1),
  URLSearchParams: () => new URLSearchParams("a=1"),
  FormData: () => new FormData(),
  Headers: () => new Headers({ a: "1" }),
  Blob: () => new Blob(["a"]),
  Error: () => new Error("a"),
  RegExp: () => /a/,
  ArrayBuffer: () => new ArrayBuffer(8),
  DataView: () => new DataView(new ArrayBuffer(8)),
  Private: () => new Private(1),
  Symbol: () => Object(Symbol("a")),
})) {
  test(`${name}: refused, with its path and its constructor`, () => {
    assert.equal(JSON.stringify(make()), "{}");
    const said = new RegExp(` is of class ${name} and has no enumerable properties`);
    refused(make, "$", said);
    refused(() => ({ a: null, v: [1, { w: make() }], b: {} }), "$.v[1].w", said);
    refused(() => ({ toJSON: () => ({ v: make() }) }), "$.v", said);
  });
}

test("a Request is refused: its enumerable properties are its prototype's", () => {
  const request = new Request("https://example.com/", { method: "POST", body: "1" });
  if (JSON.stringify(request) === "{}") refused(() => [request], "$[0]", /of class Request/);
});

test("objects that are empty, or say themselves what they are, are payloads", () => {
  class Empty {}
  class Point {
    x = 1;
  }
  class Tag extends Set {
    toJSON() {
      return [...this];
    }
  }
  const foreign = runInNewContext("({ a: {}, b: [], c: Object(5), d: Object('t'), e: new Date(0), f: null })");
  const value = {
    a: {},
    b: [{}, []],
    c: { x: undefined },
    d: Object.create(null),
    e: new Point(),
    f: new Tag([1]),
    g: Object.assign(new Error("m"), { code: 1 }),
    h: foreign,
    i: new Uint8Array(1),
  };
  assert.equal(canonicalize(value), canonicalize(JSON.parse(JSON.stringify(value))));
  assert.equal(canonicalize(value).includes('"h":{"a":{},"b":[],"c":5,"d":"t","e":"1970-01-01T00:00:00.000Z","f":null}'), true);
  refused(() => new Empty(), "$", /class Empty/);
});

class Moment extends Date {
  toJSON() {
    return Number.isNaN(this.getTime()) ? "Invalid date" : super.toJSON();
  }
}
class Flat extends Date {
  valueOf() {
    return 0;
  }
  toISOString() {
    return "flat";
  }
}

for (const [name, beside] of Object.entries({
  "a Date subclass with a toJSON of its own": () => new Moment(NaN),
  "an invalid Date that says it is valid": () => new Flat(NaN),
  "an invalid Date that can be converted": () => Object.assign(new Date(NaN), { valueOf: () => 0, toISOString: () => "x" }),
  "an invalid Date whose prototype is Date's": () => Object.setPrototypeOf(new Moment(NaN), Date.prototype),
  "a date of another realm": () => runInNewContext("new Date(NaN)"),
  "a null of another realm": () => runInNewContext("({ a: null, b: [null, , undefined] })"),
  "nulls in a boxed string": () => Object.assign(Object("text"), { hidden: null }),
  "nulls that only a prototype has": () => Object.create({ hidden: null }, { own: { value: 1, enumerable: true } }),
  "a member that is undefined": () => ({ a: undefined }),
  "an empty object": () => ({}),
  "undefined in an array": () => [undefined],
})) {
  test(`a number that is not finite is found beside ${name}`, () => {
    for (const number of [NaN, Infinity, -Infinity]) {
      refused(() => ({ beside: beside(), n: number }), "$.n", new RegExp(`is ${number}, which JSON can't represent`));
      refused(() => ({ n: [number], beside: beside() }), "$.n[0]", new RegExp(`is ${number},`));
    }
    const value = { beside: beside(), n: 1 };
    assert.equal(canonicalize(value), canonicalize(JSON.parse(JSON.stringify(value))));
  });
}

test("boxed numbers and bigints of any realm", () => {
  refused(() => [Object(NaN)], "$[0]", /is NaN/);
  refused(() => [runInNewContext("Object(-Infinity)")], "$[0]", /is -Infinity/);
  refused(() => ({ n: Object.setPrototypeOf(Object(NaN), Object.prototype) }), "$.n", /is NaN/);
  refused(() => ({ n: Object.assign(Object(1), { valueOf: () => NaN }) }), "$.n", /is NaN/);
  refused(() => ({ n: runInNewContext("Object(5n)") }), "$.n", /is 5n/);
  assert.equal(canonicalize([runInNewContext("[Object(5), Object('a'), Object(false)]"), null, {}]), '[[5,"a",false],null,{}]');
});

test("a getter that returns another value each time hides nothing", () => {
  /** An object whose member is `first` when it is read once, then `then`. */
  const changing = (first, then) => {
    let reads = 0;
    return Object.defineProperty({}, "a", { enumerable: true, get: () => (reads++ === 0 ? first : then) });
  };
  // JSON.stringify saw NaN; what the look then finds is a payload, and that one is hashed.
  for (const then of [null, undefined, {}, 1]) {
    const expected = canonicalize(then === undefined ? {} : { a: then });
    assert.equal(canonicalize(changing(NaN, then)), expected);
    assert.equal(hashPayload(changing(NaN, then)), hashPayload(then === undefined ? {} : { a: then }));
    assert.equal(canonicalize(changing({ b: NaN }, then)), expected);
  }
  refused(() => changing(null, NaN), "$.a", /is NaN/);
  refused(() => changing(null, { b: [NaN] }), "$.a.b[0]", /is NaN/);
  const list = Object.defineProperty([0], 0, { get: () => (looks++ === 0 ? NaN : undefined) });
  let looks = 0;
  assert.equal(canonicalize(list), "[null]");
  assert.equal(looks, 3, "read by JSON.stringify, by the search for nulls, and written again");
  let reads = 0;
  const proxy = new Proxy({ a: NaN }, { get: (target, name) => (name === "a" && reads++ > 0 ? null : target[name]) });
  assert.equal(canonicalize(proxy), '{"a":null}');
  assert.ok(reads > 2);
});

test("values whose toJSON returns a number that is not finite", () => {
  refused(() => ({ a: { toJSON: () => NaN } }), "$.a", /is NaN/);
  refused(() => ({ a: Object.assign(() => 1, { toJSON: () => NaN }) }), "$.a", /is NaN/);
  refused(() => [Object.assign(() => 1, { toJSON: () => NaN })], "$[0]", /is NaN/);
  refused(() => ({ a: { toJSON: () => ({ b: [null, Infinity] }) } }), "$.a.b[1]", /is Infinity/);
  assert.equal(canonicalize({ a: { toJSON: () => null } }), '{"a":null}');
});

test("cycles and bigints are named by their path, the same object twice is none", () => {
  const cycle = { list: [{}] };
  cycle.list[0].back = cycle;
  refused(() => cycle, "$.list[0].back", /contains itself/);
  const array = [];
  array.push(1, array);
  refused(() => array, "$[1]", /contains itself/);
  refused(() => [{}, { "a b": 1n }], '$[1]["a b"]', /is 1n/);
  const shared = { a: null };
  assert.equal(canonicalize([shared, { shared }, shared]), '[{"a":null},{"shared":{"a":null}},{"a":null}]');
});

test("what JSON.stringify returns undefined for", () => {
  refused(() => undefined, "$", /is undefined/);
  refused(() => () => 1, "$", /is a function/);
  refused(() => Symbol("a"), "$", /is a symbol/);
  refused(() => ({ toJSON: () => undefined }), "$", /is an object whose toJSON returns none/);
});

test("a payload that is nested too deeply for JSON.stringify says so", () => {
  const nested = (depth) => {
    let value = [];
    for (let level = 0; level < depth; level++) value = level % 2 ? { a: value } : [value];
    return value;
  };
  assert.throws(() => JSON.stringify(nested(1_000_000)), RangeError);
  refused(() => nested(1_000_000), "$", /nested too deeply for JSON\.stringify/);
  refused(
    () =>
      Object.assign(nested(1), {
        toJSON() {
          return { again: this };
        },
      }),
    "$",
    /nested too deeply/,
  );
  assert.equal(canonicalize(nested(1000)), JSON.stringify(nested(1000)));
});

test("an array of four thousand million elements is refused, and the process lives", () => {
  for (const length of [2 ** 32 - 1, 2 ** 30]) {
    const array = [];
    array.length = length;
    refused(() => ({ array }), "$", /more JSON than a string can hold/);
  }
  assert.equal(canonicalize([1]), "[1]");
});

test("a lone surrogate has the path that the crate gives it", () => {
  refused(() => ({ a: ["\ud800"] }), "$.a[0]", /lone surrogate/);
  refused(() => ({ x: { "\udc00": 1 } }), '$.x["\\udc00"]', /lone surrogate/);
});

test("errors of the caller's own toJSON and getters come through, stack overflows and range errors too", () => {
  for (const own of [new RangeError("mine"), new TypeError("mine"), new Error("mine"), "mine"]) {
    const caught = (payload) => {
      try {
        canonicalize(payload);
      } catch (error) {
        return error;
      }
    };
    assert.equal(
      caught({
        toJSON() {
          throw own;
        },
      }),
      own,
    );
    assert.equal(
      caught([
        {
          get a() {
            throw own;
          },
        },
      ]),
      own,
    );
  }
});
