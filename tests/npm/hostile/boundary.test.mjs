/**
 * The wasm boundary fails closed: what the package can't have meant traps, and leaves no hash of another key behind.
 * Calls the exports of both modules that ship, as no user can.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const INPUT = 1 << 16;
/** Bytes past what was asked for that the input has. */
const PAST = INPUT + 4_096;

function start(name) {
  const file = fileURLToPath(new URL(`../../../target/npm/wasm/${name}.wasm`, import.meta.url));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file)));
  const address = exports.reserve(INPUT);
  const input = new Uint8Array(exports.memory.buffer, address, INPUT);
  const write = (text) => new TextEncoder().encodeInto(text, input).written;
  return { exports, input, write, lengths: new Uint32Array(exports.memory.buffer, exports.lengths(), 256) };
}

const FAULTS = {
  "a slot that isn't there": ({ exports, write }) => exports.create(4, write("a")),
  "a slot that isn't there, for many": ({ exports, write }) => exports.create_many(4, write("a")),
  "a slot that isn't there, for a suffix": ({ exports, write }) => exports.set_suffix(4, write("a")),
  "a key longer than the input": ({ exports }) => exports.create(0, PAST),
  "a key of negative length": ({ exports }) => exports.create(0, -1),
  "a piece longer than the input": ({ exports }) => exports.update(PAST),
  "the end of a key that has no pieces": ({ exports }) => exports.finish(0),
  "more keys than a batch has": ({ exports }) => exports.create_many(0, 257),
  "keys that are longer than the input together": ({ exports, lengths }) => {
    lengths.fill(PAST / 256);
    exports.create_many(0, 256);
  },
  "a suffix that is not UTF-8": ({ exports, input }) => {
    input[0] = 0xff;
    exports.set_suffix(0, 1);
  },
  "a suffix longer than the input": ({ exports }) => exports.set_suffix(0, PAST),
  "a suffix of negative length": ({ exports }) => exports.set_suffix(0, -1),
  "a scope's name that is not UTF-8": ({ exports, input }) => {
    input[0] = 0xff;
    exports.resolve_scope(1, 0, -1, -1, 1);
  },
  "a run id longer than the input": ({ exports }) => exports.resolve_scope(-1, 1, PAST, -1, 1),
  "a length that is below that of an absent string": ({ exports }) => exports.resolve_scope(-2, 0, -1, -1, 1),
  "a run id of a reset longer than the input": ({ exports }) => exports.plan_reset(0, 1, -1, PAST, -1, 0, -1, -1),
  "a kind of part that isn't there": ({ exports }) => exports.refuse_part(7, -1),
  "a kind of argument that isn't there": ({ exports, write }) => exports.refuse_non_string(3, write("a number")),
  "a token in a scope that isn't there": ({ exports, write }) => exports.to_token(3, write("a"), 0),
  "a token of a key longer than the input": ({ exports }) => exports.to_token(0, PAST, 0),
  "a token longer than the input": ({ exports }) => exports.open_token(PAST),
  "JSON longer than the input": ({ exports }) => exports.hash_payload(PAST, 0, 1),
  "JSON to order, longer than the input": ({ exports }) => exports.order(PAST, 0),
  "an operation longer than the input": ({ exports, write }) => exports.hash_payload(write("{}"), PAST, 1),
  "a time-to-live longer than the input": ({ exports }) => exports.parse_ttl(PAST),
  "a kind of value that is no JSON, which isn't there": ({ exports }) => exports.refuse_payload(7, 0, 0),
  "a path longer than the input": ({ exports }) => exports.refuse_payload(0, PAST, 0),
};

for (const name of ["simd", "scalar"]) {
  for (const [fault, call] of Object.entries(FAULTS)) {
    test(`${name}.wasm traps for ${fault}`, () => {
      const instance = start(name);
      instance.exports.create(0, instance.write("a"));
      assert.throws(() => call(instance), WebAssembly.RuntimeError);
    });
  }

  test(`${name}.wasm answers calls that are right`, () => {
    const { exports, write, lengths } = start(name);
    exports.create(3, write("a"));
    exports.update(write("a"));
    exports.finish(3);
    lengths.fill(INPUT / 256);
    exports.create_many(3, 256);
    assert.equal(exports.hash_payload(write("{}"), 0, 1), 2);
    assert.equal(exports.resolve_scope(-1, 0, -1, -1, 1), 0);
  });
}
