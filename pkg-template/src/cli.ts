/**
 * The command line, `npx idempotency-keys`: reads arguments, calls the package, prints the answer,
 * and nothing else, on standard output.
 *
 * Exit status: 0 done, 1 a request failed, 2 the command or its input can't be understood.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";

import {
  ApiError,
  canonicalize,
  ConnectionError,
  hashPayload,
  IdempotencyKey,
  IdempotencyKeyError,
  parseTtl,
  randomKey,
  RequestTimeoutError,
  standardInstance,
} from "./shared.js";
import type { CreateOptions, IdempotencyKeyScope, ResetOptions } from "./types.js";

const FAILED_REQUEST = 1;
const BAD_USAGE = 2;
/** Keys from standard input are made, and their progress told, so many at a time. */
const CHUNK = 1_000;

/** What the user got wrong; its message and the command's usage are shown. */
class UsageError extends Error {}

type Flags = Readonly<Record<string, string | boolean | undefined>>;

interface Command {
  readonly usage: string;
  readonly summary: string;
  readonly details: string;
  readonly flags: Readonly<Record<string, "text" | "switch">>;
  run(args: readonly string[], flags: Flags): Promise<void> | void;
}

const colours = process.stdout.isTTY && !process.env["NO_COLOR"];
const dim = (text: string): string => (colours ? `\u001b[2m${text}\u001b[22m` : text);
const bold = (text: string): string => (colours ? `\u001b[1m${text}\u001b[22m` : text);

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function textFlag(flags: Flags, name: string): string | undefined {
  const value = flags[name];
  return typeof value === "string" ? value : undefined;
}

function scopeFlag(flags: Flags): { scope?: IdempotencyKeyScope } {
  const scope = textFlag(flags, "scope");
  // Checked where all scopes are: in the core.
  return scope === undefined ? {} : { scope: scope as IdempotencyKeyScope };
}

function attemptFlag(flags: Flags): number | undefined {
  const text = textFlag(flags, "attempt");
  if (text === undefined) {
    return undefined;
  }
  if (!/^\d+$/.test(text)) {
    throw new UsageError(`--attempt is ${JSON.stringify(text)}, expected a whole number such as 1`);
  }
  return Number(text);
}

function createOptions(flags: Flags): CreateOptions {
  const id = textFlag(flags, "run-id");
  const number = attemptFlag(flags);
  if (id === undefined && number !== undefined) {
    throw new UsageError("--attempt counts the attempts of a run: give --run-id, too");
  }
  const ctx = id === undefined ? {} : { ctx: { run: { id }, ...(number === undefined ? {} : { attempt: { number } }) } };
  return { ...scopeFlag(flags), ...ctx };
}

function resetOptions(flags: Flags): ResetOptions {
  const parentRunId = textFlag(flags, "run-id");
  const attemptNumber = attemptFlag(flags);
  return {
    ...scopeFlag(flags),
    ...(parentRunId === undefined ? {} : { parentRunId }),
    ...(attemptNumber === undefined ? {} : { attemptNumber }),
  };
}

/** The keys given as arguments or, without any, the lines of standard input, in chunks. */
async function* keysIn(args: readonly string[]): AsyncGenerator<readonly string[]> {
  if (args.length > 0) {
    yield args;
    return;
  }
  if (process.stdin.isTTY) {
    throw new UsageError("no key given: name one or more, or pipe them in, one on each line");
  }
  let total = 0;
  let chunk: string[] = [];
  const told = (last: boolean): void => {
    if (total >= CHUNK) {
      process.stderr.write(process.stderr.isTTY && !last ? `\r${total} keys` : last ? `${process.stderr.isTTY ? "\r" : ""}${total} keys\n` : "");
    }
  };
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    chunk.push(line);
    total++;
    if (chunk.length === CHUNK) {
      yield chunk;
      chunk = [];
      told(false);
    }
  }
  if (chunk.length > 0) {
    yield chunk;
  }
  told(true);
}

function asJson(key: IdempotencyKey): string {
  return JSON.stringify({ hash: key.hash, ...key.options, material: key.material, token: key.toToken() });
}

