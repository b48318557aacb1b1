/**
 * A newcomer in an empty folder, who opens the page that README names for a problem, saves the page's
 * files and types its commands: nothing of a page is copied into these tests. `npm install` takes the
 * packed tarball for this package and the tests' own copies for others; `npx wrangler` is Miniflare,
 * which wrangler itself runs on; `curl` is `fetch`. Everything else is typed into bash.
 */
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { tarball } from "../support/install-package.mjs";
import { foldersOf } from "../support/sdk.mjs";
import { blocksOf, filesOf, textOf } from "../support/snippets.mjs";
import { startWorker } from "../support/workerd.mjs";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const { sdk, core } = foldersOf("4.4.6");
const PACKAGES = {
  "@trigger.dev/sdk": { "@trigger.dev/sdk": sdk, "@trigger.dev/core": core },
  hono: { hono: at("../http/node_modules/hono") },
  pg: { pg: at("../run-once/node_modules/pg") },
  wrangler: {},
};

/** The page that README's table names for a problem. */
function pageFor(problem) {
  const row = textOf("README.md")
    .split("\n")
    .find((line) => line.startsWith(`| ${problem} |`));
  if (row === undefined) throw new Error(`README has no row "${problem}"`);
  return /\]\(([^)#]+)(?:#[^)]*)?\) \|$/.exec(row)[1];
}

/** The words of a command line; quotes hold words together. */
const wordsOf = (line) => [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, bare]) => single ?? double ?? bare);

export class Newcomer {
  #folder = mkdtempSync(join(tmpdir(), "idempotency-keys-"));
  #page;
  #env;
  #links = {};
  #worker;

  /** @param problem The first cell of a row of README's table. */
  constructor(problem, env = {}) {
    this.#page = pageFor(problem);
    this.#env = { ...process.env, NODE_TEST_CONTEXT: undefined, NODE_OPTIONS: undefined, ...env };
    writeFileSync(join(this.#folder, "package.json"), '{ "private": true }\n');
  }

  /** Writes a program that the newcomer had before. */
  have(name, code) {
    writeFileSync(join(this.#folder, name), code);
  }

  /** Saves a file of the page under its name. */
  save(name) {
    const { files } = filesOf(this.#page);
    if (files[name] === undefined) throw new Error(`${this.#page} has no file ${name}`);
    this.have(name, files[name]);
  }

  /**
   * Types the commands of the page's only block that contains `part`, line by line.
   *
   * @returns What each line answered: standard output, or the `Response` of a `curl`.
   */
  async type(part) {
    const found = blocksOf(this.#page).filter(({ info, code }) => info === "sh" && code.includes(part));
    if (found.length !== 1) throw new Error(`${this.#page} has ${found.length} blocks with ${part}`);
    const answers = [];
    for (const line of found[0].code.trim().split("\n")) answers.push(await this.run(line));
    return answers;
  }

  /** Runs one command line. */
  async run(line) {
    const [program, ...args] = wordsOf(line);
    if (program === "npm") return this.#install(args);
    if (program === "npx") return this.#wrangler(args);
    if (program === "curl") return this.#curl(args);
    const { stdout } = await promisify(execFile)("bash", ["-ec", line], { cwd: this.#folder, env: this.#env, timeout: 60_000 });
    return stdout;
  }

  async dispose() {
    await this.#worker?.dispose();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #install([command, ...names]) {
    if (command !== "install") throw new Error(`npm ${command}`);
    if (names.includes("idempotency-keys")) {
      const args = ["install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", tarball()];
      execFileSync("npm", args, { cwd: this.#folder, env: this.#env, stdio: ["ignore", "ignore", "inherit"] });
    }
    // Linked, for npm would install the dependencies of a folder in that folder; and again, for npm removes what it doesn't know.
    for (const name of names) if (name !== "idempotency-keys") Object.assign(this.#links, PACKAGES[name]);
    for (const [name, target] of Object.entries(this.#links)) {
      const path = join(this.#folder, "node_modules", name);
      mkdirSync(dirname(path), { recursive: true });
      rmSync(path, { force: true });
      symlinkSync(target, path);
    }
  }

  async #wrangler([name, ...command]) {
    const config = JSON.parse(readFileSync(join(this.#folder, "wrangler.jsonc"), "utf8"));
    if (name !== "wrangler") throw new Error(`npx ${name}`);
    const [{ binding, database_name: database }] = config.d1_databases;
    if (command.join(" ") === `d1 migrations apply ${database} --local`) return;
    if (command.join(" ") !== "dev") throw new Error(`wrangler ${command.join(" ")}`);
    const options = { compatibilityDate: config.compatibility_date, d1Databases: { [binding]: config.d1_databases[0].database_id } };
    this.#worker = await startWorker(join(this.#folder, config.main), this.#folder, options);
    // Applied now, for this Miniflare keeps databases in memory.
    const folder = join(this.#folder, "migrations");
    for (const file of readdirSync(folder).sort()) await (await this.#worker.d1(binding)).exec(readFileSync(join(folder, file), "utf8").trim());
  }

  #curl(args) {
    const url = args.find((arg) => arg.startsWith("localhost"));
    const after = (flag) => args.flatMap((arg, index) => (arg === flag ? [args[index + 1]] : []));
    const headers = after("-H").map((header) => header.split(": ", 2));
    return this.#worker.fetch(posix.join("/", url.split("/").slice(1).join("/")), { method: "POST", headers, body: after("-d")[0] });
  }
}
