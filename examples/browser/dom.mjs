/** Small helpers around the document. */

const SVG = "http://www.w3.org/2000/svg";
/** Long enough that a screen reader hears of a pause in typing, not of every letter. */
const QUIET_MS = 700;
const COPIED_MS = 2_000;

/** Of a longer text only the beginning and the end are shown. */
const SHOWN_LENGTH = 240;
const END_LENGTH = 40;

export const byId = (id) => document.getElementById(id);

/** An element with attributes and children; nothing is ever parsed as HTML. */
export function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

export function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** A string short enough to show; what is left out is counted. */
export function shortened(text) {
  if (text.length <= SHOWN_LENGTH) return text;
  // No surrogate pair is cut in two.
  const begin = text.slice(0, SHOWN_LENGTH - END_LENGTH).replace(/[\ud800-\udbff]$/, "");
  const end = text.slice(-END_LENGTH).replace(/^[\udc00-\udfff]/, "");
  return `${begin} … ${(text.length - begin.length - end.length).toLocaleString("en")} more … ${end}`;
}

/** A button that isn't one of a form's. */
export function button(text, act, attributes = {}) {
  const node = element("button", { type: "button", ...attributes }, text);
  node.addEventListener("click", act);
  return node;
}

/** Shows an error with its code and, in a payload, its place, or hides the place for it. */
export function showError(place, error) {
  place.hidden = error === undefined;
  if (error === undefined) {
    place.replaceChildren();
    return;
  }
  const { code, name, path, message } = error;
  place.replaceChildren(element("code", {}, `${code ?? name}${path === undefined ? "" : ` at ${path}`}`), element("span", {}, message));
}

/** What the page itself refuses, in the shape of the package's errors. */
export const refusal = (code, message) => Object.assign(new Error(message), { code });

/** Says beside a field what is wrong with it, or that nothing is; the field's description names that place. */
export function showFieldError(field, error) {
  field.setAttribute("aria-invalid", String(error !== undefined));
  showError(byId(`${field.id}-error`), error);
}

let pending;

/** Tells a screen reader, once nothing newer has come for a while. */
export function announce(text) {
  clearTimeout(pending);
  pending = setTimeout(() => (byId("status").textContent = text), QUIET_MS);
}

/** Copies `text`, and says so on the button for a while; false where the browser won't. */
async function copied(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    return false;
  }
  const label = button.firstChild;
  button.dataset.label ??= label.data;
  label.data = "Copied";
  setTimeout(() => (label.data = button.dataset.label), COPIED_MS);
  announce("Copied");
  return true;
}

/** Copies what a copy button stands for, or else selects it. */
export async function copy(button) {
  const target = byId(button.dataset.copies);
  if (await copied(target.textContent, button)) return;
  getSelection().selectAllChildren(target);
  announce("The browser refused to copy: the text is selected, press Control and C");
}

/** Copies the page's address. */
export async function copyAddress(button) {
  if (!(await copied(location.href, button))) announce("The browser refused to copy: the address bar holds the link");
}
