/** Swaps the key modules that this process loads, as ES modules and as CommonJS, on Node and on Bun. */

import { readFileSync } from "node:fs";
import module from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { isMainThread, MessageChannel, type MessagePort, parentPort } from "node:worker_threads";

import { entries, here } from "./location.js";
import { KEY_MODULE, type Swap, swapModule } from "./key-module.js";

/** Versions whose module was left alone: one warning for each. */
const warned = new Set<string>();

/** The source to load in place of a file, if any. */
function sourceFor(file: string, tell = report): string | undefined {
  const swap = swapModule(file, entries);
  if (swap !== undefined) {
    tell(swap);
  }
  return swap?.source;
}

function report({ version, source, message }: Swap): void {
  if (source !== undefined) {
    if (process.env["IDEMPOTENCY_KEYS_DEBUG"] === "1") {
      console.error(`idempotency-keys: ${message}`);
    }
  } else if (!warned.has(version)) {
    warned.add(version);
    process.emitWarning(message, { type: "IdempotencyKeysWarning", code: "IDEMPOTENCY_KEYS_SDK_SHAPE" });
  }
}

/** The source to load in place of a URL, if any. */
export function sourceForUrl(url: string, tell = report): string | undefined {
  if (!url.startsWith("file:")) {
    return undefined;
  }
  const file = fileURLToPath(url);
  return KEY_MODULE.test(file) ? sourceFor(file, tell) : undefined;
}

type NextLoad = (url: string, context: unknown) => object;
interface ModuleClass {
  new (path: string): { exports: object; _compile(source: string, path: string): void };
  _nodeModulePaths(folder: string): string[];
}
interface Loaders {
  /** From Node 22.15 and 23.5 on: both module systems, in this thread. */
  registerHooks?: (hooks: { load(url: string, context: unknown, next: NextLoad): object }) => void;
  register(specifier: string, options: { data: MessagePort; transferList: MessagePort[] }): void;
  prototype: { _compile(content: string, filename: string, ...rest: unknown[]): unknown };
}

type BunModule = { contents: string; loader: "js" } | { exports: object; loader: "object" };
interface BunPlugins {
  plugin(plugin: {
    name: string;
    setup(build: { onLoad(options: { filter: RegExp }, load: (file: { path: string }) => BunModule): void }): void;
  }): void;
}

export function swapLoaded(): void {
  const { Bun } = globalThis as { Bun?: BunPlugins };
  const loaders = module as unknown as Loaders;
  if (Bun !== undefined) {
    swapInBun(Bun);
  } else if (loaders.registerHooks !== undefined) {
    loaders.registerHooks({
      load(url, context, next) {
        const source = sourceForUrl(url);
        const format = url.includes("/dist/esm/") ? "module" : "commonjs";
        return source === undefined ? next(url, context) : { format, source, shortCircuit: true };
      },
    });
  } else if (isMainThread || parentPort !== null) {
    // Not in the thread of the hooks, which runs what --require names, too, and has no parent's port.
    // ES modules by a hook in a thread of its own, which reports to this one; CommonJS by the loader that all of it goes through.
    const { port1, port2 } = new MessageChannel();
    port1.on("message", report).unref();
    loaders.register(new URL("../../../esm/trigger-sdk/swap/hooks.js", here).href, {
      data: port2,
      transferList: [port2],
    });
    const { _compile } = loaders.prototype;
    loaders.prototype._compile = function (content, filename, ...rest) {
      return _compile.call(this, sourceFor(filename) ?? content, filename, ...rest);
    };
  }
}

function swapInBun(bun: BunPlugins): void {
  bun.plugin({
    name: "idempotency-keys",
    setup(build) {
      build.onLoad({ filter: KEY_MODULE }, ({ path }) => {
        // "As it was" is no answer here.
        const contents = sourceFor(path) ?? readFileSync(path, "utf8");
        return path.includes("/esm/")
          ? { contents, loader: "js" }
          : { exports: runCommonjs(path, contents), loader: "object" };
      });
    },
  });
}

/** Bun takes the contents that a plugin gives for an ES module, always (1.4.5), so CommonJS is run here. */
function runCommonjs(path: string, source: string): object {
  const Module = module as unknown as ModuleClass;
  const loaded = Object.assign(new Module(path), { filename: path, paths: Module._nodeModulePaths(dirname(path)) });
  loaded._compile(source, path);
  return loaded.exports;
}
