/** Runs a crowd through each fault of an engine, one after the other. RUN_ONCE_LONG makes it a matter of minutes. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { SETTINGS, startCrowd, summary } from "./crowd.mjs";
import { runOnce as entry } from "./package.mjs";

const ROUNDS = process.env.RUN_ONCE_LONG ? 30 : 1;

const unhandled = [];
process.on("unhandledRejection", (error) => unhandled.push(String(error)));

export async function through(name, open) {
  const { stores, faults, close } = await open();
  after(close);
  describe(`faults on ${name}`, () => {
    for (const [fault, inject] of Object.entries(faults)) {
      test(`${fault}: the books balance`, async (t) => {
        const { stop, hasSome } = startCrowd(
          stores.map((store) => entry.createRunOnce({ store, ...SETTINGS })),
          `${name} ${fault}`,
        );
        await sleep(200);
        for (let round = 0; round < ROUNDS; round++) {
          await inject();
          await sleep(500);
        }
        for (let tries = 0; !hasSome() && tries < 200; tries++) await sleep(50);
        const ledger = await stop();
        t.diagnostic(summary(ledger));
        for (const message of ledger.wrong) t.diagnostic(message);
        if (ledger.wrong.length > 0) t.diagnostic(`ledger: ${JSON.stringify(ledger.executions.map(({ execution, ...rest }) => rest))}`);
        assert.deepEqual(ledger.wrong, []);
        assert.deepEqual(unhandled, []);
        assert.ok(hasSome(), `${ledger.results.size} keys`);
      });
    }
  });
}
