/** A time to live: how long the server keeps the key. */

import { announce, byId, showFieldError } from "./dom.mjs";
import { parseTtl } from "./package.mjs";

const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
];

/** `5400000` as `1.5 hours`. */
function inWords(ms) {
  const [unit, length] = UNITS.find(([, length]) => ms >= length) ?? UNITS.at(-1);
  return new Intl.NumberFormat("en", { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 3 }).format(ms / length);
}

function read() {
  try {
    return { ms: parseTtl(byId("ttl").value) };
  } catch (error) {
    return { error };
  }
}

export function updateTtl(panel) {
  const { ms, error } = read();
  const offer = byId("ttl-suggestion");
  showFieldError(byId("ttl"), error);
  offer.hidden = error?.suggestion === undefined;
  offer.textContent = `Use ${error?.suggestion}`;
  offer.value = error?.suggestion ?? "";
  panel.querySelector("section").hidden = error !== undefined;
  if (ms !== undefined) byId("duration").textContent = `${ms.toLocaleString("en")} ms, which is ${inWords(ms)}`;
  announce(error?.message ?? byId("duration").textContent);
}

byId("ttl-suggestion").addEventListener("click", ({ currentTarget }) => {
  const field = byId("ttl");
  field.value = currentTarget.value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
});
