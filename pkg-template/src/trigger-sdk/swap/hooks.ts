/** The hook for ES modules where Node has no `module.registerHooks`; it runs in a thread of its own. */

import type { MessagePort } from "node:worker_threads";

import type { Swap } from "./key-module.js";
import { sourceForUrl } from "./loaders.js";

let port: MessagePort;

/** The other end is in the program's thread, which knows what it was told before. */
export function initialize(data: MessagePort): void {
  port = data;
}

export async function load(
  url: string,
  context: unknown,
  next: (url: string, context: unknown) => unknown,
): Promise<unknown> {
  // CommonJS goes through the loader that loaders.ts patches.
  const source = url.includes("/dist/esm/") ? sourceForUrl(url, (swap: Swap) => port.postMessage(swap)) : undefined;
  return source === undefined ? next(url, context) : { format: "module", source, shortCircuit: true };
}
