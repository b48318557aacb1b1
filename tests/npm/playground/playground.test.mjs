/** The playground: its server, what it says about collisions, and the page in Chromium. */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { findCollisions } from "../../../examples/browser/collisions.mjs";
import { SMOKE, testPlayground } from "./run.mjs";
import { startPlayground } from "./stage.mjs";

testPlayground("Chromium", "light", SMOKE);

describe("its server", () => {
  let playground;
  before(async () => (playground = await startPlayground()));
  after(() => playground?.stop());

  const types = {
    "": "text/html; charset=utf-8",
    "styles/base.css": "text/css; charset=utf-8",
    "app.mjs": "text/javascript; charset=utf-8",
    "package/esm/index.js": "text/javascript; charset=utf-8",
    "package.json": "application/json",
  };

  test("sends each kind of file as what it is", async () => {
    for (const [path, type] of Object.entries(types)) {
      const response = await fetch(playground.url + path);
      assert.equal(response.status, 200, path);
      assert.equal(response.headers.get("content-type"), type);
      assert.equal(response.headers.get("x-content-type-options"), "nosniff");
      assert.equal(Number(response.headers.get("content-length")), (await response.arrayBuffer()).byteLength);
    }
    assert.equal(await (await fetch(`${playground.url}app.mjs`, { method: "HEAD" })).text(), "");
  });

  test("sends nothing from outside its folder, and takes nothing", async () => {
    for (const path of [
      "..%2fpackage.json",
      "%2e%2e%2fpackage.json",
      "nothing.html",
      "node_modules/",
      "package/",
      "package/..%2f..%2f..%2f..%2fpackage.json",
      "package%2f..%2f..%2fpackage.json",
      "%",
    ]) {
      assert.equal((await fetch(playground.url + path)).status, 404, path);
    }
    assert.equal((await fetch(playground.url, { method: "POST", body: "x" })).status, 405);
  });
});

describe("collisions", () => {
  const joined = (parts) => parts.join("-");

  /** All lists that join to `text`, by trying every set of dashes to cut at. */
  function allLists(text) {
    const pieces = text.split("-");
    return Array.from({ length: 2 ** (pieces.length - 1) }, (_, cuts) =>
      pieces.slice(1).reduce((list, piece, index) => (cuts & (1 << index) ? [...list, piece] : [...list.slice(0, -1), `${list.at(-1)}-${piece}`]), [pieces[0]]),
    );
  }

  test("every example is other parts of the same text, and all others are counted", () => {
    for (const text of ["", "a", "-", "a-b", "a-b-c", "--", "a--b-", "one-two-three-four-five"]) {
      const lists = allLists(text);
      for (const parts of lists) {
        const { level, others, examples } = findCollisions(parts);
        assert.equal(others, lists.length - 1);
        assert.equal(examples.length > 0, level !== "clear");
        const names = new Set([JSON.stringify(parts)]);
        for (const example of examples) {
          assert.equal(joined(example), text);
          names.add(JSON.stringify(example));
        }
        assert.equal(names.size, examples.length + 1);
        const sameLength = lists.filter((list) => list.length === parts.length).length - 1;
        assert.equal(level === "ambiguous", sameLength > 0, JSON.stringify(parts));
        if (sameLength > 0) assert.equal(examples[0].length, parts.length);
      }
    }
  });

  test("a list as JSON is clear, other text with dashes is not", () => {
    assert.equal(findCollisions(['["a-b","c"]']).level, "clear");
    assert.equal(findCollisions(['["a-b", "c"]']).level, "shape");
    assert.equal(findCollisions(["send-email"]).level, "shape");
    assert.equal(findCollisions([]).level, "clear");
  });

  test("a text with a hundred thousand dashes is answered at once", () => {
    const begun = performance.now();
    assert.equal(findCollisions(["-".repeat(100_000)]).others, Infinity);
    assert.equal(findCollisions(["-".repeat(100_000), "a"]).examples.length, 3);
    assert.ok(performance.now() - begun < 1_000);
  });
});
