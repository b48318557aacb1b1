import { expect, test } from "vitest";

import { report } from "./app.mjs";

test("the app works", async () => {
  const answer = await report();
  // workerd has no files to write a report to.
  console.log(`report ${JSON.stringify(answer)}`);
  expect(answer.failures).toEqual([]);
});
