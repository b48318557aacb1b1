/** Where this package's files are, for what has to name them: loaders and bundlers. */

import { fileURLToPath, pathToFileURL } from "node:url";

import type { Entries } from "./key-module.js";

declare const __filename: string | undefined;

/** The URL of the file that this is built into. The CommonJS build has no `import.meta`, the ESM one no `__filename`. */
export const here = typeof __filename === "string" ? pathToFileURL(__filename).href : import.meta.url;

/** Each module system gets the build that it would load by itself. */
export const entries: Entries = {
  esm: new URL("../../../esm/trigger-sdk/index.js", here).href,
  commonjs: fileURLToPath(new URL("../../../cjs/trigger-sdk/index.cjs", here)),
};
