/** The rules themselves, `run-once/machine.ts`, as they are or with a mistake put in. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { transformSync } = createRequire(new URL("../../../tools/package.json", import.meta.url))("esbuild");
const source = readFileSync(new URL("../../../pkg-template/src/run-once/machine.ts", import.meta.url), "utf8");

/** Loads the rules; `mistake: [find, replace]` changes the one place that `find` names. */
export function loadMachine(mistake) {
  let text = source;
  if (mistake !== undefined) {
    const [find, replace] = mistake;
    if (text.split(find).length !== 2) throw new Error(`not exactly one place in machine.ts reads ${JSON.stringify(find)}`);
    text = text.replace(find, () => replace);
  }
  const { code } = transformSync(text, { loader: "ts", format: "esm" });
  return import(`data:text/javascript;base64,${Buffer.from(code).toString("base64")}`);
}
