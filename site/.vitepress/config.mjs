/** The site, of the same pages that the repository shows: docs, and the documents in its root. */

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { defineConfig } from "vitepress";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (file) => readFileSync(join(root, file), "utf8");

const HOME = "site/index.md";
const PLAYGROUND = "site/playground.md";
const DOCUMENTS = ["CHANGELOG.md", "SECURITY.md", "CONTRIBUTING.md"];

/** Where a file of the repository is on the site; undefined where it is not. */
function pageOf(file) {
  if (file === HOME || file === "README.md") return "index.md";
  if (file === PLAYGROUND) return "playground.md";
  if (DOCUMENTS.includes(file)) return file.toLowerCase();
  return /^docs\/.*\.md$/.test(file) ? file.slice("docs/".length).replace(/README\.md$/, "index.md") : undefined;
}

/** Titles that are too long for a menu. */
const SHORT = {
  "docs/crate.md": "Rust",
  "docs/payloads.md": "Payloads and TTLs",
  "docs/run-once-operations.md": "Operations",
  "docs/sdk-module.md": "For SDK maintainers",
  "docs/transactions.md": "Transactions",
};

/** A page's entry in the menus. */
const item = (file) => ({ text: SHORT[file] ?? /^# (.+)$/m.exec(read(file))[1], link: `/${pageOf(file).replace(/(index)?\.md$/, "")}` });
const guides = (...names) => names.map((name) => item(`docs/${name}.md`));

const apiPages = [...read("docs/api/README.md").matchAll(/^\| \[.+?\]\((.+?)\)/gm)].map(([, file]) => {
  const { text, link } = item(`docs/api/${file}`);
  return { text: text.replace("idempotency-keys/", "…/"), link };
});

/** As GitHub makes anchors of headings, which links in the pages follow. */
const slugify = (heading) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "")
    .replaceAll(" ", "-");

/** Links lead to pages of the site. What else the repository has, such as a source, is named without a link. */
function adapt(md) {
  md.core.ruler.push("links of the repository", ({ env, tokens }) => {
    if (env.path === undefined) return; // A title in front matter.
    const source = relative(root, env.realPath ?? env.path);
    const folder = source === HOME ? "" : dirname(source);
    for (const { children } of tokens) {
      let gone = false;
      for (const token of children ?? []) {
        if (token.type === "link_close" && gone) [token.tag, gone] = ["span", false];
        if (token.type !== "link_open") continue;
        const [path, anchor] = token.attrGet("href").split("#");
        if (path === "" || /^\w+:/.test(path)) continue;
        const target = pageOf(posix.join(folder, path));
        gone = target === undefined;
        if (gone) [token.tag, token.attrs] = ["span", []];
        else token.attrSet("href", `/${target}${anchor === undefined || target === "index.md" ? "" : `#${anchor}`}`);
      }
    }
  });
  // A table that is wider than the screen is scrolled by keyboard, too.
  md.renderer.rules.table_open = () => '<table tabindex="0">\n';
  // As is indented code.
  md.renderer.rules.code_block = (tokens, index, ...rest) => {
    tokens[index].info = "text";
    return md.renderer.rules.fence(tokens, index, ...rest);
  };
}

/** Pages find Vue, though they are in no folder that has it; the home page shows parts of README. */
const repository = {
  name: "pages of the repository",
  enforce: "pre",
  // `make site-dev` names its dependencies as if they were in that folder, and finds them without being told.
  configResolved({ optimizeDeps }) {
    optimizeDeps.include = [];
  },
  resolveId(id, importer) {
    return /^vue(\/|$)/.test(id) && importer?.endsWith(".md") ? this.resolve(id, join(root, HOME)) : undefined;
  },
  transform(code, id) {
    if (!id.endsWith(HOME)) return undefined;
    const parts = read("README.md").split(/^(?=## )/m);
    return code.replace(/<!-- README: (.+) -->/g, (_, heading) => {
      const part = parts.find((text) => text.startsWith(`## ${heading}\n`));
      if (part === undefined) throw new Error(`README has no part "${heading}"`);
      return part;
    });
  },
};

/** The playground as it is, with a link to the home page out of its frame, beside the package that `make pack` built. */
function stagePlayground() {
  const folder = join(root, "site/.public/playground");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const served = (file) => !/node_modules|package\.json|server\.mjs/.test(file);
  cpSync(join(root, "examples/browser"), folder, { recursive: true, filter: served });
  cpSync(join(root, "pkg/npm/dist"), join(folder, "package"), { recursive: true, filter: (path) => !/\.d\.c?ts$|dist.cjs|page\.js$/.test(path) });
  const mark = "<code>idempotency-keys</code>";
  writeFileSync(join(folder, "index.html"), read("examples/browser/index.html").replace(mark, `<a href="../" target="_top">${mark}</a>`));
}
stagePlayground();

export default defineConfig({
  title: "idempotency-keys",
  description: read("README.md").split("\n\n")[1],
  lang: "en",
  srcDir: root,
  outDir: join(root, "site/dist"),
  srcExclude: ["README.md", "target/**", "pkg/**", ".*/**", "{src,tests,tools,examples,benches,fuzz,pkg-template}/**"],
  rewrites: (page) => pageOf(page) ?? page,
  head: [
    [
      "link",
      {
        rel: "icon",
        href: "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='3' fill='%230b6456'/%3E%3Cpath d='M3 8h4M9 5v6M12 3v10' stroke='%23fff' stroke-width='1.6'/%3E%3C/svg%3E",
      },
    ],
  ],
  markdown: {
    config: adapt,
    anchor: { slugify },
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    // However slow the machine is: by default a block that takes over half a second gets the wrong colours.
    codeTransformers: [{ name: "patience", preprocess: (_, options) => void (options.tokenizeTimeLimit = 0) }],
  },
  vite: {
    publicDir: join(root, "site/.public"),
    plugins: [repository],
    build: { chunkSizeWarningLimit: 2000 },
    server: { watch: { ignored: ["**/target/**", "**/.tools/**", "**/pkg/**"] } },
  },
  themeConfig: {
    search: { provider: "local" },
    outline: { level: [2, 3] },
    nav: [
      { text: "Guides", link: "/getting-started", activeMatch: "^/(?!api/|playground)." },
      { text: "API", link: "/api/", activeMatch: "^/api/" },
      { text: "Playground", link: "/playground" },
    ],
    sidebar: [
      { text: "Start", items: guides("getting-started", "recipes", "troubleshooting") },
      { text: "Run once", items: guides("run-once", "stores", "http", "transactions", "run-once-operations") },
      { text: "Keys", items: guides("payloads", "tokens", "command-line", "runtimes") },
      { text: "Trigger.dev", items: guides("sdk", "migration", "sdk-module") },
      { text: "Other languages", items: guides("crate", "wire-format") },
      { text: "API reference", link: "/api/", collapsed: true, items: apiPages },
      { text: "Project", items: [...DOCUMENTS.map(item), ...["README", "performance", "size", "hardening"].map((name) => item(`docs/internals/${name}.md`))] },
    ],
    footer: { message: "Licensed under MIT or Apache-2.0, at your choice." },
  },
});
