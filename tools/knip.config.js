/** What no entry of the package reaches: files, exports and types of `pkg-template/src` that nobody uses. */

import { readFileSync } from "node:fs";

const { exports } = JSON.parse(readFileSync(new URL("../pkg-template/package.json", import.meta.url), "utf8"));
const sources = Object.values(exports).flatMap((target) => /^\.\/dist\/esm\/(.+)\.js$/.exec(target.default)?.[1] ?? []);

export default {
  // Beside the entries: the command, the hooks that `register` starts, and what package.json's imports choose from.
  entry: [...new Set(sources), "cli", "trigger-sdk/swap/hooks", "wasm/engine-*"].map((source) => `src/${source}.ts`),
  project: ["src/**/*.ts", "!src/modules.d.ts"],
  include: ["files", "exports", "types", "duplicates"],
};
