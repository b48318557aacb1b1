/** Doc comments, taken apart. TypeScript's own parser reads the URL of a `@see` as a name. */

const TAG = /^@(\w+)[ \t]*/;
const FENCE = /^```/;

/**
 * The comment that stands right before a node, as `{ summary, params, throws, returns, see, examples }`;
 * undefined where there is none.
 */
export function docOf(node) {
  const comment = node.jsDoc?.at(-1)?.getText();
  return comment === undefined ? undefined : parse(comment);
}

/** The comment of a file as a whole: the one with `@module`. */
export function moduleDocOf(file) {
  const comment = file.statements[0].jsDoc?.[0]?.getText();
  const tags = comment === undefined ? [] : sections(comment);
  return tags.some(({ tag }) => tag === "module") ? parse(comment) : undefined;
}

function parse(comment) {
  const [{ text: summary }, ...tags] = sections(comment);
  const all = (wanted) => tags.filter(({ tag }) => tag === wanted).map(({ text }) => text);
  const params = all("param").map((text) => /^(\w+)\s+([^]*)$/.exec(text).slice(1));
  return {
    summary,
    params: Object.fromEntries(params),
    returns: all("returns")[0],
    throws: all("throws"),
    see: all("see"),
    examples: all("example"),
    isInternal: all("internal").length > 0,
  };
}

/** The text before the first tag, and then each tag with its text. A line of an example is no tag. */
function sections(comment) {
  const lines = comment
    .replace(/^\/\*\*\s*|\s*\*\/$/g, "")
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trimEnd());
  const found = [{ tag: undefined, lines: [] }];
  let isCode = false;
  for (const line of lines) {
    isCode = FENCE.test(line) ? !isCode : isCode;
    const tag = isCode ? null : TAG.exec(line);
    if (tag !== null) found.push({ tag: tag[1], lines: [] });
    found.at(-1).lines.push(tag === null ? line : line.slice(tag[0].length));
  }
  return found.map(({ tag, lines }) => ({ tag, text: lines.join("\n").trim() }));
}
