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
import { parseArgs } from "node:util";

import { type Command, COMMANDS, print } from "./cli/commands.js";
import { type Flags, UsageError } from "./cli/input.js";
import { ApiError, ConnectionError, IdempotencyKeyError, RequestTimeoutError } from "./shared.js";

const FAILED_REQUEST = 1;
const BAD_USAGE = 2;

/** The version of the package that this file, `dist/esm/cli.js`, belongs to. */
function version(): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

function overview(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return `Usage: idempotency-keys <command> [arguments]

${lines.join("\n")}

idempotency-keys <command> --help says more, idempotency-keys --version which version this is.
Exit status: 0 done, 1 a request failed, 2 the command or its input can't be understood.`;
}

function help(command: Command): string {
  return `Usage: idempotency-keys ${command.usage}\n\n${command.summary[0]?.toUpperCase()}${command.summary.slice(1)}.\n\n${command.details}`;
}

function parse(command: Command, args: readonly string[]): { values: Flags; positionals: string[] } {
  const options = Object.fromEntries(
    Object.entries(command.flags).map(([name, kind]) => [
      name,
      { type: kind === "text" ? "string" : "boolean" } as const,
    ]),
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
  if (name === "--version" || name === "-v") {
    print(version());
    return 0;
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
