/** The house is as CONTRIBUTING.md says: every path of its map is there, and imports run one way, those of types too. */

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** `{ file: [imported file, ...] }` of TypeScript's relative imports and exports. */
function importsIn(folder) {
  const files = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"));
  return Object.fromEntries(
    files.map((file) => {
      const source = readFileSync(join(folder, file), "utf8").replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "");
      const named = Array.from(source.matchAll(/(?:from|import\(?)\s*"(\.[^"]+)"/g), ([, path]) => path);
      const paths = named.map((path) => relative(folder, join(folder, dirname(file), path.replace(/\.js$/, ".ts"))));
      return [file, paths.filter((path) => files.includes(path))];
    }),
  );
}

/** The first circle there is, as the files on it. */
function circleOf(imports) {
  const done = new Set();
  const visit = (file, path) => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of imports[file] ?? []) {
      const circle = visit(next, [...path, file]);
      if (circle) return circle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of Object.keys(imports)) {
    const circle = visit(file, []);
    if (circle) return circle;
  }
  return undefined;
}

test("a circle is found, wherever it begins", () => {
  assert.deepEqual(circleOf({ a: ["b"], b: ["c"], c: ["b"] }), ["b", "c", "b"]);
  assert.equal(circleOf({ a: ["b", "c"], b: ["c"], c: [] }), undefined);
});

test("no file of the package imports itself by way of others", () => {
  const imports = importsIn(join(root, "pkg-template/src"));
  assert.ok(Object.values(imports).flat().length > 100, "the imports were read");
  assert.equal(circleOf(imports), undefined);
});

test("every path of the map in CONTRIBUTING.md is there, and every folder of the project is on it", () => {
  const text = readFileSync(join(root, "CONTRIBUTING.md"), "utf8");
  const map = text.slice(text.indexOf("## Where things are"), text.indexOf("## Rules"));
  const paths = Array.from(map.matchAll(/`([\w./-]+)`/g), ([, path]) => path).filter((path) => path.includes("/"));
  assert.ok(paths.length > 15, `${paths.length} paths`);
  assert.deepEqual(
    paths.filter((path) => !existsSync(join(root, path))),
    [],
  );
  const folders = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^(\.|target$|pkg$|node_modules$)/.test(entry.name))
    .map((entry) => `${entry.name}/`);
  assert.deepEqual(
    folders.filter((folder) => !paths.some((path) => path.startsWith(folder))),
    [],
  );
});
