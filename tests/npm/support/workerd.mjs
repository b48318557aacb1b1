/** Starts a worker in workerd, bundled from the installed package as wrangler would bundle it. */

import { readFileSync } from "node:fs";
import { builtinModules, createRequire } from "node:module";
import { join } from "node:path";

import { Miniflare } from "miniflare";

const { build } = createRequire(new URL("../../../tools/package.json", import.meta.url))("esbuild");

/** Node's own modules stay imports, of the names that workerd has with `nodejs_compat`, for CommonJS as well. */
const builtins = {
  name: "builtins",
  setup(build) {
    const filter = new RegExp(`^(node:)?(${builtinModules.join("|")})$`);
    build.onResolve({ filter }, ({ path, kind }) => {
      const name = path.startsWith("node:") ? path : `node:${path}`;
      return kind === "require-call" ? { path: name, namespace: "required" } : { path: name, external: true };
    });
    build.onLoad({ filter, namespace: "required" }, ({ path }) => ({ contents: `import builtin from "${path}"; module.exports = builtin;` }));
  },
};

/**
 * Bundles `entry`, whose packages are those installed in `folder`. The wasm module stays a file
 * beside the bundle, as workerd wants it.
 */
export async function bundleWorker(entry, folder) {
  const modules = [];
  const { outputFiles } = await build({
    bundle: true,
    conditions: ["workerd", "worker"],
    entryPoints: [entry],
    external: ["cloudflare:*"],
    format: "esm",
    keepNames: true,
    mainFields: ["module", "main"],
    minify: true,
    nodePaths: [join(folder, "node_modules")],
    plugins: [
      builtins,
      {
        name: "compiled-wasm",
        setup(build) {
          build.onResolve({ filter: /\.wasm$/ }, ({ path, resolveDir }) => {
            modules.push({ type: "CompiledWasm", path: join(folder, "module.wasm"), contents: readFileSync(join(resolveDir, path)) });
            return { path: "./module.wasm", external: true };
          });
        },
      },
    ],
    target: "es2022",
    write: false,
  });
  return [{ type: "ESModule", path: join(folder, "worker.js"), contents: outputFiles[0].text }, ...modules];
}

/** A worker made from `entry` by {@link bundleWorker}. */
export async function startWorker(entry, folder, options = {}) {
  return startModules(await bundleWorker(entry, folder), folder, options);
}

/** A worker that answers `fetch(path, init)`, and others at `url`; `d1(binding)` is a database of its; `dispose()` ends it. */
export async function startModules(modules, folder, options = {}) {
  const miniflare = new Miniflare({
    compatibilityDate: "2025-06-01",
    modules,
    modulesRoot: folder,
    ...options,
  });
  let url;
  try {
    url = (await miniflare.ready).origin;
  } catch (error) {
    await miniflare.dispose();
    throw error;
  }
  return {
    modules,
    url,
    fetch: (path, init) => miniflare.dispatchFetch(`http://localhost${path}`, init),
    /** The D1 database of that binding. */
    d1: (binding) => miniflare.getD1Database(binding),
    dispose: () => miniflare.dispose(),
  };
}
