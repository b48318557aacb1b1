/**
 * The address's part behind "#", which browsers send nowhere: the open tab, and what its fields hold, written as forms
 * write them. Whoever opens the address sees the same.
 */

const isChoice = ({ type }) => type === "radio" || type === "checkbox";

/** The fields of a form that have a name and are on the page now. */
const shownFields = (form) => [...form.elements].filter((field) => field.name && field.closest("[hidden]") === null);

/** What the address says: the name of a tab, if any, and the values of its fields by their names. */
export function readAddress() {
  const values = new URLSearchParams(location.hash.slice(1));
  const tab = values.get("tab") ?? undefined;
  values.delete("tab");
  return { tab, values };
}

/** `form` may be undefined: a tab without fields. */
export function writeAddress(tab, form) {
  const values = new URLSearchParams({ tab });
  for (const field of form === undefined ? [] : shownFields(form)) {
    if (!isChoice(field) || field.checked) values.append(field.name, field.value);
  }
  history.replaceState(null, "", `#${values}`);
}

/**
 * Puts values into a form's fields, those of one name in turn: a box is ticked if it is named, other fields that aren't
 * named stay as they are.
 */
export function fillForm(form, values) {
  const left = new Map([...values.keys()].map((name) => [name, values.getAll(name)]));
  for (const field of form.elements) {
    if (!field.name) continue;
    if (field.type === "checkbox") field.checked = values.has(field.name);
    else if (field.type === "radio") field.checked = values.has(field.name) ? values.get(field.name) === field.value : field.checked;
    else field.value = left.get(field.name)?.shift() ?? field.value;
  }
  restoreChoices(form);
}

/** A value that no radio button has leaves none chosen: then the page's own choice is. */
function restoreChoices(form) {
  const radios = [...form.elements].filter(({ type }) => type === "radio");
  for (const { name } of radios) {
    const group = radios.filter((radio) => radio.name === name);
    if (!group.some(({ checked }) => checked)) group.forEach((radio) => (radio.checked = radio.defaultChecked));
  }
}
