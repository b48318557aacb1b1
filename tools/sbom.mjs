/**
 * The bill of materials of what is published, as CycloneDX 1.6, from Cargo.lock alone, without the network:
 *
 *   node tools/sbom.mjs npm <tarball>
 *   node tools/sbom.mjs crate <.crate file>
 *
 * The npm package depends on nothing, but the wasm module in it is made of crates: those are its
 * components, with the checksums that cargo holds them to. What only runs while it is built (macros,
 * build scripts) has the scope "excluded". The same commit and file give the same bytes.
 *
 * @see https://cyclonedx.org/docs/1.6/json/
 */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const PUBLISHED = {
  npm: { type: "npm", graph: ["--target", "wasm32-unknown-unknown"], rustFlags: "--cfg=idempotency_keys_npm", compiled: true },
  // A program that takes the crate compiles it for whichever target it likes.
  crate: { type: "cargo", graph: ["--target", "all"], rustFlags: "", compiled: false },
};

const sha256 = (content) => createHash("sha256").update(content).digest("hex");
const output = (command, ...args) => execFileSync(command, args, { encoding: "utf8" }).trim();

/** SPDX has no slash; Cargo took it for OR before it took SPDX. */
const licenses = (expression) => [{ expression: expression.replaceAll("/", " OR ") }];

/** Checksums of the crates in Cargo.lock, by `name@version`. */
function checksums() {
  const entries = readFileSync("Cargo.lock", "utf8").matchAll(/^name = "(.+)"\nversion = "(.+)"\nsource = .+\nchecksum = "([0-9a-f]{64})"/gm);
  return new Map(Array.from(entries, ([, name, version, checksum]) => [`${name}@${version}`, checksum]));
}

/** The nodes of cargo's tree, parents before children, each with its place and its depth in it. */
function tree(edges, graph) {
  // Made for reading: of cargo's outputs only this one leaves out what dev-dependencies switch on.
  const lines = output("cargo", "tree", "--locked", "--no-dedupe", "--prefix", "depth", "--edges", edges, "--format", "\t{p}\t{l}\t{r}", ...graph);
  return lines.split("\n").map((line) => {
    const [depth, named, license, repository] = line.split("\t");
    const [name, version] = named.split(" ");
    return { depth: Number(depth), id: `${name}@${version.slice(1)}`, name, version: version.slice(1), license, repository };
  });
}

function component({ id, name, version, license, repository }, content, scope) {
  return {
    type: "library",
    "bom-ref": `pkg:cargo/${id}`,
    name,
    version,
    scope,
    hashes: [{ alg: "SHA-256", content }],
    licenses: licenses(license),
    purl: `pkg:cargo/${id}`,
    ...(repository && { externalReferences: [{ type: "vcs", url: repository }] }),
  };
}

/** Rust's own library, which the toolchain brings along compiled, and which no lock file names. */
function standardLibrary() {
  const version = output("rustc", "--version").split(" ")[1];
  const purl = `pkg:generic/rust-std@${version}`;
  return {
    type: "library",
    "bom-ref": purl,
    name: "rust-std",
    version,
    description: "core and alloc, as the Rust toolchain of this version brings them",
    scope: "required",
    licenses: licenses("MIT OR Apache-2.0"),
    purl,
  };
}

/** Who depends on whom, out of the order and the depth of the tree's nodes. */
function dependencies(nodes, reference) {
  const found = new Map();
  const path = [];
  for (const { depth, id } of nodes) {
    path.length = depth;
    path.push(id);
    found.set(id, found.get(id) ?? new Set());
    if (depth > 0) found.get(path[depth - 1]).add(id);
  }
  return Array.from(found, ([id, children]) => ({ ref: reference(id), dependsOn: Array.from(children, reference).sort() }));
}

const [kind, artifact] = process.argv.slice(2);
if (!(kind in PUBLISHED) || artifact === undefined) {
  console.error("usage: node tools/sbom.mjs npm|crate <the file that is published>");
  process.exit(2);
}
const { type, graph, rustFlags, compiled } = PUBLISHED[kind];
// By these cargo tells which of the crate's dependencies are in what was built.
process.env.RUSTFLAGS = rustFlags;
const nodes = tree("normal,build", graph);
const [root] = nodes;
const shipped = new Set(tree("normal,no-proc-macro", graph).map(({ id }) => id));
const known = checksums();
const crates = new Map(nodes.filter(({ id }) => id !== root.id).map((node) => [node.id, node]));
const components = Array.from(crates.values(), (node) => {
  const checksum = known.get(node.id);
  if (checksum === undefined) throw new Error(`Cargo.lock has no checksum of ${node.id}`);
  return component(node, checksum, shipped.has(node.id) ? "required" : "excluded");
}).sort((a, b) => (a.purl < b.purl ? -1 : 1));

const purl = `pkg:${type}/${root.id}`;
const bom = {
  $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
  bomFormat: "CycloneDX",
  specVersion: "1.6",
  version: 1,
  metadata: {
    timestamp: new Date(Number(output("git", "log", "-1", "--format=%ct")) * 1000).toISOString(),
    lifecycles: [{ phase: "build" }],
    tools: { components: [{ type: "application", name: "cargo", version: output("cargo", "--version").split(" ")[1] }] },
    component: {
      type: "library",
      "bom-ref": purl,
      name: root.name,
      version: root.version,
      hashes: [{ alg: "SHA-256", content: sha256(readFileSync(artifact)) }],
      licenses: licenses(root.license),
      purl,
    },
  },
  components,
  dependencies: dependencies(nodes, (id) => (id === root.id ? purl : `pkg:cargo/${id}`)),
};
if (compiled) {
  const library = standardLibrary();
  bom.components.push(library);
  bom.dependencies[0].dependsOn.push(library["bom-ref"]);
  bom.dependencies.push({ ref: library["bom-ref"] });
}
// A UUID of version 8, whose digits are the maker's own: these are the content's hash.
const digits = sha256(JSON.stringify(bom));
bom.serialNumber = `urn:uuid:${digits.slice(0, 8)}-${digits.slice(8, 12)}-8${digits.slice(13, 16)}-a${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
console.log(JSON.stringify(bom, null, 2));
