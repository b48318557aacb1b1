/** Tokens, time-to-lives and random keys, through the package. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import fc from "fast-check";

import { decode } from "../conformance/decode.mjs";
import { change, changed, text, weighted } from "../support/arbitraries.mjs";
import { importEntries, requireEntries } from "../support/entries.mjs";

const { main } = await importEntries();
const { IdempotencyKey, idempotencyKeys, parseTtl, randomKey } = main;
const vectors = (suite) => JSON.parse(readFileSync(new URL(`../../vectors/${suite}.json`, import.meta.url), "utf8"));
const sha256 = (text) => createHash("sha256").update(text).digest("hex");

test("tokens carry keys between languages", () => {
  const { cases } = vectors("token");
  for (const { name, token, units, key = String.fromCharCode(...units), scope, suffix, hash } of cases) {
    const read = IdempotencyKey.fromToken(token);
    assert.deepEqual([read.key, read.scope, read.hash, read.toToken()], [key, scope, hash, token], name);
    assert.equal(read.hash, sha256(key.toWellFormed() + suffix), name);
  }
  assert.equal(cases.length, 14);
});

test("a token that is none is refused", () => {
  const { refused } = vectors("token");
  for (const { name, token, why } of refused) {
    const message = why === "later" ? /is of version/ : /damaged or truncated/;
    assert.throws(() => IdempotencyKey.fromToken(token), { code: "ERR_INVALID_TOKEN", name: "InvalidTokenError", message }, name);
  }
  for (const token of [undefined, null, 5, {}, []]) {
    assert.throws(() => IdempotencyKey.fromToken(token), { code: "ERR_INVALID_TOKEN" });
  }
  assert.equal(refused.length, 30);
});

test("every key comes back, from the other copy too, and every change is seen", () => {
  const other = requireEntries().main;
  const options = fc.record({
    scope: fc.constantFrom("run", "attempt", "global"),
    ctx: fc.option(
      fc.record({ run: fc.record({ id: fc.nat(98).map((run) => `run_${run}`) }), attempt: fc.record({ number: fc.integer({ min: 1, max: 9 }) }) }),
      {
        nil: undefined,
      },
    ),
  });
  const property = fc.property(weighted([9, text], [1, fc.constant([])]), options, change("\ud800"), (material, options, edit) => {
    const key = idempotencyKeys.createSync(material, options);
    const token = key.toToken();
    const read = other.IdempotencyKey.fromToken(token);
    assert.deepEqual([read.key, read.scope, read.hash], [key.key, key.scope, key.hash]);
    const damaged = changed(token, edit);
    if (damaged !== token) assert.throws(() => IdempotencyKey.fromToken(damaged), { code: "ERR_INVALID_TOKEN" });
  });
  fc.assert(property, { seed: 1, numRuns: 2_000 });
});

test("time-to-lives are read as by the server", () => {
  const { cases } = vectors("ttl");
  let read = 0;
  for (const { id, value, webapp } of cases) {
    const ttl = decode(value);
    if (typeof webapp.ms === "number") {
      assert.equal(parseTtl(ttl), webapp.ms, id);
      read++;
    } else {
      assert.throws(() => parseTtl(ttl), { code: "ERR_INVALID_TTL", name: "InvalidTtlError" }, id);
    }
  }
  assert.deepEqual([read, cases.length], [41, 475]);
  assert.throws(() => parseTtl("1w"), { message: 'the server ignores the TTL "1w", which then is 30 days: write "7d"' });
});

test("random keys are UUIDs of version 7 that grow", () => {
  let last = "";
  const began = Date.now();
  for (let index = 0; index < 100_000; index++) {
    const key = randomKey();
    assert.match(key, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.ok(key > last);
    last = key;
  }
  const time = Number.parseInt(last.replaceAll("-", "").slice(0, 12), 16);
  assert.ok(time >= began && time <= Date.now() + 1_000);
});
