/** The figures of docs/wire-format.md that are no code: its table of bytes, and its request. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { blocksOf, textOf } from "../support/snippets.mjs";

const page = textOf("docs/wire-format.md");
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** The cells of the example's rows. */
const [hashed, ...rows] = [...page.matchAll(/^\| (.+?) \| `([0-9a-f ]+)` \|$/gm)].map(([, what, hex]) => ({ what, hex })).reverse();

test("the example's bytes are those of its texts, and have its hash", () => {
  const bytes = rows.reverse().map(({ hex }) => Buffer.from(hex.replaceAll(" ", ""), "hex"));
  assert.equal(Buffer.concat(bytes).toString(), "send-email-run_abc123");
  assert.deepEqual(
    rows.filter(({ what }) => what.startsWith("`")).map(({ what }, index) => [what, bytes[index * 2].toString()]),
    [
      ["`send-email`", "send-email"],
      ["`run_abc123`", "run_abc123"],
    ],
  );
  assert.equal(sha256(Buffer.concat(bytes)), hashed.hex);
  assert.match(hashed.what, new RegExp(`these ${Buffer.concat(bytes).length} bytes`));
});

test("the request carries that hash, and what it was made from", () => {
  const [{ code }] = blocksOf("docs/wire-format.md").filter(({ info }) => info === "json");
  const { idempotencyKey, idempotencyKeyOptions } = JSON.parse(code).options;
  assert.equal(idempotencyKey, hashed.hex);
  assert.deepEqual(idempotencyKeyOptions, { key: "send-email", scope: "run" });
});
