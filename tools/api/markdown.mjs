/** What the package exports as one page of Markdown, with links as GitHub makes them. */

import { arrange, groupOf } from "./order.mjs";
import { slug } from "./slug.mjs";

/** A heading without its level. What it says decides what links to it look like. */
function headingOf({ kind, name }, owner) {
  if (owner !== undefined) {
    return kind === "constructor" ? `new ${owner}()` : `${owner}.${name}()`;
  }
  return kind === "const" ? name : kind === "function" ? `${name}()` : `${kind} ${name}`;
}

/** A type's, class's or interface's name, as it stands in code. */
const NAME = /\b[A-Z]\w*\b/g;
const WITHOUT_PARAMETERS = ["const", "type", "interface"];

const isCallable = ({ kind }) => kind === "method" || kind === "constructor";
const isDescribed = ({ doc }) => doc !== undefined;
/** What is described elsewhere: a method where it is declared; an error's constructor is not for users. */
const isInherited = ({ kind }, { heritage }) =>
  heritage.startsWith("extends") || (kind === "method" && heritage.startsWith("implements"));

/** The page's part behind its introduction. Throws where something has no words. */
export function toMarkdown(entries) {
  const arranged = entries.map((entry) => ({ ...entry, exports: arrange(entry.exports) }));
  const page = { links: linksTo(arranged), gaps: [] };
  const body = arranged.map((entry) => entrySection(entry, page)).join("\n\n");
  if (page.gaps.length > 0) throw new Error(`not documented: ${page.gaps.join(", ")}`);
  return `${contents(arranged, page)}\n\n${body}\n`;
}

/** Where a name leads: an export's, or a member's behind its owner's. */
function linksTo(entries) {
  const links = new Map();
  for (const item of entries.flatMap(({ exports }) => exports)) {
    links.set(item.name, `#${slug(headingOf(item))}`);
    for (const member of (item.members ?? []).filter(isDescribed)) {
      const heading = isCallable(member) ? headingOf(member, item.name) : headingOf(item);
      links.set(`${item.name}.${member.name}`, `#${slug(heading)}`);
    }
  }
  return links;
}

function contents(entries, { links }) {
  const rows = entries.map(({ specifier, exports }) => {
    const cells = ["values", "types", "errors"].map((group) =>
      exports.filter((item) => groupOf(item) === group).map(({ name }) => `[${name}](${links.get(name)})`),
    );
    return `| [\`${specifier}\`](#${slug(specifier)}) | ${cells.map((names) => names.join(", ")).join(" | ")} |`;
  });
  return ["| entry | functions and classes | types | errors |", "|---|---|---|---|", ...rows].join("\n");
}

function entrySection({ specifier, doc, exports }, page) {
  const head = [`## ${specifier}`, proseIn(page)(doc.summary), ...examples(doc)];
  return [...head, ...exports.map((item) => section(item, page))].join("\n\n");
}

function section(item, page) {
  const { name, doc, heritage, members = [] } = item;
  const prose = proseIn(page, name);
  const wordless = members.filter((member) => !isDescribed(member) && !isInherited(member, item));
  page.gaps.push(...(doc === undefined ? [name] : []), ...wordless.map((member) => `${name}.${member.name}`));
  const described = members.filter(isDescribed);
  return [
    `### ${headingOf(item)}`,
    prose(doc?.summary ?? ""),
    ...(item.code === undefined ? [] : [block(item.code)]),
    ...(heritage ? [typeText(heritage, page)] : []),
    ...table(described.filter((member) => !isCallable(member)), prose, page),
    ...details(item, name, page),
    ...described.filter(isCallable).map((member) => methodSection(member, name, page)),
  ].join("\n\n");
}

function methodSection(member, owner, page) {
  const { summary } = member.doc;
  return [
    `#### ${headingOf(member, owner)}`,
    ...(summary === "" ? [] : [proseIn(page, owner)(summary)]),
    block(member.code),
    ...details(member, `${owner}.${member.name}`, page),
  ].join("\n\n");
}

/** Parameters, result, errors, source, examples: what there is of them. */
function details({ kind, doc, code, params = [], returns }, name, page) {
  if (doc === undefined) return [];
  page.gaps.push(...params.filter((param) => doc.params[param.name] === undefined).map((param) => `${name}: ${param.name}`));
  const prose = proseIn(page, name.split(".")[0]);
  const item = (head, text) => `- ${head}: ${prose(oneLine(text))}`;
  const isTold = doc.returns !== undefined || (returns !== undefined && exportsIn(returns, page).length > 0);
  const lines = [
    ...params.map(({ name, isOptional, type }) =>
      item(`\`${name}${isOptional ? "?" : ""}\` ${typeText(type, page)}`, doc.params[name] ?? ""),
    ),
    ...(isTold ? [item(`Returns ${typeText(returns, page)}`, doc.returns ?? "").replace(/: $/, "")] : []),
    ...doc.throws.map((text) => item("Throws", text)),
    ...doc.see.map((text) => item("Source", text)),
    ...(WITHOUT_PARAMETERS.includes(kind) ? seeAlso(code ?? "", name, page) : []),
  ];
  return [...(lines.length > 0 ? [lines.join("\n")] : []), ...examples(doc)];
}

/** Code can't hold links, so what it names is linked below, where no parameter does it. */
function seeAlso(code, own, page) {
  const names = exportsIn(code, page).filter((name) => name !== own);
  return names.length === 0 ? [] : [`- See ${names.map((name) => `[\`${name}\`](${page.links.get(name)})`).join(", ")}`];
}

/** The exports that a piece of code names, each once. */
function exportsIn(code, { links }) {
  return [...new Set(code.match(NAME))].filter((name) => links.has(name));
}

function examples(doc) {
  return doc.examples.map((example) => `Example:\n\n${example}`);
}

function table(properties, prose, page) {
  if (properties.length === 0) return [];
  const rows = properties.map(({ name, isOptional, type, doc }) => {
    const cells = [`\`${name}${isOptional ? "?" : ""}\``, typeText(type, page), prose(oneLine(doc.summary))];
    return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  });
  return [["| member | type | what |", "|---|---|---|", ...rows].join("\n")];
}

const block = (code) => ["```ts", code, "```"].join("\n");
const oneLine = (text) => text.replace(/\s+/g, " ");

/** A type, with links where it names exports. */
function typeText(type, page) {
  if (exportsIn(type, page).length === 0) return `\`${type}\``;
  const { links } = page;
  const escaped = type.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  const linked = escaped.replace(NAME, (name) => (links.has(name) ? `<a href="${links.get(name)}">${name}</a>` : name));
  return `<code>${linked}</code>`;
}

/**
 * Doc text with links: `{@link …}`, exports in backticks, errors by their bare names, other pages. A
 * name may be that of a member of `owner`.
 */
function proseIn({ links }, owner) {
  const target = (name) => links.get(`${owner}.${name}`) ?? links.get(name);
  const link = (whole, name) => (target(name) === undefined || name === owner ? whole : `[\`${name}\`](${target(name)})`);
  return (text) =>
    text
      .replace(/\{@link ([\w.]+)\}/g, (_, name) => {
        if (target(name) === undefined) throw new Error(`{@link ${name}} leads nowhere`);
        return link(`\`${name}\``, name);
      })
      .replace(/(?<!\[)`([A-Z][\w.]*)`/g, link)
      .replace(/(?<![\w`[])([A-Z]\w+Error)(?![\w`])/g, link)
      .replace(/\bdocs\/([\w-]+\.md)/g, "[$1]($1)");
}