/** A key as a person reads it. */
function describe(key: IdempotencyKey): string {
  return [
    `${dim("hash    ")}  ${bold(key.hash)}`,
    `${dim("key     ")}  ${key.key}`,
    `${dim("scope   ")}  ${key.scope}`,
    `${dim("material")}  ${key.material}`,
    `${dim("token   ")}  ${key.toToken()}`,
  ].join("\n");
}

async function createKeys(args: readonly string[], flags: Flags): Promise<void> {
  const options = createOptions(flags);
  let first = true;
  for await (const texts of keysIn(args)) {
    for (const key of standardInstance.createMany(texts, options)) {
      if (flags["json"]) {
        print(asJson(key));
      } else if (args.length === 0) {
        print(`${key.hash}\t${key.key}`);
      } else {
        print(`${first ? "" : "\n"}${describe(key)}`);
        first = false;
      }
    }
  }
}

async function resetKeys([task, ...args]: readonly string[], flags: Flags): Promise<void> {
  if (task === undefined) {
    throw new UsageError("no task given: name the task whose runs hold the keys");
  }
  const options = resetOptions(flags);
  for await (const texts of keysIn(args)) {
    for (const text of texts) {
      const key = flags["token"] ? IdempotencyKey.fromToken(text) : text;
      const { id } = await standardInstance.reset(task, key, options);
      print(flags["json"] ? JSON.stringify({ key: text, id }) : id);
    }
  }
}

function inspectToken([token, ...more]: readonly string[], flags: Flags): void {
  if (token === undefined || more.length > 0) {
    throw new UsageError("expected one token");
  }
  const key = IdempotencyKey.fromToken(token);
  print(flags["json"] ? asJson(key) : describe(key));
}

function hashFile([file = "-", ...more]: readonly string[], flags: Flags): void {
  if (more.length > 0) {
    throw new UsageError("expected one file");
  }
  if (file === "-" && process.stdin.isTTY) {
    throw new UsageError("no payload given: name a file of JSON, or pipe it in");
  }
  const STANDARD_INPUT = 0;
  const payload = readJson(file === "-" ? STANDARD_INPUT : file);
  const operation = textFlag(flags, "operation");
  const hash = hashPayload(payload, operation === undefined ? {} : { operation });
  if (flags["json"]) {
    print(JSON.stringify({ hash, canonical: canonicalize(payload) }));
  } else {
    print(flags["canonical"] ? canonicalize(payload) : hash);
  }
}

function readJson(file: string | number): unknown {
  const name = file === 0 ? "standard input" : file;
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new UsageError(`can't read ${name}: ${(cause as Error).message}`);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new UsageError(`${name} is not JSON: ${(cause as Error).message}`);
  }
}

function explainTtl([ttl, ...more]: readonly string[], flags: Flags): void {
  if (ttl === undefined || more.length > 0) {
    throw new UsageError("expected one duration");
  }
  const ms = parseTtl(ttl);
  print(flags["json"] ? JSON.stringify({ ttl, ms }) : `${bold(String(ms))} ${dim(`ms: ${inWords(ms)}`)}`);
}

/** `5400000` as `1 hour 30 minutes`. */
function inWords(ms: number): string {
  const UNITS: [string, number][] = [
    ["day", 86_400_000],
    ["hour", 3_600_000],
    ["minute", 60_000],
    ["second", 1_000],
  ];
  let rest = ms;
  const words = UNITS.flatMap(([name, unit]) => {
    const count = Math.floor(rest / unit);
    rest %= unit;
    return count === 0 ? [] : [`${count} ${name}${count === 1 ? "" : "s"}`];
  });
  return words.join(" ") || "no time at all: the key expires at once";
}

function makeRandom(args: readonly string[], flags: Flags): void {
  if (args.length > 0) {
    throw new UsageError("expected no arguments");
  }
  const key = randomKey();
  print(flags["json"] ? JSON.stringify({ key }) : key);
}

