/** What the tabs besides the key's show, how one moves among them, and links to what they show. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";

import { enter, fill, isHidden, openTab, pick, setTask, text } from "./visitor.mjs";

const sha256 = (material) => createHash("sha256").update(material).digest("hex");
const NAMES = ["key", "payload", "ttl", "token", "reset", "header", "speed"];

const tick = (page, id, wanted) => page.$eval(`#${id}`, (box, wanted) => box.checked !== wanted && box.click(), wanted);

/** The answer on the header's tab, once it is that of the fields as they are. */
async function answer(page) {
  // Answers come in turn, each after a few promises.
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 60)));
  const [head, body] = (await text(page, "#answer")).split("\n\n");
  return { status: Number(await text(page, "#answer-status")), head, body, once: await text(page, "#once") };
}

export async function tabsAreThoseOfTheGuide({ page }) {
  const state = () =>
    page.$$eval("[role=tab]", (all) =>
      all.map((tab) => {
        const panel = document.getElementById(tab.getAttribute("aria-controls"));
        const isOpen = tab.getAttribute("aria-selected") === "true";
        const agree = panel.getAttribute("aria-labelledby") === tab.id && panel.hidden !== isOpen && (tab.tabIndex === 0) === isOpen;
        return agree ? isOpen && tab.id.replace("tab-", "") : "at odds";
      }),
    );
  const isOpen = async (name) => {
    assert.deepEqual((await state()).filter(Boolean), [name]);
    assert.equal(await page.evaluate(() => document.activeElement.id), `tab-${name}`);
  };
  await page.focus("#tab-key");
  for (const name of [...NAMES.slice(1), "key"]) {
    await page.keyboard.press("ArrowRight");
    await isOpen(name);
  }
  for (const [key, name] of [
    ["ArrowLeft", "speed"],
    ["Home", "key"],
    ["End", "speed"],
  ]) {
    await page.keyboard.press(key);
    await isOpen(name);
  }
}

/** What each tab is set to, and what has to be seen of it. */
const SETTINGS = {
  async key(page) {
    await enter(page, ["a b&c=d", "", "é#%+"]);
    await pick(page, "scope", "attempt");
    await setTask(page, { runId: "run_9", attempt: "3" });
    return ["#hash", sha256("a b&c=d--é#%+-run_9-3")];
  },
  async "key outside a task"(page) {
    await enter(page, "<b>one</b>");
    await setTask(page, undefined);
    return ["#hash", sha256("<b>one</b>")];
  },
  async "key of no parts"(page) {
    await enter(page, []);
    await pick(page, "scope", "run");
    await setTask(page, { runId: "run_abc123", attempt: "1" });
    return ["#hash", sha256("run_abc123")];
  },
  async payload(page) {
    await fill(page, "#payload", '{ "b": 1.0,\n"a": "ü" }');
    await fill(page, "#operation", "refund");
    return ["#payload-hash", sha256('{"a":"ü","b":1}refund')];
  },
  async ttl(page) {
    await fill(page, "#ttl", "36h");
    return ["#duration", "129,600,000 ms, which is 1.5 days"];
  },
  async token(page) {
    await fill(page, "#token-input", "AQIIb3JkZXItNDJija9hwc89Lg");
    return ["#token-hash", sha256("order-42")];
  },
  async reset(page) {
    await enter(page, ["order"]);
    await pick(page, "scope", "global");
    await pick(page, "held", "material");
    return ["#reset-code", 'await idempotencyKeys.reset("my-task", ["order"], { scope: "global" });'];
  },
  async header(page) {
    await fill(page, "#line", "two words");
    await tick(page, "required", true);
    return ["#answer-status", "400"];
  },
};

/** Waits until a place says what is wanted, since the header's answer takes a moment. */
async function settled(page, name, place, wanted) {
  const isThere = (place, wanted) => document.querySelector(place).textContent === wanted;
  await page.waitForFunction(isThere, { timeout: 5_000 }, place, wanted).catch(() => {});
  assert.equal(await text(page, place), wanted, name);
}

