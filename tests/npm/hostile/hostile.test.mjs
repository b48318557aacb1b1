/** Values that lie, throw or change: the right key or an error, and the next call works. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { importEntries } from "../support/entries.mjs";

const { main } = await importEntries();
const { idempotencyKeys } = main;
const { createSync, createMany, planReset } = idempotencyKeys;

const ctx = { run: { id: "run_1" }, attempt: { number: 1 } };
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const hashOf = (key, options) => createSync(key, options).hash;

/** Runs `call`, and then makes sure that the usual keys are still the right ones. */
function hostile(name, call) {
  test(name, async () => {
    await call();
    assert.equal(hashOf("next", { ctx }), sha256("next-run_1"));
    assert.equal(hashOf(["next", 1], { ctx, scope: "attempt" }), sha256("next-1-run_1-1"));
    assert.equal(createMany(["next"], { scope: "global" })[0].hash, sha256("next"));
  });
}

hostile("a proxy around a list is read like the list", () => {
  assert.equal(hashOf(new Proxy(["a", "b"], {}), { ctx }), sha256("a-b-run_1"));
  assert.equal(createMany(new Proxy(["a", ["b"]], {}), { ctx })[1].hash, sha256("b-run_1"));
});

hostile("each part, the length, the scope and the context are read once", () => {
  const reads = {};
  const count = (target, label) =>
    new Proxy(target, {
      get(object, name, receiver) {
        const place = `${label}.${String(name)}`;
        reads[place] = (reads[place] ?? 0) + 1;
        return Reflect.get(object, name, receiver);
      },
    });
  const context = count({ run: count({ id: "run_2" }, "run"), attempt: count({ number: 3 }, "attempt") }, "ctx");
  const options = count({ scope: "attempt", ctx: context }, "options");
  assert.equal(hashOf(count(["a", "b"], "key"), options), sha256("a-b-run_2-3"));
  const twice = Object.entries(reads).filter(([, times]) => times > 1);
  assert.deepEqual(twice, [], "reads of the same value");
});

hostile("a proxy around a key and an object that inherits from one are that key; a copy and a revoked proxy are refused", () => {
  const key = createSync("a");
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  assert.equal(hashOf([new Proxy(key, {})], { scope: "global" }), sha256(key.hash));
  assert.equal(hashOf([Object.create(key)], { scope: "global" }), sha256(key.hash));
  assert.throws(() => planReset(Object.create(main.IdempotencyKey.prototype)), { code: "ERR_INVALID_KEY" });
  assert.throws(() => createSync([{ ...key }]), { code: "ERR_INVALID_KEY" });
  assert.throws(() => createSync(proxy), { code: "ERR_INVALID_KEY" });
});

hostile("an object that claims to be a key, with a hash that is none, is refused", () => {
  const claims = { [Symbol.for("idempotency-keys.IdempotencyKey")]: true };
  for (const hash of [undefined, "", "a".repeat(63), "A".repeat(64), `${"a".repeat(64)}\n`, 1, {}, ["a".repeat(64)]]) {
    assert.throws(() => createSync(["a", { ...claims, hash }]), { code: "ERR_INVALID_KEY" }, String(hash));
    assert.throws(() => planReset({ ...claims, hash }), { code: "ERR_INVALID_KEY" }, String(hash));
  }
  const liar = new Proxy({}, { has: () => true, get: () => "a" });
  assert.throws(() => createSync(liar), { code: "ERR_INVALID_KEY" });
});

