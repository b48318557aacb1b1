/** Payloads that are not plain data, by what is particular about them. */

const LONG = "x".repeat(1_000);

function cycle() {
  const value = { a: [{}] };
  value.a[0].b = value;
  return value;
}

/** What JSON.stringify makes of a value, with its members sorted. Made anew for each call. */
export const VALUES = {
  "undefined, functions and symbols as members": { value: () => ({ z: undefined, y: () => 1, x: Symbol("x"), w: 1 }), json: '{"w":1}' },
  "undefined as an element": { value: () => [undefined, { toJSON: () => undefined }], json: "[null,null]" },
  "a sparse array": { value: () => [1, , 3, ,], json: "[1,null,3,null]" },
  "an array of holes": { value: () => new Array(3), json: "[null,null,null]" },
  "an array with a name of its own": { value: () => Object.assign([1], { name: 2 }), json: "[1]" },
  "negative zero": { value: () => [-0, { a: -0 }], json: '[0,{"a":0}]' },
  dates: { value: () => [new Date(0), new Date(NaN)], json: '["1970-01-01T00:00:00.000Z",null]' },
  "boxed primitives": { value: () => ({ t: Object("t"), n: Object(5), b: Object(false) }), json: '{"b":false,"n":5,"t":"t"}' },
  "toJSON, with the name it is under": {
    value: () => ({ b: { toJSON: (name) => `<${name}>` }, a: [{ toJSON: (name) => name }] }),
    json: '{"a":["0"],"b":"<b>"}',
  },
  "toJSON to an object to be sorted": { value: () => ({ toJSON: () => ({ b: 1, a: 2 }) }), json: '{"a":2,"b":1}' },
  "toJSON to undefined": { value: () => ({ a: { toJSON: () => undefined }, b: 1 }), json: '{"b":1}' },
  "members that are undefined": { value: () => ({ m: { a: undefined }, s: {} }), json: '{"m":{},"s":{}}' },
  bytes: { value: () => new Uint8Array([3, 1]), json: '{"0":3,"1":1}' },
  "only own, enumerable members with texts as names": {
    value: () => Object.assign(Object.defineProperty(Object.create({ inherited: 1 }), "hidden", { value: 1 }), { [Symbol("s")]: 1, own: 1 }),
    json: '{"own":1}',
  },
  "no prototype": { value: () => Object.assign(Object.create(null), { b: 1, a: 2 }), json: '{"a":2,"b":1}' },
  "a prototype given as __proto__": { value: () => ({ __proto__: { polluted: 1 }, own: 2 }), json: '{"own":2}' },
  "a member named __proto__": { value: () => JSON.parse('{"b":1,"__proto__":{"polluted":1,"a":2}}'), json: '{"__proto__":{"a":2,"polluted":1},"b":1}' },
  "members named as those of every object": {
    value: () => ({ valueOf: 1, toString: 2, constructor: 3, hasOwnProperty: 4 }),
    json: '{"constructor":3,"hasOwnProperty":4,"toString":2,"valueOf":1}',
  },
  "a getter": {
    value: () => ({
      get b() {
        return 1;
      },
      a: 2,
    }),
    json: '{"a":2,"b":1}',
  },
  "a proxy": { value: () => new Proxy({ b: 1, a: 2 }, {}), json: '{"a":2,"b":1}' },
  "one object in two places": { value: () => new Array(2).fill({ b: 1, a: 2 }), json: '[{"a":2,"b":1},{"a":2,"b":1}]' },
  "a long text": { value: () => ({ b: LONG, a: `é${LONG}😀` }), json: `{"a":"é${LONG}😀","b":"${LONG}"}` },
};

/** What JSON can't carry: where it is, and what is said of it. */
export const REFUSED = {
  "a cycle": { value: cycle, path: "$.a[0].b", said: "contains itself" },
  "a bigint": { value: () => ({ items: [1, { price: 10n }] }), path: "$.items[1].price", said: "10n" },
  "a boxed bigint": { value: () => [Object(10n)], path: "$[0]", said: "10n" },
  NaN: { value: () => ({ "a b": { c: [null, NaN] } }), path: '$["a b"].c[1]', said: "is NaN" },
  Infinity: { value: () => [[], Infinity], path: "$[1]", said: "is Infinity" },
  "-Infinity": { value: () => ({ a: -Infinity }), path: "$.a", said: "is -Infinity" },
  "a boxed NaN": { value: () => [Object(NaN)], path: "$[0]", said: "is NaN" },
  "a NaN of toJSON's": { value: () => ({ t: { toJSON: () => NaN } }), path: "$.t", said: "is NaN" },
  "a NaN behind a null": { value: () => [null, { a: null, b: [null, NaN] }], path: "$[1].b[1]", said: "is NaN" },
  "a lone surrogate": { value: () => ["\ud800"], path: "$[0]", said: "lone surrogate" },
  "surrogates the wrong way round": { value: () => ({ a: "\ude00\ud83d" }), path: "$.a", said: "lone surrogate" },
  "a lone surrogate in a name": { value: () => ({ x: { "\udc00": 1 } }), path: '$.x["\\udc00"]', said: "lone surrogate" },
  "undefined alone": { value: () => undefined, path: "$", said: "is undefined" },
  "a function alone": { value: () => () => 1, path: "$", said: "is a function" },
  "a symbol alone": { value: () => Symbol("a"), path: "$", said: "is a symbol" },
  "a function as an element": { value: () => ({ a: [1, () => 1] }), path: "$.a[1]", said: "is a function" },
  "a symbol as an element": { value: () => [null, [Symbol("a")]], path: "$[1][0]", said: "is a symbol" },
  "toJSON to undefined alone": { value: () => ({ toJSON: () => undefined }), path: "$", said: "toJSON returns none" },
  "a promise": { value: () => ({ a: null, b: [{}, Promise.resolve(1)] }), path: "$.b[1]", said: "is of class Promise" },
  "a set": { value: () => ({ v: new Set([1]) }), path: "$.v", said: "is of class Set" },
  "a NaN beside a date with a toJSON of its own": {
    value: () => ({ a: Object.assign(new Date(NaN), { toJSON: () => "Invalid date" }), n: NaN }),
    path: "$.n",
    said: "is NaN",
  },
};
