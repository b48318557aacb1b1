import { join } from "node:path";

// Next would otherwise take the outermost folder with a lock file for the project.
const root = join(import.meta.dirname, "../../../../../..");

export default { outputFileTracingRoot: root, turbopack: { root } };
