/** The page: reads the form, asks the package, shows what it says. */

import { showChart } from "./chart.mjs";
import { creationCode, resetCode, source } from "./code.mjs";
import { announce, byId, copy, element, shortened, showError } from "./dom.mjs";
import { showAgreement, showHash, showGlance, showRibbon, showVerdict } from "./findings.mjs";
import { engineName, IdempotencyKey, idempotencyKeys } from "./package.mjs";
import { addPart, parts, setParts } from "./parts.mjs";

/** Digits enough to tell one key from another by ear. */
const SHORT = 8;

const form = byId("form");
const result = byId("result");
const chosen = (name) => document.querySelector(`input[name="${name}"]:checked`).value;
const choose = (name, value) => (document.querySelector(`input[name="${name}"][value="${value}"]`).checked = true);

/** What the form says, with an empty field as one that isn't there. */
function read() {
  const list = chosen("shape") === "one" ? undefined : parts();
  const runId = byId("run-id").value || undefined;
  const attempt = byId("attempt").value === "" ? undefined : Number(byId("attempt").value);
  const inside = byId("inside").checked;
  return {
    material: list ?? byId("text").value,
    parts: list ?? [byId("text").value],
    scope: chosen("scope"),
    ctx: inside
      ? { run: runId && { id: runId }, ...(attempt === undefined ? {} : { attempt: { number: attempt } }) }
      : undefined,
  };
}

/** What the scope adds, for display; `showAgreement` compares it with what the package hashed. */
function added({ scope, ctx }) {
  if (ctx === undefined || scope === "global") return [];
  const run = { label: "run id", text: ctx.run.id };
  return scope === "run" ? [run] : [run, { label: "attempt", text: String(ctx.attempt.number) }];
}

function make({ material, scope, ctx }) {
  try {
    return { key: idempotencyKeys.createSync(material, { scope, ctx }) };
  } catch (error) {
    return { error };
  }
}

function showRefusal(error) {
  const isContext = error?.code === "ERR_MISSING_CONTEXT";
  showError(byId("context-error"), isContext ? error : undefined);
  showError(byId("refusal"), isContext ? { code: error.code, message: "No key: the task context lacks what this scope needs." } : error);
  const missing = byId("run-id").value === "" ? byId("run-id") : byId("attempt");
  for (const field of [byId("run-id"), byId("attempt")]) {
    field.setAttribute("aria-invalid", String(isContext && field === missing));
  }
  for (const section of result.querySelectorAll("section")) section.hidden = error !== undefined;
}

function showReset(given, key) {
  const held = chosen("held");
  const { run, attempt } = given.ctx ?? {};
  const options = {
    scope: given.scope,
    parentRunId: given.scope === "global" ? undefined : run?.id,
    attemptNumber: given.scope === "attempt" ? attempt?.number : undefined,
  };
  byId("reset-code").textContent = resetCode(given, held, options, key.hash);
  let steps = [];
  let refused;
  try {
    const { candidates } =
      held === "material"
        ? idempotencyKeys.planReset(given.material, options)
        : idempotencyKeys.planReset(held === "key" ? key : key.hash);
    steps = candidates.map((candidate, index) =>
      element(
        "li",
        {},
        element("span", { class: "note" }, index === 0 ? "Ask for" : "Only if no run has that one, ask for"),
        element("code", {}, "POST /api/v1/idempotencyKeys/", element("wbr"), element("b", {}, encodeURIComponent(candidate)), element("wbr"), "/reset"),
      ),
    );
  } catch (error) {
    refused = error;
  }
  byId("plan").replaceChildren(...steps);
  showError(byId("reset-error"), refused);
}

function showToken(key) {
  const text = byId("token-input").value.trim();
  const answer = byId("token-answer");
  answer.className = "note";
  byId("token-input").setAttribute("aria-invalid", "false");
  if (text === "") {
    answer.replaceChildren("Paste one, and see what it holds.");
    return;
  }
  try {
    const read = IdempotencyKey.fromToken(text);
    const same = key !== undefined && read.hash === key.hash;
    answer.replaceChildren(element("code", {}, source(read.options)), same ? " The key above." : ` Another key: ${read.hash}`);
  } catch (error) {
    answer.className = "error";
    byId("token-input").setAttribute("aria-invalid", "true");
    showError(answer, error);
  }
}

let shown;

function update() {
  const given = read();
  byId("one").hidden = chosen("shape") !== "one";
  byId("several").hidden = chosen("shape") === "one";
  byId("context").hidden = given.ctx === undefined;
  const { key, error } = make(given);
  showRefusal(error);
  if (key === undefined) {
    byId("glance").replaceChildren("No key");
    announce(`No key. ${error.message}`);
    shown = undefined;
    return;
  }
  const pieces = added(given);
  const material = showRibbon(given, pieces);
  const title = showVerdict(given, material, pieces.length > 0, load);
  showHash(key.hash);
  showGlance(material, key.hash);
  void showAgreement(key.hash, material);
  byId("options").textContent = source({ ...key.options, key: shortened(key.key) });
  byId("token").textContent = key.toToken();
  byId("code").textContent = creationCode(given, key);
  showToken(key);
  showReset(given, key);
  const news = shown === key.hash ? "The same key" : "New key";
  announce(`${news}, its hash begins ${key.hash.slice(0, SHORT)}. ${title}.`);
  shown = key.hash;
}

/** Puts other material into the form, such as what makes the same key. */
function load({ material, scope = chosen("scope") }) {
  const several = Array.isArray(material);
  choose("shape", several ? "several" : "one");
  choose("scope", scope);
  if (several) setParts(material);
  else byId("text").value = material;
  update();
  byId("verdict").querySelector("h3").focus();
}

form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", update);
result.addEventListener("input", update);
document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-copies]");
  if (button) void copy(button);
});
byId("add").addEventListener("click", () => {
  addPart();
  update();
});
byId("measure").addEventListener("click", showChart);

setParts(["order", "42"]);
const begun = performance.now();
const first = make(read());
const ms = performance.now() - begun;
byId("loading").remove();
for (const part of [form, result, byId("throughput")]) part.hidden = false;
update();
if (first.key !== undefined) {
  byId("engine").textContent = `Engine: ${engineName()}. Compiled, and the first key made, in ${ms.toFixed(1)} ms.`;
}
