/** The transactional mode as a user has it: the packed tarball's entries, resolved by name. */
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { installedPackage } from "../support/install-package.mjs";

const file = join(installedPackage(), "transaction.mjs");
const entries = [
  "idempotency-keys",
  "idempotency-keys/run-once",
  "idempotency-keys/run-once/postgres",
  "idempotency-keys/run-once/sqlite",
  "idempotency-keys/run-once/transaction",
];
// Many processes come here at once: none may read half a file.
writeFileSync(`${file}.${process.pid}`, entries.map((entry, index) => `export * as e${index} from "${entry}";\n`).join(""));
renameSync(`${file}.${process.pid}`, file);

const { e0, e1, e2, e3, e4 } = await import(pathToFileURL(file).href);
export const [keys, lease, postgres, sqlite, transaction] = [e0, e1, e2, e3, e4];
