/** What a visitor does on the playground, and what the page then says. */

/** Longer texts are pasted, as a visitor would. */
const TYPED_LENGTH = 16;

/** Types a text into a field, in place of what it holds. */
export async function fill(page, selector, text) {
  await page.$eval(selector, (field) => {
    field.focus();
    field.select();
  });
  if (text === "") await page.keyboard.press("Delete");
  else if (text.length <= TYPED_LENGTH) await page.keyboard.type(text);
  else await page.evaluate((text) => document.execCommand("insertText", false, text), text);
}

export const pick = (page, name, value) => page.$eval(`input[name="${name}"][value="${value}"]`, (radio) => radio.click());

export const openTab = (page, name) => page.$eval(`#tab-${name}`, (tab) => tab.click());

export const text = (page, selector) => page.$eval(selector, (node) => node.textContent);
export const isHidden = (page, selector) => page.$eval(selector, (node) => node.checkVisibility() === false);

/** Makes the fields hold a key's parts, or its one text. */
export async function enter(page, material) {
  if (typeof material === "string") {
    await pick(page, "shape", "one");
    await fill(page, "#text", material);
    return;
  }
  await pick(page, "shape", "several");
  for (let count = (await page.$$("#parts input")).length; count > material.length; count--) {
    await page.$eval("#parts li:last-child button", (remove) => remove.click());
  }
  while ((await page.$$("#parts input")).length < material.length) {
    await page.$eval("#add", (add) => add.click());
  }
  for (const [index, part] of material.entries()) await fill(page, `#part-${index}`, part);
}

export async function setTask(page, task) {
  await page.$eval("#inside", (box, wanted) => box.checked !== wanted && box.click(), task !== undefined);
  if (task === undefined) return;
  await fill(page, "#run-id", task.runId);
  await fill(page, "#attempt", task.attempt);
}

/** What the page shows of the key. */
export const shown = async (page) => ({
  hash: await text(page, "#hash"),
  options: await text(page, "#options"),
  level: await page.$eval("#verdict", (verdict) => verdict.dataset.level),
  token: await text(page, "#token"),
  plan: await page.$$eval("#plan b", (keys) => keys.map((key) => key.textContent)),
});

/** Waits for the browser's own digest of the material that is shown, and says whether it is `hash`. */
export async function agrees(page) {
  await page.waitForFunction(() => document.getElementById("agreement").dataset.agrees !== undefined);
  // Digests come in turn: after the next one all earlier ones have been shown.
  await page.evaluate(() => crypto.subtle.digest("SHA-256", new Uint8Array(1)));
  return page.$eval("#agreement", (note) => note.dataset.agrees === "true");
}
