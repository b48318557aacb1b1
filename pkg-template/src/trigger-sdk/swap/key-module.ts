/**
 * The source that stands in for `v3/idempotencyKeys.js` of a `@trigger.dev/core`: the module that
 * `createSdkModule` makes of that very copy's task context and API client. For Node's loaders, for
 * esbuild and for Jest, which all hand it over by its file.
 */

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The file's place below the core's folder, as tshy builds it. Whose file it is, package.json says. */
export const KEY_MODULE = /[\\/]dist[\\/](esm|commonjs)[\\/]v3[\\/]idempotencyKeys\.js$/;

/** Where a module system finds `createSdkModule`: a path, or a URL. */
export interface Entries {
  readonly esm: string;
  readonly commonjs: string;
}

/** What became of a module. */
export interface Swap {
  /** The version of `@trigger.dev/core`. */
  readonly version: string;
  /** Undefined where the module has another shape, and stays as it is. */
  readonly source: string | undefined;
  /** For the reader of the log. */
  readonly message: string;
}

const EXPORTS = [
  "attemptKey",
  "createIdempotencyKey",
  "flattenIdempotencyKey",
  "getIdempotencyKeyOptions",
  "isIdempotencyKey",
  "makeIdempotencyKey",
  "resetIdempotencyKey",
];
/** From 4.5.0 on. */
const LATER_EXPORTS = [...EXPORTS, "resetIdempotencyKeyCatalog"];
const PARTS = ["./apiClientManager-api.js", "./task-context-api.js"];

/**
 * What to load in place of a file.
 *
 * @param file Its path, symbolic links resolved or not.
 * @returns `undefined` for a file that is no `@trigger.dev/core`'s module of keys.
 */
export function swapModule(file: string, entries: Entries): Swap | undefined {
  const format = KEY_MODULE.exec(file)?.[1] as "esm" | "commonjs" | undefined;
  if (format === undefined) {
    return undefined;
  }
  const { name, version = "of no version" } = readManifest(join(dirname(file), "../../../package.json"));
  if (name !== "@trigger.dev/core") {
    return undefined;
  }
  const original = readFileSync(file, "utf8");
  const names = exportsOf(original, format);
  const isKnown = [EXPORTS, LATER_EXPORTS].some((known) => known.join() === names.join());
  if (!isKnown || PARTS.some((part) => !original.includes(part))) {
    return { version, source: undefined, message: leftAlone(version, file) };
  }
  const source = format === "esm" ? esmSource(names, entries.esm) : commonjsSource(names, entries.commonjs);
  return { version, source, message: `swapped the key module of @trigger.dev/core ${version}: ${file}` };
}

function readManifest(file: string): { name?: string; version?: string } {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as { name?: string; version?: string };
  } catch {
    return {};
  }
}

/** The names that a module exports, sorted, if it exports functions only, as TypeScript writes them. */
function exportsOf(source: string, format: "esm" | "commonjs"): string[] {
  const [one, any] =
    format === "esm"
      ? [/^export (?:async )?function (\w+)\(/gm, /^export\b/gm]
      : [/^exports\.(\w+) = \1;$/gm, /^(?:module\.)?exports\b/gm];
  const names = Array.from(source.matchAll(one), ([, name]) => name as string);
  return names.length === source.match(any)?.length ? names.sort() : [];
}

function leftAlone(version: string, file: string): string {
  return (
    `the key module of @trigger.dev/core ${version} has a shape that this version of idempotency-keys doesn't know, and stays as it is (${file}). ` +
    "From 4.3.3 on its keys keep their options through the installed catalog; pass key.hash to the SDK, not the key. " +
    "@trigger.dev/core 4.3.3 to 4.8.3 are known: for an older one, update the SDK; for a newer one, idempotency-keys."
  );
}

function esmSource(names: readonly string[], entry: string): string {
  return `import { createSdkModule } from ${JSON.stringify(entry)};
import { apiClientManager } from "./apiClientManager-api.js";
import { taskContext } from "./task-context-api.js";
export const { ${names.join(", ")} } = createSdkModule({ taskContext, apiClientManager, keys: "string" });
`;
}

function commonjsSource(names: readonly string[], entry: string): string {
  // One by one, so that Node sees the names without running it.
  return `"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
const { createSdkModule } = require(${JSON.stringify(entry)});
const { apiClientManager } = require("./apiClientManager-api.js");
const { taskContext } = require("./task-context-api.js");
const sdkModule = createSdkModule({ taskContext, apiClientManager, keys: "string" });
${names.map((name) => `exports.${name} = sdkModule.${name};\n`).join("")}`;
}
