/** Runs the suite in a page on the package for `--target web`, and posts the report. */

import { FILES, jsCasesModule } from "../npm/conformance/conformance.mjs";
import { run } from "./suite.mjs";

const search = new URLSearchParams(location.search);
const post = (report) => fetch(search.get("report"), { method: "POST", body: JSON.stringify(report) });

try {
  const pack = await import(search.get("package"));
  await pack.default();
  const files = await Promise.all(FILES.map(async (name) => [name, await (await fetch(`../vectors/${name}.json`)).json()]));
  const vectors = Object.fromEntries(files);
  const { default: jsCases } = await import(`data:text/javascript,${encodeURIComponent(jsCasesModule(vectors.js))}`);
  await post(await run(pack, { ...vectors, jsCases }));
} catch (error) {
  await post({ failures: 1, shown: [String(error?.stack ?? error)] });
}
