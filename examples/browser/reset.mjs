/** A reset: what is asked of the server, by whoever holds the key, its material or its hash. */

import { resetCode } from "./code.mjs";
import { announce, byId, element, showError, showFieldError } from "./dom.mjs";
import { makeKey, readKeyForm, showKeyForm } from "./key.mjs";
import { idempotencyKeys } from "./package.mjs";

function optionsOf({ scope, ctx }) {
  return {
    scope,
    parentRunId: scope === "global" ? undefined : ctx?.run?.id,
    attemptNumber: scope === "attempt" ? ctx?.attempt?.number : undefined,
  };
}

function plan(given, held, key) {
  try {
    return held === "material" ? idempotencyKeys.planReset(given.material, optionsOf(given)) : idempotencyKeys.planReset(held === "key" ? key : key.hash);
  } catch (error) {
    return { candidates: [], error };
  }
}

function step(candidate, index) {
  return element(
    "li",
    {},
    element("span", { class: "note" }, index === 0 ? "Ask for" : "Only if no run has that one, ask for"),
    element("code", {}, "POST /api/v1/idempotencyKeys/", element("wbr"), element("b", {}, encodeURIComponent(candidate)), element("wbr"), "/reset"),
  );
}

export function updateReset(panel) {
  const given = readKeyForm();
  const { key, error } = makeKey(given);
  showKeyForm(given, error);
  byId("glance").replaceChildren(key === undefined ? "No key" : `Reset ${key.hash.slice(0, 8)}`);
  const held = byId("form").elements.held.value;
  const planned = error === undefined ? plan(given, held, key) : { candidates: [], error };
  byId("plan").replaceChildren(...planned.candidates.map(step));
  // A context that is wrong was named beside its fields; one that is missing is named here.
  const isContext = planned.error?.code === "ERR_MISSING_CONTEXT";
  if (isContext && given.ctx === undefined) showFieldError(byId("inside"), planned.error);
  showError(byId("reset-error"), isContext ? { code: planned.error.code, message: "No request: the run that the key belongs to is missing." } : planned.error);
  panel.querySelector("#reset-in-code").hidden = key === undefined;
  if (key !== undefined) byId("reset-code").textContent = resetCode(given, held, optionsOf(given), key.hash);
  announce(
    planned.error?.message ??
      `${planned.candidates.length === 1 ? "One request" : "Up to two requests"}, for ${planned.candidates.map((candidate) => candidate.slice(0, 8)).join(", then ")}`,
  );
}
