/** The parts of a key: one labelled field each, to add and to remove. */

import { announce, button, byId, element } from "./dom.mjs";

const list = byId("parts");
const fields = () => [...list.querySelectorAll("input")];

export const parts = () => fields().map((field) => field.value);

export function setParts(texts) {
  list.replaceChildren(...texts.map((text) => item(text)));
  number();
}

/** Puts a new, empty part behind the `index`th and goes there. */
export function addPart(index = list.children.length - 1) {
  const added = item("");
  if (index < 0) list.prepend(added);
  else list.children[index].after(added);
  number();
  added.querySelector("input").focus();
}

function removePart(row) {
  const index = [...list.children].indexOf(row);
  row.remove();
  number();
  // The focus must not fall back to the top of the page with the button that had it.
  (fields()[Math.max(0, index - 1)] ?? byId("add")).focus();
  announce(`Part ${index + 1} removed`);
  list.dispatchEvent(new Event("input", { bubbles: true }));
}

function item(text) {
  const field = element("input", { name: "part", autocapitalize: "off", spellcheck: "false" });
  field.value = text;
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    addPart(fields().indexOf(field));
    list.dispatchEvent(new Event("input", { bubbles: true }));
  });
  const row = element("li", {}, element("label"), field);
  row.append(button("Remove", () => removePart(row), { class: "quiet" }));
  return row;
}

/** Names follow places. */
function number() {
  [...list.children].forEach((row, index) => {
    const [label, field, remove] = row.children;
    field.id = `part-${index}`;
    label.htmlFor = field.id;
    label.textContent = `Part ${index + 1}`;
    remove.setAttribute("aria-label", `Remove part ${index + 1}`);
  });
}
