/** Tabs as WAI-ARIA describes them: Tab reaches the open one, arrow keys, Home and End open others. */

import { byId } from "./dom.mjs";

const tabs = [...document.querySelectorAll("[role=tab]")];
const nameOf = (tab) => tab.id.replace(/^tab-/, "");
const panelOf = (tab) => byId(tab.getAttribute("aria-controls"));

export const TAB_NAMES = tabs.map(nameOf);

/** Which tab is open. */
export const openTab = () => nameOf(tabs.find((tab) => tab.getAttribute("aria-selected") === "true"));

export const openPanel = () => byId(`panel-${openTab()}`);

export function selectTab(name) {
  for (const tab of tabs) {
    const isOpen = nameOf(tab) === name;
    tab.setAttribute("aria-selected", String(isOpen));
    tab.tabIndex = isOpen ? 0 : -1;
    panelOf(tab).hidden = !isOpen;
  }
}

const STEPS = {
  ArrowRight: (index) => (index + 1) % tabs.length,
  ArrowLeft: (index) => (index + tabs.length - 1) % tabs.length,
  Home: () => 0,
  End: () => tabs.length - 1,
};

/** `onOpen(name)` is called for each tab that the visitor opens. */
export function watchTabs(onOpen) {
  for (const [index, tab] of tabs.entries()) {
    tab.addEventListener("click", () => onOpen(nameOf(tab)));
    tab.addEventListener("keydown", (event) => {
      if (!Object.hasOwn(STEPS, event.key) || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      const next = tabs[STEPS[event.key](index)];
      onOpen(nameOf(next));
      next.focus();
    });
  }
}
