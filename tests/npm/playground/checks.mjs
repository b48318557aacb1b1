/** What the playground has to do in every browser, and in both colour schemes. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";

import { agrees, enter, fill, isHidden, openTab, pick, setTask, shown, text } from "./visitor.mjs";

const sha256 = (material) => createHash("sha256").update(material).digest("hex");
const TASK = { runId: "run_abc123", attempt: "1" };

/** Material, scope, task, and what is hashed: written out by hand. */
const KEYS = [
  [["order", "42"], "run", TASK, "order-42-run_abc123"],
  ["send-email", "run", TASK, "send-email-run_abc123"],
  ["send-email", "attempt", { runId: "run_9", attempt: "12" }, "send-email-run_9-12"],
  ["send-email", "global", TASK, "send-email"],
  ["send-email", "run", undefined, "send-email"],
  [["a", "", "b"], "attempt", TASK, "a--b-run_abc123-1"],
  [[], "run", TASK, "run_abc123"],
  ["", "run", TASK, "-run_abc123"],
  [" déjà vu – 日本 😀 ", "global", undefined, " déjà vu – 日本 😀 "],
  [["<b>&amp;</b>", '"', "\\"], "global", undefined, '<b>&amp;</b>-"-\\'],
];

async function state(page, [material, scope, task]) {
  await enter(page, material);
  await pick(page, "scope", scope);
  await setTask(page, task);
}

export async function hashesAreThoseOfNode({ page }) {
  for (const key of KEYS) {
    await state(page, key);
    const [material, scope, , hashed] = key;
    const { hash, options } = await shown(page);
    assert.equal(hash, sha256(hashed), JSON.stringify(key));
    const joined = typeof material === "string" ? material : material.join("-");
    assert.equal(options, `{ key: ${JSON.stringify(joined)}, scope: "${scope}" }`);
    assert.equal(await agrees(page), true, JSON.stringify(key));
    const pieces = await page.$$eval("#ribbon .text", (all) => all.map((piece) => piece.textContent));
    assert.equal(pieces.map((piece) => (piece === "empty" ? "" : piece)).join("-"), hashed);
    assert.match(await text(page, "#material-note"), new RegExp(`^${Buffer.byteLength(hashed)} bytes`));
  }
}

export async function theScopesPartIsSetApart({ page }) {
  await state(page, [["order", "42"], "attempt", TASK]);
  const pieces = await page.$$eval("#ribbon li", (all) =>
    all.map((piece) => ({
      added: piece.className,
      text: piece.querySelector(".text").textContent,
      name: piece.querySelector(".label").textContent,
      colour: getComputedStyle(piece.querySelector(".text")).color,
    })),
  );
  assert.deepEqual(
    pieces.map(({ added, text, name }) => [added, text, name]),
    [
      ["", "order", "part 1"],
      ["", "42", "part 2"],
      ["added", "run_abc123", "run id, added by scope attempt"],
      ["added", "1", "attempt, added by scope attempt"],
    ],
  );
  assert.notEqual(pieces[0].colour, pieces[2].colour);
}

export async function aCollisionIsWarnedOfAndShown({ page }) {
  await state(page, [["a-b", "c"], "run", TASK]);
  const { hash, level } = await shown(page);
  assert.equal(level, "ambiguous");
  assert.match(await text(page, "#verdict"), /part 1 has a “-” inside/);
  const names = await page.$$eval("#verdict li button", (all) => all.map((button) => button.getAttribute("aria-label")));
  assert.deepEqual(names, ['Try ["a", "b-c"]', 'Try "a-b-c"', 'Try ["a", "b", "c"]', 'Try "a-b-c-run_abc123"']);
  for (const name of names) {
    await state(page, [["a-b", "c"], "run", TASK]);
    await page.$$eval("#verdict li button", (all, name) => all.find((one) => one.getAttribute("aria-label") === name).click(), name);
    assert.equal((await shown(page)).hash, hash, name);
    assert.equal(await page.evaluate(() => document.activeElement.closest("#verdict") !== null), true);
  }
  await state(page, [["a-b", "c"], "run", TASK]);
  await page.$eval("#verdict > button", (button) => button.click());
  assert.equal(await page.$eval("#text", ({ value }) => value), '["a-b","c"]');
  const safe = await shown(page);
  assert.equal(safe.level, "clear");
  assert.equal(safe.hash, sha256('["a-b","c"]-run_abc123'));
  await enter(page, ["order", "42"]);
  assert.equal((await shown(page)).level, "shape");
  await enter(page, "order");
  assert.equal((await shown(page)).level, "clear");
}

