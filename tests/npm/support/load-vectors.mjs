/** The vector files, on Node. */

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { FILES, jsCasesModule } from "../conformance/conformance.mjs";

const FOLDER = join(import.meta.dirname, "../../vectors");

/** A parsed vector file. */
export function loadFile(suite) {
  return JSON.parse(readFileSync(join(FOLDER, `${suite}.json`), "utf8"));
}

/** Everything that the conformance suite reads. */
export async function loadVectors() {
  const vectors = Object.fromEntries(FILES.map((suite) => [suite, loadFile(suite)]));
  const text = jsCasesModule(vectors.js);
  const { default: jsCases } = await import(`data:text/javascript,${encodeURIComponent(text)}`);
  return { ...vectors, jsCases };
}
