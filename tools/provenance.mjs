/**
 * How the published files were built, as an in-toto statement with a SLSA 1.0 predicate:
 *
 *   node tools/provenance.mjs <commit> <file>...
 *
 * @see https://slsa.dev/spec/v1.0/provenance
 */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";

const [commit, ...files] = process.argv.slice(2);
const digest = (file) => ({ sha256: createHash("sha256").update(readFileSync(file)).digest("hex") });
const output = (command, ...args) => execFileSync(command, args, { encoding: "utf8" }).trim();

const tools = {
  rustc: output("rustc", "--version"),
  cargo: output("cargo", "--version"),
  node: process.version,
  npm: output("npm", "--version"),
  "wasm-pack": output(".tools/bin/wasm-pack", "--version"),
  "wasm-bindgen": output(".tools/bin/wasm-bindgen", "--version"),
};

const { GITHUB_SERVER_URL, GITHUB_WORKFLOW_REF } = process.env;
const statement = {
  _type: "https://in-toto.io/Statement/v1",
  subject: files.map((file) => ({ name: basename(file), digest: digest(file) })),
  predicateType: "https://slsa.dev/provenance/v1",
  predicate: {
    buildDefinition: {
      buildType: "urn:idempotency-keys:make-release",
      externalParameters: { commit },
      internalParameters: { tools },
      resolvedDependencies: [
        { name: "source", digest: { gitCommit: commit } },
        ...["Cargo.lock", "tools/package-lock.json"].map((name) => ({ name, digest: digest(name) })),
      ],
    },
    runDetails: {
      builder: { id: GITHUB_WORKFLOW_REF ? `${GITHUB_SERVER_URL}/${GITHUB_WORKFLOW_REF}` : "urn:idempotency-keys:a-maintainer-s-machine" },
    },
  },
};
console.log(JSON.stringify(statement, null, 2));