/** Who opens the address sees the same; and only what the open tab holds is in it. */
export async function theAddressIsALink({ page, open }) {
  const { page: other, problems } = await open();
  for (const [name, set] of Object.entries(SETTINGS)) {
    const [tab] = name.split(" ");
    await openTab(page, tab);
    const [place, wanted] = await set(page);
    await settled(page, name, place, wanted);
    await page.evaluate(() => {
      Clipboard.prototype.writeText = async (text) => void (window.copied = text);
    });
    await page.$eval("#share", (button) => button.click());
    const link = await page.evaluate(() => window.copied);
    assert.equal(link, page.url());
    assert.match(new URL(link).hash, new RegExp(`^#tab=${tab}(&|$)`));
    if (tab !== "payload") assert.doesNotMatch(link, /refund/);
    await other.evaluate((hash) => (location.hash = hash), new URL(link).hash);
    await settled(other, name, place, wanted);
    assert.equal(await isHidden(other, place), false);
    // What the other page writes into its address is the same.
    await other.$eval("#share", (button) => button.click());
    assert.equal(other.url(), link);
  }
  await other.reload();
  await settled(other, "opened", "#answer-status", "400");
  assert.equal(other.url(), page.url());
  assert.deepEqual(problems, []);
  await other.close();
}

/** Whatever an address holds, the page is there; a new one is followed. */
export async function strangeAddressesDoNoHarm({ page, open }) {
  for (const at of [
    "#",
    "#found",
    "#tab=none",
    "#tab=%E0%A4",
    "#tab=__proto__&part=1",
    "#tab=key&shape=x&scope=task&attempt=many&run=r&inside=on",
    "#tab=header&method=BREW&before=never",
  ]) {
    const { page: other, problems } = await open({ at });
    assert.deepEqual(problems, [], at);
    assert.equal(await other.$$eval("[role=tabpanel]", (all) => all.filter((panel) => panel.checkVisibility()).length), 1, at);
    for (const name of ["shape", "scope", "method", "before"]) assert.ok(await other.$(`[name=${name}]:checked`), `${at}: ${name}`);
    await other.close();
  }
  await page.evaluate(() => (location.hash = "#tab=ttl&ttl=2d"));
  await page.waitForFunction(() => document.getElementById("duration").textContent.startsWith("172,800,000 ms"), { timeout: 5_000 });
  // Links within the page leave the address alone.
  const before = page.url();
  await page.$eval(".skip", (link) => link.click());
  assert.equal(await page.evaluate(() => document.activeElement.closest("[role=tabpanel]").id), "panel-ttl");
  assert.equal(page.url(), before);
}

/** The code to copy runs in Node, and its comment is true. */
export async function payloadsAreCanonical({ page, installed }) {
  await openTab(page, "payload");
  await fill(page, "#payload", '{ "b": [1.50, 1e3], "a": "\\u00e9" }');
  const canonical = '{"a":"é","b":[1.5,1000]}';
  assert.equal(await text(page, "#canonical"), canonical);
  assert.equal(await text(page, "#payload-hash"), sha256(canonical));
  assert.match(await text(page, "#canonical-note"), /^25 bytes/);
  await fill(page, "#operation", "it's");
  assert.equal(await text(page, "#payload-hash"), sha256(`${canonical}it's`));
  const code = (await text(page, "#payload-code")).replace(/^(hashPayload\(.+\)); \/\/ (.+)$/m, "assert.equal($1, $2)");
  assert.match(code, /^assert\.equal/m);
  execFileSync(process.execPath, ["--input-type=module", "-e", `import assert from "node:assert/strict";\n${code}`], { cwd: installed });
}

/** What is typed where, which field is at fault, and what is said beside it. */
const FAULTS = [
  ["payload", "#payload", '{"a":[1, 1e999]}', "payload", /^ERR_INVALID_PAYLOAD at \$\.a\[1\]/],
  ["payload", "#payload", '{"a":{"b":"\\ud800"}}', "payload", /^ERR_INVALID_PAYLOAD at \$\.a\.b/],
  ["payload", "#payload", '{"a":', "payload", /^Not JSON/],
  ["ttl", "#ttl", "1h30m", "ttl", /^ERR_INVALID_TTL.*"90m"/],
  ["token", "#token-input", "AAAA", "token-input", /^ERR_INVALID_TOKEN/],
  ["key", "#run-id", "", "run-id", /^ERR_MISSING_CONTEXT/],
  ["reset", "#run-id", "", "run-id", /^ERR_MISSING_CONTEXT/],
  ["header", "#line", "two words", "line", /^key-invalid/],
  ["header", "#line", "日本", "line", /^Not a header/],
  ["header", "#line", "", "line", /^key-invalid/],
  ["header", "#body", "[]", "body", /^payload-mismatch/],
];

