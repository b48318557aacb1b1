/** The figures of `bench.mjs` as bars, on a logarithmic scale: they span three orders of magnitude. */

const WIDTH = 760;
const LEFT = 190;
const RIGHT = 90;
const ROW = 24;
const SHOWN = ["one key", "3,000 under Promise.all", "2,560 keys", "100,000 keys"];

/** A page that shows the chart as an image can't style it: the colours follow the reader's own setting. */
const STYLE = `
text{fill:#0f172a}.page{fill:#fff}.ours{fill:#2563eb}.other{fill:#94a3b8}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.page{fill:#0d1117}.ours{fill:#58a6ff}.other{fill:#6e7681}}
`;

const escaped = (text) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
const time = (ns) => (ns < 1_000 ? `${ns.toFixed(0)} ns` : `${(ns / 1_000).toFixed(1)} µs`);

/** An SVG picture of a report. */
export function chart({ date, node, machine, results }) {
  const medians = SHOWN.flatMap((group) => Object.values(results[group]).map(({ median }) => median));
  const [least, most] = [Math.min(...medians) / 2, Math.max(...medians)];
  const scale = (ns) => (Math.log(ns / least) / Math.log(most / least)) * (WIDTH - LEFT - RIGHT);
  const parts = [];
  let y = 24;
  for (const group of SHOWN) {
    parts.push(`<text x="8" y="${y + 4}" font-weight="bold">${escaped(group)}, time for each</text>`);
    y += 18;
    for (const [name, { median }] of Object.entries(results[group])) {
      const width = scale(median).toFixed(1);
      parts.push(
        `<text x="${LEFT - 8}" y="${y + 13}" text-anchor="end">${escaped(name)}</text>`,
        `<rect x="${LEFT}" y="${y}" width="${width}" height="17" class="${name.includes("(ours)") ? "ours" : "other"}"/>`,
        `<text x="${LEFT + Number(width) + 6}" y="${y + 13}">${time(median)}</text>`,
      );
      y += ROW;
    }
    y += 16;
  }
  const foot = `Logarithmic scale. ${machine}; Node ${node}; ${date}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 16}" role="img" aria-label="Time to make a key, beside other ways to do it" font-family="system-ui, sans-serif" font-size="13">
<style>${STYLE}</style>
<rect class="page" width="100%" height="100%"/>
${parts.join("\n")}
<text x="8" y="${y + 4}" font-size="11">${escaped(foot)}</text>
</svg>
`;
}