const COMMANDS: Readonly<Record<string, Command>> = {
  create: {
    usage: "create <key>… [--scope run|attempt|global] [--run-id ID] [--attempt N] [--json]",
    summary: "make keys, and show what they are made of",
    details: `Each argument is a key of its own. Without any, keys are read from standard input, one on each
line, and each is answered with its hash, a tab and the key.

  --scope    what the key is unique within: run (default), attempt or global
  --run-id   the parent run, as in ctx.run.id
  --attempt  the number of its attempt, as in ctx.attempt.number
  --json     one line of JSON for each key: hash, key, scope, material, token`,
    flags: { scope: "text", "run-id": "text", attempt: "text", json: "switch" },
    run: createKeys,
  },
  reset: {
    usage: "reset <task> <key>… [--scope run|attempt|global] [--run-id ID] [--attempt N] [--token] [--json]",
    summary: "make the server forget keys",
    details: `Sends the request that the SDK sends, to TRIGGER_API_URL with TRIGGER_SECRET_KEY. Without a key,
keys are read from standard input, one on each line. Prints the server's id for each.

  --scope    the scope the key was made in; a key of 64 characters without a scope is sent as it is
  --run-id   the run that made it
  --attempt  the attempt that made it
  --token    the keys are tokens, which hold all of that
  --json     one line of JSON for each key: key, id`,
    flags: { scope: "text", "run-id": "text", attempt: "text", token: "switch", json: "switch" },
    run: resetKeys,
  },
  inspect: {
    usage: "inspect <token> [--json]",
    summary: "show the key that a token holds",
    details: "  --json  hash, key, scope, material, token",
    flags: { json: "switch" },
    run: inspectToken,
  },
  payload: {
    usage: "payload [file|-] [--operation TEXT] [--canonical] [--json]",
    summary: "hash a JSON payload in canonical form (RFC 8785)",
    details: `Reads standard input where no file is named.

  --operation  text that is hashed behind the payload
  --canonical  print the canonical JSON instead of the hash
  --json       hash, canonical`,
    flags: { operation: "text", canonical: "switch", json: "switch" },
    run: hashFile,
  },
  ttl: {
    usage: "ttl <duration> [--json]",
    summary: "say how long the server takes a TTL to be",
    details: "  --json  ttl, ms",
    flags: { json: "switch" },
    run: explainTtl,
  },
  random: {
    usage: "random [--json]",
    summary: "make a random key, a UUID of version 7",
    details: "  --json  key",
    flags: { json: "switch" },
    run: makeRandom,
  },
};

function overview(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return `Usage: idempotency-keys <command> [arguments]

${lines.join("\n")}

idempotency-keys <command> --help says more.
Exit status: 0 done, 1 a request failed, 2 the command or its input can't be understood.`;
}

function help(command: Command): string {
  return `Usage: idempotency-keys ${command.usage}\n\n${command.summary[0]?.toUpperCase()}${command.summary.slice(1)}.\n\n${command.details}`;
}

function parse(command: Command, args: readonly string[]): { values: Flags; positionals: string[] } {
  const options = Object.fromEntries(
    Object.entries(command.flags).map(([name, kind]) => [name, { type: kind === "text" ? "string" : "boolean" } as const]),
  );
  try {
    return parseArgs({
      args: [...args],
      options: { ...options, help: { type: "boolean", short: "h" } },
      allowPositionals: true,
    }) as { values: Flags; positionals: string[] };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Runs a command, and answers the exit status. */
async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    (name === undefined ? process.stderr : process.stdout).write(`${overview()}\n`);
    return name === undefined ? BAD_USAGE : 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    process.stderr.write(`idempotency-keys: unknown command ${JSON.stringify(name)}\n\n${overview()}\n`);
    return BAD_USAGE;
  }
  try {
    const { values, positionals } = parse(command, args);
    if (values["help"]) {
      print(help(command));
    } else {
      await command.run(positionals, values);
    }
    return 0;
  } catch (error) {
    return report(error, command);
  }
}

/** Says on standard error what went wrong. Never the request, whose headers hold the access token. */
function report(error: unknown, command: Command): number {
  if (error instanceof UsageError) {
    process.stderr.write(`idempotency-keys: ${error.message}\n\nUsage: idempotency-keys ${command.usage}\n`);
    return BAD_USAGE;
  }
  if (!(error instanceof IdempotencyKeyError)) {
    throw error;
  }
  process.stderr.write(`idempotency-keys: ${error.message} (${error.code})\n`);
  const failedRequest =
    error instanceof ApiError || error instanceof ConnectionError || error instanceof RequestTimeoutError;
  return failedRequest ? FAILED_REQUEST : BAD_USAGE;
}

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") {
    process.exit(0);
  }
  throw error;
});

process.exitCode = await main(process.argv.slice(2));
