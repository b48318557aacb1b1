/**
 * The throughput as a chart inside a table: the bars are for the eye, the cells hold the same
 * figures as text.
 */

import { announce, byId, element, showError, svg } from "./dom.mjs";
import { measure, ROUNDS, spread } from "./throughput.mjs";

const number = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const ratio = new Intl.NumberFormat("en", { maximumSignificantDigits: 2 });
const percent = (part, whole) => `${((part / whole) * 100).toFixed(2)}%`;

function bar({ rates, median }, most) {
  return svg(
    "svg",
    { "aria-hidden": "true", focusable: "false" },
    svg("rect", { y: "25%", height: "50%", width: percent(median, most) }),
    ...rates.map((rate) => svg("line", { x1: percent(rate, most), x2: percent(rate, most), y1: "8%", y2: "92%" })),
  );
}

function row(way, most) {
  const { name, how, least, median, most: fastest } = way;
  return element(
    "tr",
    { "data-package": String(name !== "crypto.subtle") },
    element("th", { scope: "row" }, element("code", {}, name), element("span", { class: "note" }, how)),
    element("td", { class: "bar" }, bar(way, most)),
    element("td", { class: "median" }, number.format(median)),
    element("td", { class: "range" }, `${number.format(least)} to ${number.format(fastest)}`),
  );
}

/** How many times as many keys as `other`, round by round: what slows a round down slows both. */
function times(way, other) {
  const { least, median, most } = spread(way.rates.map((rate, round) => rate / other.rates[round]));
  return `${ratio.format(median)} times as many (${ratio.format(least)} to ${ratio.format(most)} in the rounds)`;
}

function summary(ways) {
  const [many, one] = ways;
  const subtle = ways.filter(({ name }) => name === "crypto.subtle").reduce((a, b) => (a.median > b.median ? a : b));
  return `With every hash read, crypto.subtle at its best (${subtle.how}) made ${number.format(subtle.median)} keys a second here. createSync made ${times(one, subtle)}, createMany ${times(many, subtle)}.`;
}

let running = false;

/** Measures and shows; a second click meanwhile changes nothing. */
export async function showChart() {
  if (running) return;
  running = true;
  const button = byId("measure");
  const label = button.textContent;
  showError(byId("measure-error"), undefined);
  button.setAttribute("aria-disabled", "true");
  button.textContent = "Measuring…";
  announce("Measuring");
  try {
    const ways = await measure((round) => (button.textContent = `Measuring, round ${round + 1} of ${ROUNDS}`));
    const most = Math.max(...ways.map(({ most }) => most));
    byId("rows").replaceChildren(...ways.map((way) => row(way, most)));
    byId("summary").textContent = summary(ways);
    byId("chart").hidden = false;
    announce(byId("summary").textContent);
  } catch (error) {
    showError(byId("measure-error"), error);
  } finally {
    running = false;
    button.removeAttribute("aria-disabled");
    button.textContent = label === "Measure" ? "Measure again" : label;
  }
}
