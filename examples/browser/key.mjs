/** A key: the values of the form, the key that they make, and what follows. */

import { creationCode, source } from "./code.mjs";
import { announce, byId, shortened, showError, showFieldError } from "./dom.mjs";
import { showAgreement, showGlance, showHash, showRibbon, showVerdict } from "./findings.mjs";
import { idempotencyKeys } from "./package.mjs";
import { parts, setParts } from "./parts.mjs";

/** Digits enough to tell one key from another by ear. */
const SHORT = 8;

const form = byId("form");
const chosen = (name) => form.elements[name].value;

/** What the form says, with an empty field as one that isn't there. */
export function readKeyForm() {
  const list = chosen("shape") === "one" ? undefined : parts();
  const runId = byId("run-id").value || undefined;
  const attempt = byId("attempt").value === "" ? undefined : Number(byId("attempt").value);
  const inside = byId("inside").checked;
  return {
    material: list ?? byId("text").value,
    parts: list ?? [byId("text").value],
    scope: chosen("scope"),
    ctx: inside ? { run: runId && { id: runId }, ...(attempt === undefined ? {} : { attempt: { number: attempt } }) } : undefined,
  };
}

export function makeKey({ material, scope, ctx }) {
  try {
    return { key: idempotencyKeys.createSync(material, { scope, ctx }) };
  } catch (error) {
    return { error };
  }
}

/** What the scope adds, for display; `showAgreement` compares it with what the package hashed. */
function added({ scope, ctx }) {
  if (ctx === undefined || scope === "global") return [];
  const run = { label: "run id", text: ctx.run.id };
  return scope === "run" ? [run] : [run, { label: "attempt", text: String(ctx.attempt.number) }];
}

/** Shows only the fields that count, and beside them what is wrong with them. */
export function showKeyForm({ ctx }, error) {
  showFieldError(byId("inside"), undefined);
  byId("one").hidden = chosen("shape") !== "one";
  byId("several").hidden = chosen("shape") === "one";
  byId("context").hidden = ctx === undefined;
  const isContext = error?.code === "ERR_MISSING_CONTEXT";
  const missing = byId("run-id").value === "" ? "run-id" : "attempt";
  for (const field of ["run-id", "attempt"]) showFieldError(byId(field), isContext && field === missing ? error : undefined);
}

function showRefusal(panel, error) {
  const isContext = error?.code === "ERR_MISSING_CONTEXT";
  showError(byId("refusal"), isContext ? { code: error.code, message: "No key: the task context lacks what this scope needs." } : error);
  for (const section of panel.querySelectorAll("section")) section.hidden = error !== undefined;
}

/** The key that was shown last, to tell a new one from the same. */
let shown;

export function updateKey(panel) {
  const given = readKeyForm();
  const { key, error } = makeKey(given);
  showKeyForm(given, error);
  showRefusal(panel, error);
  if (key === undefined) {
    byId("glance").replaceChildren("No key");
    announce(`No key. ${error.message}`);
    shown = undefined;
    return;
  }
  const pieces = added(given);
  const material = showRibbon(given, pieces);
  const title = showVerdict(given, material, pieces.length > 0, load);
  showHash(byId("hash"), key.hash);
  showGlance(material, key.hash);
  void showAgreement(key.hash, material);
  byId("options").textContent = source({ ...key.options, key: shortened(key.key) });
  byId("token").textContent = key.toToken();
  byId("code").textContent = creationCode(given, key);
  const news = shown === key.hash ? "The same key" : "New key";
  announce(`${news}, its hash begins ${key.hash.slice(0, SHORT)}. ${title}.`);
  shown = key.hash;
}

/** Puts other material into the form, such as what makes the same key. */
function load({ material, scope = chosen("scope") }) {
  const several = Array.isArray(material);
  form.elements.shape.value = several ? "several" : "one";
  form.elements.scope.value = scope;
  if (several) setParts(material);
  else byId("text").value = material;
  form.dispatchEvent(new Event("input", { bubbles: true }));
  byId("verdict").querySelector("h3").focus();
}
