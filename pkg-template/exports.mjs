/**
 * The `exports` map: which build of an entry each runtime and bundler gets. A tool takes the first
 * condition that it knows, so their order is part of the contract.
 *
 * `tests/npm/runtimes/runtimes.mjs` and `tests/npm/runtimes/bundlers` run what is chosen here in every one of them.
 */

/** The public entries, by their path below `src`. Each gets its place in package.json's exports. */
export const ENTRIES = [
  "index",
  "trigger-sdk/index",
  "run-once/index",
  "run-once/stores/redis",
  "run-once/stores/postgres",
  "run-once/stores/sqlite",
  "run-once/stores/durable-object",
  "run-once/transaction/index",
  "run-once/conformance",
  "http/index",
  "http/adapters/hono",
  "http/adapters/express",
  "http/adapters/fastify",
  "fetch/index",
];

/** Further subpaths of entries. */
const ALIASES = { "./hono": "http/adapters/hono", "./express": "http/adapters/express", "./fastify": "http/adapters/fastify" };

/** Those that also come as `idempotency-keys/js`. */
export const JS_ENTRIES = ["index"];

/** Those that only Node and its like can load, by their subpath. */
export const NODE_ENTRIES = {
  "./register": "trigger-sdk/swap/register",
  "./trigger-extension": "trigger-sdk/swap/extension",
};

/** An entry's subpath, such as `./run-once` for `run-once/index`. */
export function subpath(entry) {
  const path = entry.replace(/(^|\/)index$/, "").replace(/\/(stores|adapters)\//, "/");
  return path === "" ? "." : `./${path}`;
}

/** A build for one module system, with the declarations of that system. */
function file(variant, entry) {
  const types = variant.endsWith("cjs") ? "cjs" : "esm";
  return { types: `./dist/${types}/${entry}.d.ts`, default: `./dist/${variant}/${entry}.js` };
}

function conditions(entry) {
  const esm = file("esm", entry);
  const cjs = file("cjs", entry);
  return {
    // Nitro sets this one, workerd, edge-light and deno together, and reads no .wasm files.
    wintercg: esm,
    // Compiles wasm only at deployment, never from bytes in a request, so it imports the module as
    // a file.
    workerd: file("workerd", entry),
    // As workerd. Turbopack asks for `require` here, and makes an imported module asynchronous.
    "edge-light": { import: file("edge-light", entry), require: cjs },
    import: esm,
    require: cjs,
    default: esm.default,
  };
}

/** What `package.json` says about the entries. */
export function describeEntries() {
  const plain = JS_ENTRIES.map((entry) => [
    subpath(`js/${entry}`),
    { import: file("js", entry), require: file("js-cjs", entry), default: file("js", entry).default },
  ]);
  const node = Object.entries(NODE_ENTRIES).map(([path, entry]) => [
    path,
    { import: file("esm", entry), require: file("cjs", entry), default: file("esm", entry).default },
  ]);
  return {
    main: file("cjs", "index").default,
    module: file("esm", "index").default,
    types: file("esm", "index").types,
    exports: {
      ...Object.fromEntries(ENTRIES.map((entry) => [subpath(entry), conditions(entry)])),
      ...Object.fromEntries(Object.entries(ALIASES).map(([path, entry]) => [path, conditions(entry)])),
      ...Object.fromEntries(plain),
      ...Object.fromEntries(node),
      "./package.json": "./package.json",
    },
  };
}
