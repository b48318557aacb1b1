/** The table of runtimes in docs/runtimes.md: written from what the suite ran, and held to it. */

import { readFileSync, writeFileSync } from "node:fs";

const file = new URL("../../../docs/runtimes.md", import.meta.url);
const MARKED = /(<!-- runtimes -->\n)(.*?)(<!-- \/runtimes -->)/s;
const HEAD = ["| where | version run | how | engine |", "|---|---|---|---|"];

const HOW_DELIMITER = "; ";

function tableOf(results) {
  const groups = new Map();
  for (const { runtime, version } of results) {
    const { where, how, engine } = runtime;
    const group = [where, version, engine].join();
    if (!groups.has(group)) groups.set(group, { where, version, engine, hows: [] });
    groups.get(group).hows.push(how);
  }
  const rows = [...groups.values()].map(({ where, version, engine, hows }) => [where, version, hows.join(HOW_DELIMITER), engine]);
  return [...HEAD, ...rows.map((cells) => `| ${cells.join(" | ")} |`)].join("\n");
}

function rowsOf(text) {
  const [, , table] = MARKED.exec(text) ?? [];
  if (table === undefined) throw new Error("docs/runtimes.md has no <!-- runtimes --> … <!-- /runtimes -->");
  return table
    .split("\n")
    .filter((line) => line.startsWith("| ") && !HEAD.includes(line))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .flatMap(([where, version, hows, engine]) => hows.split(HOW_DELIMITER).map((how) => ({ where, version, how, engine })));
}

function isRow({ where, how, engine }, row) {
  return row.where === where && row.how === how && row.engine === engine;
}

/**
 * What the page says that isn't so: a row for no runtime of ours, a runtime that passed and has no
 * row, a version other than the one in the lock file.
 */
export function checkTable(results, runtimes) {
  const rows = rowsOf(readFileSync(file, "utf8"));
  const strays = rows.filter((row) => !runtimes.some((runtime) => isRow(runtime, row)));
  const missing = results.filter(({ runtime, version }) => !rows.some((row) => isRow(runtime, row) && (row.version === version || !runtime.pinned)));
  return [
    ...strays.map(({ where, how, engine }) => `docs/runtimes.md: the suite runs no ${where}, ${how}, ${engine}`),
    ...missing.map(({ runtime: { where, how, engine }, version }) => `docs/runtimes.md lacks ${where} ${version}, ${how}, ${engine}`),
  ];
}

export function writeTable(results) {
  const text = readFileSync(file, "utf8");
  rowsOf(text);
  writeFileSync(
    file,
    text.replace(MARKED, (_, start, _table, end) => `${start}${tableOf(results)}\n${end}`),
  );
}