hostile("an error thrown by a getter arrives as it is", () => {
  const mine = new Error("mine");
  const throwing = (name) =>
    Object.defineProperty({}, name, {
      enumerable: true,
      get: () => {
        throw mine;
      },
    });
  const isMine = (error) => error === mine;
  const parts = ["a", "b"];
  Object.defineProperty(parts, 1, {
    get: () => {
      throw mine;
    },
  });
  for (const call of [
    () => createSync(parts),
    () => createMany(["a", parts]),
    () => planReset(parts),
    () => createSync("a", throwing("scope")),
    () => createSync("a", throwing("ctx")),
    () => createSync("a", { ctx: throwing("run") }),
    () => createSync("a", { ctx: { run: throwing("id") } }),
    () => createSync("a", { ctx: { run: { id: "x" }, attempt: throwing("number") } }),
    () =>
      createSync("a", {
        ctx: {
          run: {
            id: {
              toString: () => {
                throw mine;
              },
            },
          },
        },
      }),
    () => planReset("a", throwing("parentRunId")),
    () =>
      idempotencyKeys
        .with({
          ctx: () => {
            throw mine;
          },
        })
        .createSync("a"),
  ]) {
    assert.throws(call, isMine, String(call));
  }
});

hostile("a list that grows, shrinks or changes while it is read has the length that it had", () => {
  const growing = ["a"];
  Object.defineProperty(growing, 0, { get: () => (growing.push("x"), "a") });
  assert.equal(hashOf(growing, { scope: "global" }), sha256("a"));
  const endless = new Proxy(["a"], { get: (list, name) => (name === "length" ? (list.push("x"), list.length) : list[name]) });
  assert.equal(hashOf(endless, { scope: "global" }), sha256("a-x"));
  const shrinking = ["a", "b", "c"];
  Object.defineProperty(shrinking, 0, { get: () => ((shrinking.length = 1), "a") });
  assert.throws(() => createSync(shrinking), { code: "ERR_INVALID_KEY", message: /^part 1 of the key is undefined/ });
});

hostile("a run id that changes with each look is not kept for others", () => {
  let looks = 0;
  const changing = {
    run: {
      get id() {
        return `run_${looks++}`;
      },
    },
  };
  assert.equal(hashOf("a", { ctx: changing }), sha256("a-run_0"));
  for (const id of ["run_0", "run_1", "run_2"]) {
    assert.equal(hashOf("a", { ctx: { run: { id } } }), sha256(`a-${id}`), id);
  }
});

hostile("an id and an attempt that are objects are asked for their text each time", () => {
  const [id, number] = [
    ["run_a"],
    {
      text: "1",
      toString() {
        return this.text;
      },
    },
  ];
  const call = () => hashOf("a", { ctx: { run: { id }, attempt: { number } }, scope: "attempt" });
  assert.equal(call(), sha256("a-run_a-1"));
  id[0] = "run_b";
  number.text = "2";
  assert.equal(call(), sha256("a-run_b-2"));
});

hostile("keys made from within a getter, a toString and a context disturb no other key", () => {
  const inner = () => {
    createMany(["i".repeat(300), "é"], { ctx: { run: { id: "run_inner" } } });
    assert.throws(() => createSync(null), { code: "ERR_INVALID_KEY" });
    return hashOf("inner", { ctx: { run: { id: "run_inner" } } });
  };
  const parts = ["a", "b", "c"];
  Object.defineProperty(parts, 1, { get: inner });
  const expected = sha256("inner-run_inner");
  assert.equal(hashOf(parts, { ctx }), sha256(`a-${expected}-c-run_1`));
  const id = { toString: inner };
  assert.equal(hashOf("a", { ctx: { run: { id } } }), sha256(`a-${expected}`));
  const number = { toString: inner };
  assert.equal(hashOf("a", { ctx: { run: { id }, attempt: { number } }, scope: "attempt" }), sha256(`a-${expected}-${expected}`));
  assert.deepEqual(planReset("a", { parentRunId: { toString: inner } }).candidates, [sha256(`a-${expected}`)]);
  assert.equal(idempotencyKeys.with({ ctx: () => ({ run: { id: inner() } }) }).createSync("a").hash, sha256(`a-${expected}`));
});

