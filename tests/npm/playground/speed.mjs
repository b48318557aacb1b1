/** The throughput chart: what it shows is measured, and what is measured is what it says. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";

import { isHidden, openTab, text } from "./visitor.mjs";

const sha256 = (material) => createHash("sha256").update(material).digest("hex");

export async function throughputIsMeasuredOnAClick({ page }) {
  await openTab(page, "speed");
  assert.equal(await isHidden(page, "#chart"), true);
  await page.$eval("#measure", (button) => button.click());
  await page.waitForSelector("#chart:not([hidden])", { timeout: 60_000 });
  const number = (value) => Number(value.replaceAll(",", ""));
  const rows = await page.$$eval("#rows tr", (all) =>
    all.map((row) => ({
      name: row.querySelector("th code").textContent,
      median: row.querySelector(".median").textContent,
      range: row.querySelector(".range").textContent.split(" to "),
      ticks: row.querySelectorAll("line").length,
      bar: row.querySelector("rect").getBoundingClientRect().width,
    })),
  );
  assert.deepEqual(
    rows.map(({ name }) => name),
    ["createMany", "createSync", "create", "crypto.subtle", "crypto.subtle"],
  );
  const widest = rows.reduce((a, b) => (a.bar > b.bar ? a : b));
  for (const { name, median, range, ticks, bar } of rows) {
    const [slowest, fastest] = range.map(number);
    assert.ok(slowest > 0 && slowest <= number(median) && number(median) <= fastest, `${name}: ${range} around ${median}`);
    assert.equal(ticks, 9);
    const wanted = (number(median) / number(widest.median)) * widest.bar;
    assert.ok(Math.abs(bar - wanted) <= 0.02 * widest.bar + 1, `${name}: a bar of ${bar} px, expected ${wanted}`);
  }
  assert.match(
    await text(page, "#summary"),
    /^With every hash read, crypto\.subtle at its best \(.+\) made [\d,]+ keys a second here\. createSync made [\d.,]+ times as many \([\d.,]+ to [\d.,]+ in the rounds\), createMany [\d.,]+ times/,
  );
  assert.equal(await page.$eval("#measure", (button) => button.getAttribute("aria-disabled")), null);
}

/** The sum that each way answers can't be had without all hashes; and the package's keys are asked for theirs. */
export async function everyHashIsRead({ page }) {
  const COUNT = 1024;
  const measured = await page.evaluate(async (count) => {
    const [{ WAYS }, { IdempotencyKey }] = await Promise.all([import("./throughput.mjs"), import("./package.mjs")]);
    const { prototype } = IdempotencyKey;
    const { get, set } = Object.getOwnPropertyDescriptor(prototype, "hash");
    let reads = 0;
    Object.defineProperty(prototype, "hash", {
      configurable: true,
      set,
      get() {
        reads++;
        return get.call(this);
      },
    });
    const found = [];
    for (const way of WAYS) {
      reads = 0;
      found.push({ name: way.name, sum: await way.make(count), reads });
    }
    Object.defineProperty(prototype, "hash", { configurable: true, set, get });
    return found;
  }, COUNT);
  const hashes = Array.from({ length: COUNT }, (_, index) => sha256(`order-${index}-run_abc123`));
  const sum = hashes.reduce((sum, hash) => sum + hash.charCodeAt(0) + hash.charCodeAt(63), 0);
  assert.equal(measured.length, 5);
  for (const { name, sum: found, reads } of measured) {
    assert.equal(found, sum, name);
    assert.equal(reads, name === "crypto.subtle" ? 0 : COUNT, name);
  }
}
