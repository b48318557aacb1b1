/** Globals that are polyfilled, half-implemented or missing when the package is loaded: keys are the same. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { installedPackage } from "../support/install-package.mjs";

const folder = installedPackage();
const KEYS = ["order", "caf\u00e9", "\u20ac", "\u{1f600}", "a\ud800", "x".repeat(500), "\u00e9".repeat(500), "\ufeffa"];
const expected = KEYS.map((key) => createHash("sha256").update(key.toWellFormed()).digest("hex"));

const GLOBALS = {
  "a TextEncoder that has only encode": "globalThis.TextEncoder = class { encode(text) { return Buffer.from(text); } }",
  "a TextEncoder that writes Latin-1":
    "globalThis.TextEncoder = class { encodeInto(text, bytes) { return { read: text.length, written: bytes.set(Buffer.from(text, 'latin1')) ?? text.length }; } }",
  "a TextEncoder that counts units":
    "{ const { encodeInto } = TextEncoder.prototype; TextEncoder.prototype.encodeInto = function (text, bytes) { encodeInto.call(this, text, bytes); return { written: text.length }; }; }",
  "a TextEncoder that keeps lone surrogates":
    "globalThis.TextEncoder = class { encodeInto(text, bytes) { const out = Buffer.from(text.replace(/[\\ud800-\\udfff]/g, '?')); bytes.set(out); return { written: out.length }; } }",
  "a TextEncoder that throws": "globalThis.TextEncoder = class { constructor() { throw new Error('no'); } }",
  "a TextDecoder that drops the byte order mark":
    "{ const Real = TextDecoder; globalThis.TextDecoder = class { decode(bytes) { return new Real().decode(bytes); } }; }",
  "a TextDecoder that reads the whole buffer": "globalThis.TextDecoder = class { decode(bytes) { return Buffer.from(bytes.buffer).toString(); } }",
  "a TextDecoder without decode": "globalThis.TextDecoder = class {}",
  "neither, as in jsdom": "delete globalThis.TextEncoder; delete globalThis.TextDecoder",
};

for (const [name, setUp] of Object.entries(GLOBALS)) {
  for (const [entry, buffer] of [
    ["idempotency-keys", ""],
    ["idempotency-keys", "delete Buffer.prototype.latin1Slice; delete Buffer.prototype.utf8Write;"],
    ["idempotency-keys/js", ""],
  ]) {
    test(`${entry} with ${name}${buffer && ", without Node's own conversions"}`, () => {
      const program = `${buffer} ${setUp};
        const { idempotencyKeys, canonicalize, IdempotencyKey } = await import(${JSON.stringify(entry)});
        const keys = ${JSON.stringify(KEYS)};
        const made = keys.map((key) => idempotencyKeys.createSync(key, { scope: "global" }));
        const many = idempotencyKeys.createMany(keys, { scope: "global" }).map((key) => key.hash);
        const tokens = made.map((key) => IdempotencyKey.fromToken(key.toToken()).key === key.key);
        process.stdout.write(JSON.stringify([made.map((key) => key.hash), many, tokens, canonicalize({ b: "\u00e9\ufeff", a: 1 })]));`;
      const output = execFileSync(process.execPath, ["--input-type=module", "-e", program], { cwd: folder, encoding: "utf8" });
      assert.deepEqual(JSON.parse(output), [expected, expected, KEYS.map(() => true), '{"a":1,"b":"\u00e9\ufeff"}']);
    });
  }
}
