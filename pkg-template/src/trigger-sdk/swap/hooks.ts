/** The hook for ES modules where Node has no `module.registerHooks`; it runs in a thread of its own. */

import { sourceForUrl } from "./loaders.js";

export async function load(url: string, context: unknown, next: (url: string, context: unknown) => unknown): Promise<unknown> {
  // CommonJS goes through the loader that loaders.ts patches.
  const source = url.includes("/dist/esm/") ? sourceForUrl(url) : undefined;
  return source === undefined ? next(url, context) : { format: "module", source, shortCircuit: true };
}
