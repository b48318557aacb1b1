/**
 * How the tarball was built, as an in-toto statement with a SLSA 1.0 predicate:
 *
 *   node tools/provenance.mjs <commit> <tarball>
 *
 * @see https://slsa.dev/spec/v1.0/provenance
 */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";

const [commit, tarball] = process.argv.slice(2);
const sha256 = (file) => createHash("sha256").update(readFileSync(file)).digest("hex");
const output = (command, ...args) => execFileSync(command, args, { encoding: "utf8" }).trim();

const tools = {
  rustc: output("rustc", "--version"),
  cargo: output("cargo", "--version"),
  node: process.version,
  npm: output("npm", "--version"),
  "wasm-pack": output(".tools/bin/wasm-pack", "--version"),
  "wasm-bindgen": output(".tools/bin/wasm-bindgen", "--version"),
};

const statement = {
  _type: "https://in-toto.io/Statement/v1",
  subject: [{ name: basename(tarball), digest: { sha256: sha256(tarball) } }],
  predicateType: "https://slsa.dev/provenance/v1",
  predicate: {
    buildDefinition: {
      buildType: "make pack",
      externalParameters: { commit },
      internalParameters: { tools },
      resolvedDependencies: ["Cargo.lock", "tools/package-lock.json"].map((name) => ({ name, digest: { sha256: sha256(name) } })),
    },
    runDetails: { builder: { id: process.env.GITHUB_WORKFLOW_REF ?? "a maintainer's machine" } },
  },
};
console.log(JSON.stringify(statement, null, 2));
