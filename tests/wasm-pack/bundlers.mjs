/** `--target bundler` through webpack, and the suite on what it makes. Not in `make test`: bundlers are 1 GB. */

import { join } from "node:path";
import { test } from "node:test";

import { build, out, report, suite } from "./build.mjs";
import { assertWhole } from "./expected.mjs";
import { compile } from "../npm/runtimes/bundlers/bundlers.mjs";
import { tool } from "../npm/runtimes/bundlers/stage.mjs";

test("every vector holds in the package for --target bundler, bundled by webpack", async () => {
  const { default: webpack } = await tool("webpack");
  const entry = await build("bundler");
  await compile(webpack, {
    context: out,
    entry,
    target: "node20",
    mode: "production",
    experiments: { asyncWebAssembly: true, outputModule: true },
    output: { path: join(out, "webpack"), filename: "main.mjs", library: { type: "module" } },
  });
  assertWhole(await report(process.execPath, suite, join(out, "webpack/main.mjs")));
});