hostile("a subclass of Array with methods of its own is read as the list that it is", () => {
  class Odd extends Array {
    static get [Symbol.species]() {
      return Map;
    }
    join() {
      return "joined";
    }
    map() {
      return ["mapped"];
    }
    concat() {
      return ["more"];
    }
    toString() {
      return "text";
    }
    *[Symbol.iterator]() {
      yield "iterated";
    }
  }
  assert.equal(hashOf(Odd.of("a", "b"), { ctx }), sha256("a-b-run_1"));
  assert.deepEqual(createMany(Odd.of("a", Odd.of("b")), { ctx }).map(String), [sha256("a-run_1"), sha256("b-run_1")]);
  assert.deepEqual(planReset(Odd.of("a"), { scope: "global" }).candidates, [sha256("a")]);
});

hostile("a sparse list of length 2^32 - 1 is refused at its first hole, at once", () => {
  const sparse = new Array(2 ** 32 - 1);
  const started = performance.now();
  for (const call of [() => createSync(sparse), () => createMany(sparse), () => createMany(["a", sparse]), () => planReset(sparse, { ctx })]) {
    assert.throws(call, { code: "ERR_INVALID_KEY", message: /is undefined/ });
  }
  assert.throws(() => createSync(Object.assign(new Array(2 ** 32 - 1), ["a"])), { message: /^part 1 of the key is undefined/ });
  assert.ok(performance.now() - started < 1_000);
});

hostile("a list whose delimiters alone are too long for a text is refused soon", () => {
  const started = performance.now();
  for (const length of [2 ** 32 - 1, 2 ** 53 - 1]) {
    const endless = new Proxy([], { get: (_, name) => (name === "length" ? length : "") });
    assert.throws(() => createSync(endless), { code: "ERR_INVALID_KEY", message: /parts, too many/ });
  }
  assert.ok(performance.now() - started < 1_000);
});

hostile("a list of ten million parts is joined in little more memory than its text", () => {
  const parts = new Array(10_000_000).fill("ab");
  const before = process.memoryUsage().heapUsed;
  assert.equal(createSync(parts, { scope: "global" }).hash, sha256(parts.join("-")));
  assert.ok(process.memoryUsage().heapUsed - before < 300 << 20);
});

hostile("values that can't be asked anything are refused by what they are", () => {
  const bare = Object.create(null);
  const callable = new Proxy(() => {}, {});
  for (const [value, found] of [
    [bare, "an object"],
    [callable, "a function"],
    [Symbol("s"), "a symbol"],
    [new String("a"), "an object"],
    [Object(1n), "an object"],
    [new Date(NaN), "an object"],
    [new Uint8Array(4), "an object"],
    [{ toString: () => "a" }, "an object"],
    [{ [Symbol.toPrimitive]: () => "a" }, "an object"],
  ]) {
    assert.throws(
      () => createSync(["a", value]),
      (error) => error.code === "ERR_INVALID_KEY" && error.message.startsWith(`part 1 of the key is ${found},`),
      found,
    );
    assert.throws(() => createSync(value), { code: "ERR_INVALID_KEY" }, found);
  }
  for (const scope of [bare, callable, Symbol("s"), ["run"], { toString: () => "run" }, 0, NaN, "RUN", "run\0", " run"]) {
    assert.throws(() => createSync("a", { scope }), { code: "ERR_INVALID_SCOPE" });
  }
  assert.throws(() => createSync("a", { ctx: { run: { id: Symbol("s") } } }), { code: "ERR_MISSING_CONTEXT" });
});

hostile("names that objects inherit are neither scopes nor codes", () => {
  for (const scope of ["__proto__", "constructor", "toString", "hasOwnProperty", "length", "0"]) {
    assert.throws(() => createSync("a", { scope }), { code: "ERR_INVALID_SCOPE" });
    assert.equal(hashOf(scope, { scope: "global" }), sha256(scope));
  }
});

hostile("an error that names a long scope leaves no key wrong, whatever the length", () => {
  // Each length leaves the instance's memory a little larger; growing it detaches its views.
  for (let length = 0; length < 300_000; length += 997) {
    assert.throws(() => createSync("a", { ctx, scope: "x".repeat(length) }), { code: "ERR_INVALID_SCOPE" });
    assert.equal(hashOf(`after ${length}`, { ctx }), sha256(`after ${length}-run_1`));
  }
});
