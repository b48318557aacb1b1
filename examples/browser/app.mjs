/** The page: one tab at a time reads its form, asks the package and shows what it says; the address follows. */

import { fillForm, readAddress, writeAddress } from "./address.mjs";
import { showChart } from "./chart.mjs";
import { byId, copy, copyAddress } from "./dom.mjs";
import { updateHeader } from "./header.mjs";
import { makeKey, readKeyForm, updateKey } from "./key.mjs";
import { engineName } from "./package.mjs";
import { addPart, setParts } from "./parts.mjs";
import { updatePayload } from "./payload.mjs";
import { updateReset } from "./reset.mjs";
import { openPanel, openTab, selectTab, TAB_NAMES, watchTabs } from "./tabs.mjs";
import { updateToken } from "./token.mjs";
import { updateTtl } from "./ttl.mjs";

/** Browsers refuse to have the address changed at every letter. */
const ADDRESS_MS = 250;

const keyForm = byId("form");

/** The form of each tab, and what shows its results. */
const TABS = {
  key: { form: keyForm, update: updateKey },
  payload: { form: byId("payload-form"), update: updatePayload },
  ttl: { form: byId("ttl-form"), update: updateTtl },
  token: { form: byId("token-form"), update: updateToken },
  reset: { form: keyForm, update: updateReset },
  header: { form: byId("header-form"), update: updateHeader },
  speed: { form: undefined, update() {} },
};

let pending;

function writeNow() {
  clearTimeout(pending);
  writeAddress(openTab(), TABS[openTab()].form);
}

function update() {
  void TABS[openTab()].update(openPanel());
  clearTimeout(pending);
  pending = setTimeout(writeNow, ADDRESS_MS);
}

function open(name) {
  selectTab(name);
  // The first tab's form is that of a reset, too.
  if (TABS[name].form === keyForm && keyForm.parentElement !== openPanel()) openPanel().prepend(keyForm);
  update();
}

/** Shows what the address says; an unknown tab is the first. */
function follow() {
  const { tab, values } = readAddress();
  const name = TAB_NAMES.includes(tab) ? tab : TAB_NAMES[0];
  const { form } = TABS[name];
  if (form !== undefined && values.size > 0) {
    if (form === keyForm && values.get("shape") === "several") setParts(values.getAll("part"));
    fillForm(form, values);
  }
  open(name);
}

/** Links within the page move the focus; the address is the tab's. */
function jump(event) {
  event.preventDefault();
  const found = openPanel().querySelector(".found");
  found.focus();
  found.scrollIntoView();
}

setParts(["order", "42"]);
const begun = performance.now();
const first = makeKey(readKeyForm());
const ms = performance.now() - begun;
if (first.key !== undefined) {
  byId("token-input").value = first.key.toToken();
  byId("engine").textContent = `Engine: ${engineName()}. Compiled, and the first key made, in ${ms.toFixed(1)} ms.`;
}
byId("loading").remove();
for (const part of [byId("tabs"), keyForm]) part.hidden = false;
follow();

watchTabs(open);
addEventListener("hashchange", follow);
document.addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("input", update);
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-copies]");
  if (button) void copy(button);
  if (event.target.closest?.('a[href="#found"]')) jump(event);
});
byId("share").addEventListener("click", ({ currentTarget }) => {
  writeNow();
  void copyAddress(currentTarget);
});
byId("add").addEventListener("click", () => {
  addPart();
  update();
});
byId("measure").addEventListener("click", showChart);