export async function faultsAreSaidBesideTheirField({ open }) {
  for (const [tab, field, typed, at, said] of FAULTS) {
    const { page, problems } = await open({ at: `#tab=${tab}` });
    await fill(page, field, typed);
    await page.waitForSelector("[aria-invalid=true]", { timeout: 5_000 });
    const found = await page.$$eval("[aria-invalid=true]", (all) =>
      all.map((one) => {
        const place = document.getElementById(one.getAttribute("aria-describedby"));
        const gap = place.getBoundingClientRect().top - one.getBoundingClientRect().bottom;
        return { at: one.id, isSeen: place.checkVisibility(), isNear: gap >= 0 && gap < 40, said: place.textContent };
      }),
    );
    assert.deepEqual(
      found.map(({ at, isSeen, isNear }) => ({ at, isSeen, isNear })),
      [{ at, isSeen: true, isNear: true }],
      `${tab}: ${typed}`,
    );
    assert.match(found[0].said, said);
    assert.deepEqual(problems, []);
    await page.close();
  }
}

export async function aTtlIsPutRight({ page }) {
  await openTab(page, "ttl");
  await fill(page, "#ttl", "1h30m");
  assert.equal(await isHidden(page, "#duration"), true);
  await page.click("#ttl-suggestion");
  assert.equal(await text(page, "#duration"), "5,400,000 ms, which is 1.5 hours");
  assert.equal(await isHidden(page, "#ttl-suggestion"), true);
}

/** Settings of the request and the server, and the answer that docs/http.md promises. */
const ANSWERS = [
  [{ before: "nothing" }, 201, '{"charge":1}', { head: /^idempotency-key: "8e03978e-[-0-9a-f]+"$/m, not: /replayed/ }],
  [{ before: "answered" }, 201, '{"charge":1}', { head: /^idempotent-replayed: true$/m }],
  [{ before: "running" }, 409, "in-progress", { head: /^retry-after: 1$/m }],
  [{ before: "answered", body: "[1]" }, 422, "payload-mismatch", {}],
  [{ before: "running", body: "[1]" }, 422, "payload-mismatch", {}],
  [{ before: "nothing", line: "a;b=1" }, 201, '{"charge":1}', { once: /^once\.keyaonce/ }],
  [{ before: "nothing", line: "x".repeat(255) }, 201, '{"charge":1}', {}],
  [{ before: "nothing", line: "x".repeat(256) }, 400, "key-invalid", { once: /^$/ }],
  [{ before: "nothing", line: '"a", "b"' }, 400, "key-invalid", {}],
  [{ before: "answered", isKnown: false }, 401, "caller-unknown", {}],
  [{ before: "answered", isSent: false }, 201, '{"charge":2}', { once: /undefined/, not: /idempotency-key/ }],
  [{ before: "answered", isSent: false, isRequired: true }, 400, "key-required", {}],
  [{ before: "answered", method: "GET" }, 201, '{"charge":2}', { once: /undefined/ }],
];

const EQUAL_BODIES = { body: '{ "b": 1, "a": 2 }', first: '{"a":2,"b":1.0}' };

export async function theHeaderIsAnsweredAsByAServer({ page }) {
  for (const [given, status, body, { head = /^/, not = /^$/, once = /^/ }] of ANSWERS) {
    const { isSent = true, isRequired = false, isKnown = true, ...fields } = given;
    const ticked = Object.entries({ sent: isSent, required: isRequired, known: isKnown }).filter(([, isTicked]) => isTicked);
    const line = '"8e03978e-40d5-43dd-bc93-6894a57f9324"';
    const values = { tab: "header", method: "POST", line, ...EQUAL_BODIES, ...fields, ...Object.fromEntries(ticked.map(([name]) => [name, "on"])) };
    await page.evaluate((hash) => (location.hash = hash), `#${new URLSearchParams(values)}`);
    const found = await answer(page);
    const what = JSON.stringify(given);
    assert.equal(found.status, status, what);
    assert.equal(found.body.startsWith('{"status"') ? JSON.parse(found.body).code : found.body, body, what);
    assert.match(found.head, head, what);
    assert.doesNotMatch(found.head, not, what);
    assert.match(found.once, once, what);
  }
}

/** On a desk nothing lies over the results, and nothing stays while they scroll. */
export async function nothingCoversTheResults({ page }) {
  await page.setViewport({ width: 1280, height: 900 });
  for (const name of NAMES) {
    await openTab(page, name);
    const stuck = await page.evaluate(() =>
      [...document.querySelectorAll("main, main *")]
        .filter((node) => node.checkVisibility() && ["sticky", "fixed"].includes(getComputedStyle(node).position))
        .map((node) => node.id || node.localName),
    );
    assert.deepEqual(stuck, [], name);
  }
}
