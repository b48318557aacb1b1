/** Runs a crowd through each fault of an engine, one after the other. RUN_ONCE_LONG makes it a matter of minutes. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { SETTINGS, startCrowd, summary } from "./crowd.mjs";
import { runOnce as entry } from "./package.mjs";

const ROUNDS = process.env.RUN_ONCE_LONG ? 30 : 1;
const COUNTS = /^\d+ \/ \d+ \/ \d+$/;
/** The columns of the guide's table, each of which is a call of `through`. */
const COLUMNS = ["fault", "Redis", "PostgreSQL", "through PgBouncer", "SQLite, WAL", "SQLite, rollback journal"];

const unhandled = [];
process.on("unhandledRejection", (error) => unhandled.push(String(error)));

/** The rows of the guide's table of faults, without its head. */
function guideTable() {
  const page = readFileSync(new URL("../../../docs/run-once-operations.md", import.meta.url), "utf8");
  const [, section] = page.split("## Faults, and what was seen\n");
  const rows = section.match(/^\|.*\|$/gm).map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
  assert.deepEqual(rows[0], COLUMNS);
  return rows.slice(2);
}

/**
 * @param name The column of the guide's table; none: an engine that isn't in it.
 * @param open Gives the stores, and the faults by the names that the guide has: a function that injects it, or that with
 * what its errors say (`felt`), or why it can't be injected here (`skip`).
 */
export async function through(name, open) {
  const { stores, faults, close, settle } = await open();
  after(close);
  describe(`faults, ${name}`, () => {
    if (COLUMNS.includes(name)) {
      test("the guide's table has these faults, each with its counts", () => {
        const cells = guideTable().map((row) => ({ fault: row[0], counts: row[COLUMNS.indexOf(name)] }));
        const filled = cells.filter(({ counts }) => counts !== "");
        assert.deepEqual(filled.map(({ fault }) => fault).sort(), Object.keys(faults).sort());
        for (const { fault, counts } of filled) assert.match(counts, COUNTS, fault);
      });
    }
    for (const [fault, how] of Object.entries(faults)) {
      const { inject, felt, skip } = typeof how === "function" ? { inject: how } : how;
      test(`${fault}: the books balance`, { skip }, async (t) => {
        const onEvent = ({ type, error }) => type === "store-error" && said.add(error.message);
        const { stop, abandon, hasSome, said } = startCrowd(
          stores.map((store) => entry.createRunOnce({ store, ...SETTINGS, onEvent })),
          `${name} ${fault}`,
          { settle },
        );
        t.after(abandon);
        const isFelt = () => felt === undefined || felt.test([...said].join("\n"));
        await sleep(200);
        // Once more where everybody was at work meanwhile, and asked the store nothing.
        for (let round = 0; round < ROUNDS || (!isFelt() && round < 10); round++) {
          await inject();
          await sleep(500);
        }
        for (let tries = 0; !hasSome() && tries < 200; tries++) await sleep(50);
        const ledger = await stop();
        t.diagnostic(`${name}, ${fault}: ${summary(ledger)}`);
        for (const message of ledger.wrong) t.diagnostic(message);
        if (ledger.wrong.length > 0) t.diagnostic(`ledger: ${JSON.stringify(ledger.executions.map(({ execution, ...rest }) => rest))}`);
        assert.deepEqual(ledger.wrong, []);
        assert.deepEqual(unhandled, []);
        assert.ok(hasSome(), `${ledger.results.size} keys`);
        assert.ok(isFelt(), `nobody felt the fault, only: ${[...said].join("\n")}`);
      });
    }
  });
}
