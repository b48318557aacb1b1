/** The header `Idempotency-Key`: what a server answers. */

import { announce, byId, element, showError, showFieldError } from "./dom.mjs";
import { exchange } from "./exchange.mjs";

const form = byId("header-form");
const chosen = (name) => form.elements[name].value;

/** Which field a problem is about; others are about what came before. */
const FIELDS = { "key-required": "line", "key-invalid": "line", "caller-unknown": "known", "payload-mismatch": "body", "request-too-large": "body" };

function read() {
  const before = chosen("before");
  const method = chosen("method");
  return {
    method,
    line: byId("sent").checked ? byId("line").value : undefined,
    body: method === "GET" ? undefined : byId("body").value,
    before,
    first: method === "GET" ? undefined : byId("first").value,
    required: byId("required").checked,
    isKnown: byId("known").checked,
  };
}

/** What came of it, in a sentence. */
function summary({ response, problem, once, runs }) {
  if (problem !== undefined) return `${problem.title}. ${problem.detail}`;
  if (response.headers.has("idempotent-replayed")) return "The stored answer of the earlier request, byte for byte. The handler ran once.";
  if (once === undefined) return "The handler's own answer: this request has nothing to do with keys.";
  return `The handler's own answer, which is stored now. The handler ran ${runs === 1 ? "once" : `${runs} times`}.`;
}

function showOnce({ once, runs }) {
  const told =
    once === undefined
      ? [["once", "undefined"]]
      : [
          ["once.key", once.key],
          ["once.idempotencyKey", once.idempotencyKey],
        ];
  const rows = runs === 0 ? [] : told;
  byId("once-none").hidden = runs > 0;
  byId("once").replaceChildren(...rows.flatMap(([name, value]) => [element("dt", {}, element("code", {}, name)), element("dd", { class: "value" }, value)]));
}

let asked = 0;

export async function updateHeader(panel) {
  const question = ++asked;
  const given = read();
  byId("line-field").hidden = given.line === undefined;
  byId("body-field").hidden = given.method === "GET";
  byId("first-field").hidden = given.method === "GET" || given.before === "nothing";
  const answered = await exchange(given).catch((error) => ({ error }));
  if (question !== asked) return;
  const { error, response, text, problem } = answered;
  const field = error === undefined ? FIELDS[problem?.code] : "line";
  const fault = error ?? (problem && { code: problem.code, message: problem.detail });
  for (const name of ["body", "known"]) showFieldError(byId(name), field === name ? fault : undefined);
  const isLine = field === "line";
  byId("line").setAttribute("aria-invalid", String(isLine));
  showError(byId("line-error"), isLine ? fault : undefined);
  for (const section of panel.querySelectorAll("section")) section.hidden = error !== undefined;
  if (error !== undefined) {
    announce(error.message);
    return;
  }
  byId("answer-status").textContent = String(response.status);
  byId("answer-summary").textContent = summary(answered);
  byId("answer").textContent = [...[...response.headers].map(([name, value]) => `${name}: ${value}`), "", text].join("\n");
  showOnce(answered);
  announce(`Status ${response.status}. ${byId("answer-summary").textContent}`);
}
