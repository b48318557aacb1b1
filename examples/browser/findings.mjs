/** What follows from a key's material: the string that is hashed, who else makes it, the hash. */

import { source } from "./code.mjs";
import { findCollisions } from "./collisions.mjs";
import { button, byId, element, shortened, svg } from "./dom.mjs";

const DELIMITER = "-";
const GROUP = 8;
const encoder = new TextEncoder();

/** Shows the material, the scope's part of it set apart, and returns it as one text. */
export function showRibbon({ material, parts, scope }, added) {
  const own = parts.map((text, index) => ({ text, label: Array.isArray(material) ? `part ${index + 1}` : "text" }));
  const all = [...own, ...added.map((part) => ({ ...part, added: true }))];
  byId("ribbon").replaceChildren(
    ...all.map(({ text, label, added }, index) => {
      const value = element("span", { class: "text" }, text === "" ? element("i", {}, "empty") : shortened(text));
      const name = element("span", { class: "label" }, label);
      if (added) name.append(element("span", { class: "hidden" }, `, added by scope ${scope}`));
      const piece = element("li", added ? { class: "added" } : {}, element("span", { class: "piece" }, value, name));
      if (index > 0) piece.prepend(element("span", { class: "dash", "aria-hidden": "true" }, DELIMITER));
      return piece;
    }),
  );
  const text = all.map((part) => part.text).join(DELIMITER);
  const size = `${encoder.encode(text).length.toLocaleString("en")} bytes of UTF-8.`;
  const end = added.map((part) => part.text).join(DELIMITER);
  byId("material-note").replaceChildren(
    size,
    ...(added.length > 0
      ? [" Scope ", element("code", {}, scope), " adds ", element("code", { class: "added" }, shortened(parts.length > 0 ? DELIMITER + end : end)), "."]
      : scope === "global"
        ? [" Scope ", element("code", {}, "global"), " adds nothing."]
        : [" Outside a task scope ", element("code", {}, scope), " adds nothing, so that this key is the same everywhere."]),
    ...(material === "" ? [" An empty text makes a key here, but given to a trigger as it is it means no key."] : []),
  );
  return text;
}

const few = (count) => (count === Infinity ? "over a million" : count.toLocaleString("en"));

/** Why other material makes the same key, in the reader's terms. */
function explain({ level, dashed, others, examples }, parts, several) {
  const more = others - examples.length;
  const rest = more > 0 ? `, and ${few(more)} more` : "";
  switch (true) {
    case level === "ambiguous":
      return {
        title: "Ambiguous: other parts make this key",
        text: `Parts are joined with “-”, nothing marks where one ends, and part ${dashed + 1} has a “-” inside. These are the same key${rest}:`,
      };
    case level === "shape" && several:
      return {
        title: "Told apart by its parts",
        text: `As long as no part contains “-”, no other ${parts.length} parts make this key. Only another number of parts does${rest}:`,
      };
    case level === "shape":
      return {
        title: "The same key in parts",
        text: `A fixed text is safe. One that is glued together from values isn’t: nothing marks where each ends. These are the same key${rest}:`,
      };
    case several && parts.length === 0:
      return { title: "No parts", text: "An empty list: only what the scope adds is hashed." };
    case parts[0].includes(DELIMITER):
      return { title: "Unambiguous", text: "A JSON list marks where each value ends, so that no other values make this text." };
    default:
      return { title: "Unambiguous", text: "There is no “-” in it, so that no other parts make this text." };
  }
}

/**
 * Shows who else makes this key. `load` puts such material into the form, where the hash stays as
 * it is. Returns the finding's title.
 */
export function showVerdict({ material, parts, scope }, text, isScoped, load) {
  const several = Array.isArray(material);
  const found = findCollisions(parts);
  const { title, text: reason } = explain(found, parts, several);
  const same = found.examples.map((list) => ({ material: list.length === 1 ? list[0] : list }));
  if (isScoped) same.push({ material: text, scope: "global" });
  const verdict = byId("verdict");
  verdict.dataset.level = found.level;
  verdict.replaceChildren(element("h3", { tabindex: "-1" }, title), element("p", {}, reason));
  if (isScoped && found.examples.length === 0) {
    verdict.append(element("p", {}, `Only the whole of it, typed out in another scope, is the same key:`));
  }
  verdict.append(
    element(
      "ul",
      {},
      ...same.map((other) => {
        const name = shortened(source(other.material));
        const where = other.scope === undefined || other.scope === scope ? [] : [" in scope ", element("code", {}, other.scope)];
        const act = button("Try", () => load(other), { class: "quiet", "aria-label": `Try ${name}` });
        return element("li", {}, element("span", {}, element("code", {}, name), ...where), act);
      }),
    ),
  );
  if (found.level === "ambiguous") {
    const advice = element("p", { class: "advice" }, "To keep such values apart, write them as JSON: ");
    advice.append(element("code", {}, `JSON.stringify(${shortened(source(parts))})`));
    verdict.append(
      advice,
      button("Use JSON", () => load({ material: JSON.stringify(parts) })),
    );
  }
  return title;
}

/** Shows a hash, each digit above a bar of its value: shapes are compared faster than digits. */
export function showHash(place, hash) {
  const groups = hash.match(new RegExp(`.{${GROUP}}`, "g"));
  place.replaceChildren(element("span", {}, ...groups.map((digits) => element("span", {}, digits, bars(digits)))));
}

function bars(digits) {
  const width = 100 / digits.length;
  const bar = (digit, index) => {
    const height = ((Number.parseInt(digit, 16) + 1) / 16) * 100;
    const x = `${(index + 0.15) * width}%`;
    return svg("rect", { x, y: `${100 - height}%`, width: `${0.7 * width}%`, height: `${height}%` });
  };
  return svg("svg", { "aria-hidden": "true", focusable: "false" }, ...[...digits].map(bar));
}

/** The material and the beginning of its hash, on one line. */
export function showGlance(material, hash) {
  const warning = byId("verdict").dataset.level === "ambiguous" ? [element("i", {}, "ambiguous"), " "] : [];
  byId("glance").replaceChildren(element("span", {}, shortened(material)), " ", ...warning, element("code", {}, hash.slice(0, GROUP)));
}

let asked = 0;

/** Has the browser hash the material as it is shown: a second opinion on this page and the package. */
export async function showAgreement(hash, text) {
  const question = ++asked;
  const note = byId("agreement");
  if (globalThis.crypto?.subtle === undefined) {
    note.textContent = "SHA-256 of the material. (The browser offers its own only to https and localhost, so there is no second opinion.)";
    return;
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(text)));
  if (question !== asked) return;
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  note.dataset.agrees = String(hex === hash);
  note.textContent =
    hex === hash
      ? "SHA-256 of the material. The browser’s own crypto.subtle gives the same."
      : `The browser’s own crypto.subtle gives ${hex} for the material as it is shown: please report this.`;
}