export async function refusalsAreShownInPlace({ page }) {
  await state(page, [["order", "42"], "attempt", { runId: "run_abc123", attempt: "" }]);
  assert.match(await text(page, "#attempt-error"), /^ERR_MISSING_CONTEXT.*attempt number/);
  assert.equal(await isHidden(page, "#hash"), true);
  const named = (id) => page.$eval(id, (field) => [field.getAttribute("aria-invalid"), field.getAttribute("aria-describedby")]);
  assert.deepEqual(await named("#attempt"), ["true", "attempt-error"]);
  assert.deepEqual(await named("#run-id"), ["false", "run-id-error"]);
  await setTask(page, { runId: "", attempt: "1" });
  assert.match(await text(page, "#run-id-error"), /^ERR_MISSING_CONTEXT.*run/);
  assert.deepEqual(await named("#run-id"), ["true", "run-id-error"]);
  await setTask(page, TASK);
  for (const place of ["#run-id-error", "#attempt-error", "#refusal"]) assert.equal(await isHidden(page, place), true);
  assert.equal(await isHidden(page, "#hash"), false);
  assert.equal((await shown(page)).hash, sha256("order-42-run_abc123-1"));
}

export async function aLongTextIsShortenedOnlyToLookAt({ page, pkg }) {
  const long = "é😀".repeat(20_000);
  await state(page, [long, "global", undefined]);
  const { hash, token } = await shown(page);
  assert.equal(hash, sha256(long));
  assert.equal(pkg.IdempotencyKey.fromToken(token).hash, hash);
  assert.ok(await agrees(page));
  assert.ok((await text(page, "#code")).includes(`create("${long}"`));
  assert.ok((await text(page, "#ribbon")).length < 400);
  assert.match(await text(page, "#ribbon"), / … 59,762 more … /);
}

export async function theResetPlanDependsOnWhatIsHeld({ page }) {
  await openTab(page, "reset");
  await state(page, [["order", "42"], "run", TASK]);
  const hash = sha256("order-42-run_abc123");
  for (const [held, code] of [
    ["key", 'await idempotencyKeys.reset("my-task", key);'],
    ["material", 'await idempotencyKeys.reset("my-task", ["order", "42"], { scope: "run", parentRunId: "run_abc123" });'],
    ["hash", `await idempotencyKeys.reset("my-task", "${hash}");`],
  ]) {
    await pick(page, "held", held);
    assert.deepEqual((await shown(page)).plan, [hash]);
    assert.equal(await text(page, "#reset-code"), code);
  }
  await pick(page, "held", "material");
  const ready = "f".repeat(64);
  await enter(page, ready);
  assert.deepEqual((await shown(page)).plan, [ready, sha256(`${ready}-run_abc123`)]);
  await enter(page, ["order"]);
  await setTask(page, undefined);
  assert.deepEqual((await shown(page)).plan, []);
  assert.match(await text(page, "#inside-error"), /^ERR_MISSING_CONTEXT.*parentRunId is required/);
  assert.equal(await page.$eval("#inside", (box) => box.getAttribute("aria-invalid")), "true");
  assert.match(await text(page, "#reset-error"), /^ERR_MISSING_CONTEXT/);
  await pick(page, "held", "key");
  for (const place of ["#reset-error", "#inside-error"]) assert.equal(await isHidden(page, place), true);
  await openTab(page, "key");
  assert.equal((await shown(page)).hash, sha256("order"));
}

export async function tokensAreMadeAndRead({ page, pkg }) {
  const made = pkg.idempotencyKeys.createSync(["naïve", "2"], { scope: "attempt", ctx: { run: { id: "r" }, attempt: { number: 3 } } });
  await state(page, [["order", "42"], "run", TASK]);
  const { token, hash } = await shown(page);
  const read = pkg.IdempotencyKey.fromToken(token);
  assert.equal(read.hash, hash);
  assert.deepEqual(read.options, { key: "order-42", scope: "run" });
  await openTab(page, "token");
  for (const [given, options, material] of [
    [token, '{ key: "order-42", scope: "run" }', "order-42-run_abc123"],
    [` ${made.toToken()}\n`, '{ key: "naïve-2", scope: "attempt" }', "naïve-2-r-3"],
  ]) {
    await fill(page, "#token-input", given);
    assert.equal(await text(page, "#token-options"), options);
    assert.equal(await text(page, "#token-material"), material);
    assert.equal(await text(page, "#token-hash"), sha256(material));
  }
  await fill(page, "#token-input", token.slice(0, -1));
  assert.match(await text(page, "#token-input-error"), /^ERR_INVALID_TOKEN/);
  assert.equal(await isHidden(page, "#token-hash"), true);
  await fill(page, "#token-input", "");
  assert.equal(await isHidden(page, "#token-input-error"), true);
  assert.equal(await isHidden(page, "#token-none"), false);
}

