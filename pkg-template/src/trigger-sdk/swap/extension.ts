/**
 * The build extension that swaps the key module of the Trigger.dev SDK when tasks are built, and the
 * esbuild plugin that it is made of.
 *
 * @example
 * ```ts
 * // trigger.config.ts
 * import { defineConfig } from "@trigger.dev/sdk";
 * import { idempotencyKeysExtension } from "idempotency-keys/trigger-extension";
 *
 * export default defineConfig({
 *   project: "proj_abc123",
 *   maxDuration: 300,
 *   build: { extensions: [idempotencyKeysExtension()] },
 * });
 * ```
 *
 * @module
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

import { entries, here } from "./location.js";
import { KEY_MODULE, type Swap, swapModule } from "./key-module.js";

const PACKAGE = "idempotency-keys";

/** What the plugin uses of esbuild's `PluginBuild`. */
export interface PluginBuild {
  onLoad(
    options: { filter: RegExp },
    callback: (file: { path: string }) => { contents: string; loader: "js"; resolveDir: string } | undefined,
  ): void;
  onEnd(callback: (result: { metafile?: Metafile | undefined }) => void): void;
}

/** What the plugin reads of esbuild's `Metafile`. */
export interface Metafile {
  outputs: { [path: string]: { imports: { path: string; external?: boolean | undefined }[] } };
}

/** An esbuild `Plugin`. */
export interface Plugin {
  name: string;
  setup(build: PluginBuild): void;
}

/** What the extension uses of the `BuildContext` of `@trigger.dev/build`. */
export interface BuildContext {
  registerPlugin(plugin: Plugin): void;
  addLayer(layer: { id: string; dependencies: { [name: string]: string } }): void;
  logger: { debug(...args: unknown[]): void; warn(...args: unknown[]): void };
}

/** A `BuildExtension` of `@trigger.dev/build`. */
export interface BuildExtension {
  name: string;
  onBuildStart(context: BuildContext): void;
  onBuildComplete(context: BuildContext): void;
}

type Logger = BuildContext["logger"];

/** Debugging is off by default, as in `idempotency-keys/register`. */
const ON_CONSOLE: Logger = {
  debug: (message) => {
    if (process.env["IDEMPOTENCY_KEYS_DEBUG"] === "1") {
      console.error(`${PACKAGE}: ${String(message)}`);
    }
  },
  warn: (message) => console.warn(`${PACKAGE}: ${String(message)}`),
};

/** A bundle is one program, whichever module systems its parts are written in: one build of this package serves both. */
const BUNDLED = { esm: fileURLToPath(entries.esm), commonjs: fileURLToPath(entries.esm) };

/**
 * The build extension for `trigger.config.ts`, for `dev` and `deploy`: every `@trigger.dev/core` (4.3.3
 * or later) in the bundle gets this package's key module, and this package is bundled with it. What the
 * SDK's `create` returns stays a string; every request carries the options of every key of the run; and
 * its trigger functions take an `IdempotencyKey` as it is.
 *
 * An SDK that the build leaves external (`build.external`) can't be swapped: the build warns, and this
 * package is added to the image's dependencies, so that `NODE_OPTIONS=--import=idempotency-keys/register`
 * does the same there.
 *
 * @returns A `BuildExtension` of `@trigger.dev/build`, which need not be installed.
 */
export function idempotencyKeysExtension(): BuildExtension {
  let isExternal = false;
  return {
    name: PACKAGE,
    onBuildStart(context) {
      context.registerPlugin(createPlugin(context.logger, (external) => (isExternal = external)));
    },
    onBuildComplete(context) {
      if (isExternal) {
        context.addLayer({ id: PACKAGE, dependencies: { [PACKAGE]: ownVersion() } });
      }
    },
  };
}

/**
 * The plugin inside {@link idempotencyKeysExtension}, for bundles that are built with esbuild directly.
 *
 * @example
 * ```ts
 * await esbuild.build({ entryPoints: ["app.ts"], bundle: true, platform: "node", plugins: [idempotencyKeysPlugin()] });
 * ```
 *
 * @returns An esbuild `Plugin`.
 */
export function idempotencyKeysPlugin(): Plugin {
  return createPlugin(ON_CONSOLE, () => undefined);
}

function createPlugin(logger: Logger, onExternal: (isExternal: boolean) => void): Plugin {
  return {
    name: PACKAGE,
    setup(build) {
      build.onLoad({ filter: KEY_MODULE }, ({ path }) => {
        const swap = swapModule(path, BUNDLED);
        if (swap === undefined) {
          return undefined;
        }
        report(logger, swap);
        return swap.source === undefined
          ? undefined
          : { contents: swap.source, loader: "js", resolveDir: dirname(path) };
      });
      build.onEnd(({ metafile }) => {
        const external = externalSdk(metafile);
        if (external !== undefined) {
          logger.warn(
            `${external} is not in the bundle, so that its keys can't be swapped there: take it out of build.external, or start the process with NODE_OPTIONS=--import=${PACKAGE}/register`,
          );
        }
        onExternal(external !== undefined);
      });
    },
  };
}

function report(logger: Logger, { source, message }: Swap): void {
  if (source === undefined) {
    logger.warn(message);
  } else {
    logger.debug(message);
  }
}

/** The first import that leaves the SDK out of a bundle. */
function externalSdk(metafile: Metafile | undefined): string | undefined {
  const imports = Object.values(metafile?.outputs ?? {}).flatMap((output) => output.imports);
  return imports.find(({ path, external }) => external && /^@trigger\.dev\/(?:core|sdk)(?:\/|$)/.test(path))?.path;
}

function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL("../../../../package.json", here), "utf8")) as {
    version: string;
  };
  return version;
}

/**
 * What Jest calls a transformer by: with this entry as the `transform` of the SDK's key module, tests
 * get the module that `idempotency-keys/register` installs. docs/sdk.md has the configuration.
 *
 * @param source The file's text.
 * @param file Its path.
 */
function transform(source: string, file: string): { code: string } {
  const swap = swapModule(file, { esm: entries.esm, commonjs: entries.commonjs });
  if (swap !== undefined) {
    report(ON_CONSOLE, swap);
  }
  return { code: swap?.source ?? source };
}

export { transform as process };

/**
 * Jest keeps what `process` made, for as long as this is the same.
 *
 * @param source The file's text.
 * @param file Its path.
 */
export function getCacheKey(source: string, file: string): string {
  return createHash("sha256")
    .update(JSON.stringify([ownVersion(), entries, file, source]))
    .digest("hex");
}
