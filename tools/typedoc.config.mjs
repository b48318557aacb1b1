/** docs/api: a page for each entry of the package, from the doc comments of its sources. `make api` writes it. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { CommentTag, Converter, PageEvent, ReflectionKind } from "typedoc";

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const { exports } = JSON.parse(readFileSync(path("pkg-template/package.json"), "utf8"));

/** What is imported, by the source that it comes from: `run-once/stores/redis` is `idempotency-keys/run-once/redis`. */
const specifiers = new Map();
for (const [subpath, target] of Object.entries(exports)) {
  const source = /^\.\/dist\/esm\/(.+)\.js$/.exec(target.default)?.[1];
  if (source !== undefined && !specifiers.has(source)) specifiers.set(source, `idempotency-keys${subpath.slice(1)}`);
}

const { Class, Constructor, Interface, Module, Parameter, Property, TypeLiteral } = ReflectionKind;
const Signature = ReflectionKind.SomeSignature & ~ReflectionKind.IndexSignature;

const isError = ({ kind, name }) => kind === Class && name.endsWith("Error");
const isWithin = ({ parent }, kind) => parent !== undefined && (parent.kindOf(kind) || isWithin(parent, kind));
const hasWords = (member) => member.hasComment() || member.signatures?.some((each) => each.hasComment());

/** Whether it needs no words: a part of a type, or of an interface for what others make, whose shape says all. */
function needsNoWords(reflection) {
  if (isWithin(reflection, TypeLiteral)) return true;
  if (reflection.kindOf(Parameter)) return needsNoWords(reflection.parent);
  const { inheritedFrom, parent } = reflection.kindOf(Signature) ? reflection.parent : reflection;
  const siblings = parent.children?.filter((member) => (member.inheritedFrom === undefined) === (inheritedFrom === undefined));
  return parent.kindOf(Interface) && !siblings.some(hasWords);
}

function plugin({ converter, options, renderer }) {
  converter.on(Converter.EVENT_CREATE_DECLARATION, (_, reflection) => {
    if (reflection.kindOf(Module)) reflection.name = specifiers.get(reflection.name) ?? specifiers.get(`${reflection.name}/index`);
  });

  // Errors are a group of their own. Programs don't make them, what all have in common is told once, and what throws them links to them.
  converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const error of project.getReflectionsByKind(Class).filter(isError)) {
      error.comment?.blockTags.push(new CommentTag("@group", [{ kind: "text", text: "Errors" }]));
      for (const member of [...error.children]) {
        if (member.inheritedFrom !== undefined || member.kindOf(Constructor)) project.removeReflection(member);
      }
    }
    for (const { content } of Object.values(project.reflections).flatMap(({ comment }) => comment?.getTags("@throws") ?? [])) {
      const [name] = /^\w+Error\b/.exec(content[0].text) ?? [];
      if (name === undefined) continue;
      content[0].text = content[0].text.slice(name.length);
      content.unshift({ kind: "inline-tag", tag: "@link", text: name });
    }
  });

  converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    const isOurs = (each) => project.getSymbolIdFromReflection(each)?.packageName === "idempotency-keys";
    const wordless = project.getReflectionsByKind(Property | Parameter | Signature).filter((each) => {
      const isJudged = isOurs(each) && !isWithin(each, Parameter) && !(each.kindOf(Signature) && each.parent.kindOf(TypeLiteral));
      return isJudged && !each.hasComment() && needsNoWords(each);
    });
    options.setValue("intentionallyNotDocumented", [...new Set(wordless.map((each) => each.getFriendlyFullName()))]);
    // A link may name any export, imported or not.
    const exported = project.children.flatMap(({ children = [] }) => children);
    converter.addUnknownSymbolResolver(({ symbolReference, moduleSource }) => {
      const [name, ...members] = symbolReference?.path?.map(({ path }) => path) ?? [];
      const found = moduleSource === undefined ? exported.find((each) => each.name === name) : undefined;
      const target = members.length === 0 ? found : found?.getChildByName(members);
      return target && { target };
    });
  });

  renderer.on(PageEvent.END, (page) => {
    const up = "../".repeat(page.url.split("/").length);
    page.contents = page.contents.replace(/\bdocs\/([\w-]+\.md)\b/g, `[$1](${up}$1)`);
  });
}

export default {
  name: "API reference",
  entryPoints: [...specifiers.keys()].map((source) => path(`pkg-template/src/${source}.ts`)),
  tsconfig: path("tools/typedoc.tsconfig.json"),
  out: path("docs/api"),
  plugin: ["typedoc-plugin-markdown", plugin],
  router: "module",
  readme: "none",
  disableSources: true,
  excludeExternals: true,
  excludeInternal: true,
  sort: ["source-order"],
  sortEntryPoints: false,
  groupOrder: ["Variables", "Functions", "Classes", "Interfaces", "Type Aliases", "Errors", "References"],
  requiredToBeDocumented: ["Class", "Function", "Interface", "Method", "Module", "Parameter", "Property", "Accessor", "TypeAlias", "Variable"],
  validation: { notExported: false, invalidLink: true, rewrittenLink: true, notDocumented: true },
  treatWarningsAsErrors: true,
  // The build checks types, with what it generates.
  skipErrorChecking: true,
  hidePageHeader: true,
  hideBreadcrumbs: true,
  useCodeBlocks: true,
  expandParameters: true,
  expandObjects: true,
  indexFormat: "table",
  tableColumnSettings: { hideModifiers: true },
  parametersFormat: "table",
  interfacePropertiesFormat: "table",
  classPropertiesFormat: "table",
  typeDeclarationFormat: "table",
  typeDeclarationVisibility: "compact",
};
