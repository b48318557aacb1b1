/** What the package exports, read out of its TypeScript sources: plain data, in the entries' order. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import ts from "typescript";

import { docOf, moduleDocOf } from "./doc-comment.mjs";

const source = fileURLToPath(new URL("../../pkg-template", import.meta.url));
const { exports } = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));

/** Each source file of package.json's exports, with the first subpath that names it, without those that docs/api.md leaves to other pages. */
const SUBPATHS = new Map();
const ELSEWHERE = ["./js", "./register", "./trigger-extension"];
for (const [subpath, target] of Object.entries(exports)) {
  const entry = /^\.\/dist\/esm\/(.+)\.js$/.exec(target.default)?.[1];
  if (entry !== undefined && !ELSEWHERE.includes(subpath) && !SUBPATHS.has(entry)) SUBPATHS.set(entry, subpath);
}
const ENTRIES = [...SUBPATHS.keys()];

/** `[{ specifier, doc, exports }]`, one for each public entry. */
export function readEntries() {
  const { config } = ts.readConfigFile(join(source, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, source);
  const files = ENTRIES.map((entry) => join(source, "src", `${entry}.ts`));
  const program = ts.createProgram(files, options);
  const checker = program.getTypeChecker();
  return files.map((path, index) => {
    const file = program.getSourceFile(path);
    return {
      specifier: join("idempotency-keys", SUBPATHS.get(ENTRIES[index])),
      doc: moduleDocOf(file),
      exports: checker.getExportsOfModule(checker.getSymbolAtLocation(file)).map((symbol) => describe(symbol, checker)),
    };
  });
}

function describe(exported, checker) {
  const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
  const [node] = symbol.declarations;
  const name = symbol.getName();
  if (ts.isVariableDeclaration(node)) {
    return { kind: "const", name, doc: docOf(node.parent.parent), code: `const ${node.getText()}`.split(" = ")[0] };
  }
  const doc = docOf(node);
  if (ts.isFunctionDeclaration(node)) {
    return { kind: "function", name, doc, ...signature(`function ${name}`, node, checker) };
  }
  if (ts.isTypeAliasDeclaration(node)) {
    return { kind: "type", name, doc, code: node.getText().replace(/^export /, "") };
  }
  const isClass = ts.isClassDeclaration(node);
  const members = node.members.map((member) => describeMember(member, name, checker)).filter((member) => member !== undefined);
  // An interface without words is of something that others make: its shape says all.
  if (!isClass && !members.some((member) => member.doc)) {
    return { kind: "interface", name, doc, code: node.getText().replace(/^export /, "") };
  }
  const heritage = (node.heritageClauses ?? []).map((clause) => clause.getText()).join(" ");
  return { kind: isClass ? "class" : "interface", name, doc, heritage, members };
}

function describeMember(node, owner, checker) {
  const doc = docOf(node);
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
  const isHidden = ts.getCombinedModifierFlags(node) & hidden || doc?.isInternal;
  if (isHidden || ts.isClassStaticBlockDeclaration(node) || (node.name && ts.isPrivateIdentifier(node.name))) {
    return undefined;
  }
  if (ts.isConstructorDeclaration(node)) {
    return { kind: "constructor", name: "constructor", doc, ...signature(`new ${owner}`, node, checker) };
  }
  const isStatic = ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Static;
  const name = node.name.getText();
  if (ts.isMethodDeclaration(node) || ts.isMethodSignature(node)) {
    return { kind: "method", name, doc, ...signature(isStatic ? `static ${name}` : name, node, checker) };
  }
  return { kind: "property", name, doc, isOptional: node.questionToken !== undefined, type: typeOf(node, checker) };
}

/** A callable's code and parameters. A default makes a parameter an optional one. */
function signature(head, node, checker) {
  const params = node.parameters.map((parameter) => ({
    name: parameter.name.getText(),
    isOptional: parameter.questionToken !== undefined || parameter.initializer !== undefined,
    type: typeOf(parameter, checker),
  }));
  const types = node.typeParameters === undefined ? "" : `<${node.typeParameters.map((type) => type.getText()).join(", ")}>`;
  const texts = params.map(({ name, isOptional, type }) => `${name}${isOptional ? "?" : ""}: ${type}`);
  const returns = ts.isConstructorDeclaration(node) ? undefined : node.type.getText();
  return { params, returns, code: layOut(`${head}${types}(`, texts, returns === undefined ? ")" : `): ${returns}`) };
}

const LONGEST_LINE = 100;

function layOut(head, params, tail) {
  const line = head + params.join(", ") + tail;
  return line.length <= LONGEST_LINE ? line : `${head}\n${params.map((param) => `  ${param},\n`).join("")}${tail}`;
}

function typeOf(node, checker) {
  const text = node.type?.getText() ?? checker.typeToString(checker.getTypeAtLocation(node));
  return text.replace(/\s+/g, " ");
}
