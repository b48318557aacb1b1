/** The commands: what each is called, takes, says of itself and does. */

import process from "node:process";

import { canonicalText, IdempotencyKey, parseTtl, payloadHash, randomKey, standardInstance } from "../shared.js";
import { createOptions, type Flags, keysIn, readJson, resetOptions, textFlag, UsageError } from "./input.js";

export interface Command {
  readonly usage: string;
  readonly summary: string;
  readonly details: string;
  readonly flags: Readonly<Record<string, "text" | "switch">>;
  run(args: readonly string[], flags: Flags): Promise<void> | void;
}

const colours = process.stdout.isTTY && !process.env["NO_COLOR"];
const dim = (text: string): string => (colours ? `\u001b[2m${text}\u001b[22m` : text);
const bold = (text: string): string => (colours ? `\u001b[1m${text}\u001b[22m` : text);

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
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
  // Each is a request: none waits for others to be read.
  for await (const texts of keysIn(args, 1)) {
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
  const json = readJson(file);
  const hash = payloadHash(json, textFlag(flags, "operation") ?? "", true).result;
  if (flags["json"]) {
    print(JSON.stringify({ hash, canonical: canonicalText(json).result }));
  } else {
    print(flags["canonical"] ? canonicalText(json).result : hash);
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

export const COMMANDS: Readonly<Record<string, Command>> = {
  create: {
    usage: "create <key>… [--scope run|attempt|global] [--run-id ID] [--attempt N] [--json]",
    summary: "make keys, and show what they are made of",
    details: `Each argument is a key of its own. Without any, keys are read from standard input, one on each
line in UTF-8, and each is answered with its hash, a tab and the key. Blank lines are skipped, and counted.

  --scope    what the key is unique within: run (default), attempt, which needs a run, or global
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
keys are read from standard input, one on each line; blank lines are skipped. Prints the server's
id for each.

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

  --operation  a string that is hashed after the payload
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