/** The code runs in Node, where each `expression; // value` has to be true. */
export async function theCodeIsTrue({ page, installed }) {
  for (const key of KEYS) {
    await state(page, key);
    const code = await text(page, "#code");
    const checks = [...code.matchAll(/^(key\.\w+); \/\/ (.+)$/gm)].map(([, got, wanted]) => `assert.deepEqual(${got}, ${wanted});`);
    assert.equal(checks.length, 2);
    const script = `import assert from "node:assert/strict";\n${code}\n${checks.join("\n")}`;
    execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: installed });
  }
}

export async function copyButtonsCopyOrSelect({ page }) {
  const places = await page.$$eval("[data-copies]", (all) =>
    all.map((button) => [button.dataset.copies, button.closest("[role=tabpanel]").id.replace("panel-", "")]),
  );
  assert.deepEqual(
    places.map(([name]) => name),
    ["hash", "code", "token", "canonical", "payload-hash", "payload-code", "token-hash", "reset-code", "answer"],
  );
  await page.evaluate(() => {
    const { writeText } = Clipboard.prototype;
    Clipboard.prototype.writeText = function (text) {
      window.copied = text;
      return writeText.call(this, text);
    };
    window.labels = [];
    // A label says "Copied" for a while only: a busy machine may look too late.
    const note = (changes) => window.labels.push(...changes.map(({ target }) => [target.parentNode?.dataset.copies, target.data]));
    new MutationObserver(note).observe(document.body, { subtree: true, characterData: true });
  });
  for (const [name, tab] of places) {
    await openTab(page, tab);
    await page.waitForFunction((name) => document.getElementById(name).textContent !== "", {}, name);
    await page.evaluate(() => (window.labels = []));
    const button = await page.$(`[data-copies="${name}"]`);
    await button.focus();
    await page.keyboard.press("Enter");
    const isSaid = (name) => window.labels.some(([copies, label]) => copies === name && label === "Copied");
    await page.waitForFunction(isSaid, { timeout: 5_000 }, name);
    assert.equal(await page.evaluate(() => window.copied), await text(page, `#${name}`));
  }
  await page.evaluate(() => (Clipboard.prototype.writeText = () => Promise.reject(new Error("refused"))));
  for (const [name, tab] of places) {
    await openTab(page, tab);
    await page.$eval(`[data-copies="${name}"]`, (button) => button.click());
    await page.waitForFunction(
      (wanted) => getSelection().toString().replace(/\s/g, "") === wanted,
      { timeout: 5_000 },
      (await text(page, `#${name}`)).replace(/\s/g, ""),
    );
  }
}

/** Where a page has no crypto.subtle, as on plain http, it says so, and all else works. */
export async function aPageWithoutSubtleSaysSo({ open }) {
  const { page } = await open({ before: () => Object.defineProperty(crypto, "subtle", { value: undefined }) });
  await state(page, [["order", "42"], "run", TASK]);
  assert.equal((await shown(page)).hash, sha256("order-42-run_abc123"));
  assert.match(await text(page, "#agreement"), /no second opinion/);
  await page.$eval("#measure", (button) => button.click());
  await page.waitForSelector("#measure-error:not([hidden])");
  assert.match(await text(page, "#measure-error"), /crypto\.subtle/);
}

/** As under a policy that forbids to compile WebAssembly. */
export async function aPageWithoutWebAssemblySaysSo({ open }) {
  const { page, problems } = await open({
    before: () => {
      WebAssembly.Module = () => {
        throw new Error("forbidden");
      };
    },
  });
  assert.match(await text(page, "#refusal"), /^ERR_ENGINE/);
  assert.equal(await isHidden(page, "#hash"), true);
  assert.deepEqual(problems, []);
}

export async function changesAreAnnouncedOnceTypingPauses({ page }) {
  await page.evaluate(() => {
    window.said = [];
    new MutationObserver(() => window.said.push(document.getElementById("status").textContent)).observe(document.getElementById("status"), { childList: true });
  });
  await state(page, [["order", "42"], "run", TASK]);
  await fill(page, "#part-0", "invoice");
  const begins = sha256("invoice-42-run_abc123").slice(0, 8);
  await page.waitForFunction((begins) => window.said.at(-1)?.includes(begins), { timeout: 5_000 }, begins);
  const said = await page.evaluate(() => window.said);
  assert.ok(said.length <= 3, `one announcement for each pause, not for each letter: ${said.join(" | ")}`);
  assert.equal(await page.$eval("#status", (status) => status.getAttribute("role")), "status");
}
