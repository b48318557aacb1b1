/** What commands read: flags, keys from arguments or standard input, JSON. */

import { readFileSync } from "node:fs";
import process from "node:process";

import type { CreateOptions, IdempotencyKeyScope, ResetOptions } from "../types.js";
import { compactJson } from "./json.js";

/** Keys from standard input are made so many at a time. */
const CHUNK = 1_000;
/** How often a terminal is told of the progress, in milliseconds. */
const PROGRESS_MS = 200;
const STANDARD_INPUT = 0;

/** What the user got wrong; its message and the command's usage are shown. */
export class UsageError extends Error {}

export type Flags = Readonly<Record<string, string | boolean | undefined>>;

export function textFlag(flags: Flags, name: string): string | undefined {
  const value = flags[name];
  return typeof value === "string" ? value : undefined;
}

function scopeFlag(flags: Flags): { scope?: IdempotencyKeyScope } {
  const scope = textFlag(flags, "scope");
  // Checked where all scopes are: in the crate.
  return scope === undefined ? {} : { scope: scope as IdempotencyKeyScope };
}

/** An empty one is a variable that isn't set. */
function runIdFlag(flags: Flags): string | undefined {
  const id = textFlag(flags, "run-id");
  if (id === "") {
    throw new UsageError("--run-id is empty, expected the id of a run such as run_abc123");
  }
  return id;
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

export function createOptions(flags: Flags): CreateOptions {
  const id = runIdFlag(flags);
  const number = attemptFlag(flags);
  if (id === undefined && number !== undefined) {
    throw new UsageError("--attempt counts the attempts of a run: give --run-id, too");
  }
  // Without a run the crate, like the SDK, hashes the key alone: the same key everywhere, not one for each attempt.
  if (id === undefined && flags["scope"] === "attempt") {
    throw new UsageError("--scope attempt is an attempt of a run: give --run-id and --attempt, too");
  }
  const ctx =
    id === undefined ? {} : { ctx: { run: { id }, ...(number === undefined ? {} : { attempt: { number } }) } };
  return { ...scopeFlag(flags), ...ctx };
}

export function resetOptions(flags: Flags): ResetOptions {
  const parentRunId = runIdFlag(flags);
  const attemptNumber = attemptFlag(flags);
  return {
    ...scopeFlag(flags),
    ...(parentRunId === undefined ? {} : { parentRunId }),
    ...(attemptNumber === undefined ? {} : { attemptNumber }),
  };
}

/** The keys given as arguments or, without any, the lines of standard input, in chunks. Blank lines are no keys. */
export async function* keysIn(args: readonly string[], chunkSize = CHUNK): AsyncGenerator<readonly string[]> {
  if (args.length > 0) {
    yield args;
    return;
  }
  if (process.stdin.isTTY) {
    throw new UsageError("no key given: name one or more, or pipe them in, one on each line");
  }
  const counts = { keys: 0, blank: 0 };
  const progress = new Progress();
  let chunk: string[] = [];
  for await (const line of linesOf(process.stdin)) {
    if (line.trim() === "") {
      counts.blank++;
      continue;
    }
    counts.keys++;
    chunk.push(line);
    if (chunk.length === chunkSize) {
      yield chunk;
      chunk = [];
      progress.show(counts.keys);
    }
  }
  if (chunk.length > 0) {
    yield chunk;
  }
  progress.end(counts.keys);
  if (counts.blank > 0) {
    process.stderr.write(`${counts.blank} blank line${counts.blank === 1 ? "" : "s"} skipped\n`);
  }
  if (counts.keys === 0) {
    throw new UsageError("standard input holds no key: pipe them in, one on each line");
  }
}

/** The lines of an input, each without its line break; of the first, a byte order mark is no part. */
async function* linesOf(input: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const LINE_FEED = 0x0a;
  let number = 0;
  let pieces: Buffer[] = [];
  const takeLine = (): string => {
    const bytes = Buffer.concat(pieces);
    pieces = [];
    number++;
    return decode(bytes, `line ${number} of standard input`, number === 1).replace(/\r$/, "");
  };
  for await (const chunk of input) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      pieces.push(chunk.subarray(start, end));
      yield takeLine();
      start = end + 1;
    }
    pieces.push(chunk.subarray(start));
  }
  if (pieces.some(({ length }) => length > 0)) {
    yield takeLine();
  }
}

const atStart = new TextDecoder("utf-8", { fatal: true });
const inside = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes that are not UTF-8 are refused: all of them would become the same replacement character. */
function decode(bytes: Uint8Array, name: string, isStart: boolean): string {
  try {
    return (isStart ? atStart : inside).decode(bytes);
  } catch {
    throw new UsageError(`${name} is not UTF-8: convert it, for example with iconv`);
  }
}

/** How many keys are done: while they are, on a terminal that doesn't show the answers; in the end, for long inputs. */
class Progress {
  readonly #isWatched = process.stderr.isTTY && !process.stdout.isTTY;
  #last = Date.now();
  #isShown = false;

  show(count: number): void {
    const now = Date.now();
    if (this.#isWatched && now - this.#last >= PROGRESS_MS) {
      process.stderr.write(`\r${count} keys`);
      this.#last = now;
      this.#isShown = true;
    }
  }

  end(count: number): void {
    if (this.#isShown || count >= CHUNK) {
      process.stderr.write(`${this.#isShown ? "\r" : ""}${count} keys\n`);
    }
  }
}

/** The JSON in a file, or in standard input for `-`, compact and with all its members. */
export function readJson(file: string): string {
  const isInput = file === "-";
  if (isInput && process.stdin.isTTY) {
    throw new UsageError("no payload given: name a file of JSON, or pipe it in");
  }
  const name = isInput ? "standard input" : file;
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(isInput ? STANDARD_INPUT : file);
  } catch (cause) {
    throw new UsageError(`can't read ${name}: ${(cause as Error).message}`);
  }
  const text = decode(bytes, name, true);
  try {
    return compactJson(text);
  } catch (cause) {
    throw cause instanceof SyntaxError ? new UsageError(`${name} is not JSON: ${cause.message}`) : cause;
  }
}
