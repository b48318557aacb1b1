/** The command line, as `npx` would run it from the installed package. */

import assert from "node:assert/strict";
import { execFile, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { findBun, findNode } from "../runtimes/process.mjs";
import { installedPackage } from "../support/install-package.mjs";

const bin = join(installedPackage(), "node_modules/.bin/idempotency-keys");
const sha256 = (text) => createHash("sha256").update(text).digest("hex");

/** Runs the command, by `program` or else as an executable; standard input is `input`, or empty. */
function run(args, { input = "", env = {}, program } = {}) {
  return new Promise((resolve) => {
    const [file, ...first] = program === undefined ? [bin] : [program, bin];
    const child = execFile(file, [...first, ...args], { env: { PATH: process.env.PATH, ...env }, maxBuffer: 1 << 28 }, (error, stdout, stderr) =>
      resolve({ status: error?.code ?? 0, stdout, stderr }),
    );
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}

async function json(args, options) {
  const { status, stdout, stderr } = await run([...args, "--json"], options);
  assert.equal(status, 0, stderr);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

test("create shows hash, key, scope, material and token of each key", async () => {
  const [first, second] = await json(["create", "send-email", "é", "--run-id", "run_abc123"]);
  assert.equal(first.hash, sha256("send-email-run_abc123"));
  assert.deepEqual([first.key, first.scope, first.material], ["send-email", "run", "send-email-run_abc123"]);
  assert.equal(second.hash, sha256("é-run_abc123"));
  const { stdout } = await run(["create", "send-email", "--scope", "attempt", "--run-id", "run_abc123", "--attempt", "2"]);
  assert.match(
    stdout,
    new RegExp(`^hash +${sha256("send-email-run_abc123-2")}\nkey +send-email\nscope +attempt\nmaterial +send-email-run_abc123-2\ntoken +\\S+\n$`),
  );
});

test("inspect reads back what create wrote", async () => {
  const [made] = await json(["create", "send-email", "--run-id", "run_abc123"]);
  assert.deepEqual(await json(["inspect", made.token]), [made]);
});

test("create takes thousands of keys from standard input, one on each line", async () => {
  const keys = Array.from({ length: 6_235 }, (_, index) => `item ${index}`);
  const { status, stdout, stderr } = await run(["create", "--scope", "global"], { input: `${keys.join("\n")}\n` });
  assert.equal(status, 0);
  assert.equal(stdout, keys.map((key) => `${sha256(key)}\t${key}\n`).join(""));
  assert.equal(stderr, "6235 keys\n");
});

test("blank lines of standard input are skipped, and counted on standard error", async () => {
  const { status, stdout, stderr } = await run(["create", "--scope", "global"], { input: "a\n\n  \t\r\nb \r\n\n" });
  assert.equal(status, 0);
  assert.equal(stdout, `${sha256("a")}\ta\n${sha256("b ")}\tb \n`);
  assert.equal(stderr, "3 blank lines skipped\n");
  assert.equal((await run(["create", "--scope", "global"], { input: "a\n\n" })).stderr, "1 blank line skipped\n");
  // An argument is meant as it is.
  assert.equal((await json(["create", "", "--scope", "global"]))[0].hash, sha256(""));
});

for (const [what, input] of Object.entries({ empty: "", blank: "\n \n" })) {
  test(`standard input that is ${what} is bad usage`, async () => {
    for (const args of [["create"], ["reset", "my-task"], ["payload"]]) {
      const { status, stdout, stderr } = await run(args, { input });
      assert.deepEqual([status, stdout], [2, ""], args[0]);
      assert.match(stderr, /standard input/, args[0]);
    }
  });
}

test("a byte order mark is no part of the first key or of a payload", async () => {
  const { stdout } = await run(["create", "--scope", "global"], { input: "\ufeffa\n\ufeffb\n" });
  assert.equal(stdout, `${sha256("a")}\ta\n${sha256("\ufeffb")}\t\ufeffb\n`);
  assert.equal((await run(["payload"], { input: '\ufeff{"b":1, "a":2}' })).stdout, `${sha256('{"a":2,"b":1}')}\n`);
});

test("what is not UTF-8 is refused: as replacement characters, all of it would have one hash", async () => {
  const latin1 = (text) => Buffer.from(text, "latin1");
  for (const [args, input, place] of [
    [["create", "--scope", "global"], latin1("caf\xe9\n"), "line 1 of standard input"],
    [["create", "--scope", "global"], latin1("a\n\ncaf\xe8"), "line 3 of standard input"],
    [["reset", "my-task"], latin1("\xff\xfea\0"), "line 1 of standard input"],
    [["payload"], latin1('{"a":"caf\xe9"}'), "standard input"],
  ]) {
    const { status, stdout, stderr } = await run(args, { input });
    assert.deepEqual([status, stdout], [2, ""], place);
    assert.match(stderr, new RegExp(`^idempotency-keys: ${place} is not UTF-8`));
  }
});

test("lines are those between line feeds, however they come in", async () => {
  const keys = ["é".repeat(40_000), "a\u2028b", "a\rb", "😀"];
  const made = await run(["create", "--scope", "global"], { input: keys.join("\r\n") });
  assert.equal(made.stdout, keys.map((key) => `${sha256(key)}\t${key}\n`).join(""));
});

test("members of one name are refused, with their path: parsers disagree about which one counts", async () => {
  for (const [input, path] of [
    ['{"a":1,"a":2}', "$.a"],
    ['{"list": [{"b": 1, "\\u0062": 1}]}', "$.list[0].b"],
    ['{ "x" : "\\"", "a\\\\" : 1e999, "a\\\\" : 1 }', '$["a\\\\"]'],
  ]) {
    const { status, stdout, stderr } = await run(["payload"], { input });
    assert.deepEqual([status, stdout], [2, ""], input);
    assert.ok(stderr.includes(`${path} appears twice in its object`) && stderr.includes("ERR_INVALID_PAYLOAD"), stderr);
  }
});

test("a payload is read as JSON.parse reads it", async () => {
  for (const [input, canonical] of [
    [' [ 1.0 , -0, 1e3,\n1E-7, "\\u00e9\\/\\"\\\\", true ,null,{ } ]', '[1,0,1000,1e-7,"é/\\"\\\\",true,null,{}]'],
    ['{"b":"\\\\\\\\","a":9007199254740993}', '{"a":9007199254740992,"b":"\\\\\\\\"}'],
    ['"a b"', '"a b"'],
  ]) {
    assert.deepEqual(await json(["payload"], { input }), [{ hash: sha256(canonical), canonical }]);
  }
  for (const [input, why] of [
    ['{"a":[1e999]}', /\$\.a\[0\] is Infinity.*ERR_INVALID_PAYLOAD/],
    ['{"a":"\\ud800"}', /\$\.a contains a lone surrogate.*ERR_INVALID_PAYLOAD/],
    ["{a:1}", /standard input is not JSON/],
  ]) {
    const { status, stdout, stderr } = await run(["payload"], { input });
    assert.deepEqual([status, stdout], [2, ""], input);
    assert.match(stderr, why);
  }
});

test("the attempt scope without a run, or without the attempt, makes no key", async () => {
  for (const [args, reason] of [
    [[], /--run-id and --attempt/],
    [["--run-id", "run_abc123"], /ERR_MISSING_CONTEXT/],
    [["--run-id", "", "--attempt", "1"], /--run-id is empty/],
  ]) {
    for (const keys of [["a"], []]) {
      const { status, stdout, stderr } = await run(["create", ...keys, "--scope", "attempt", ...args], { input: "a\n" });
      assert.deepEqual([status, stdout], [2, ""], args.join(" "));
      assert.match(stderr, reason);
    }
  }
});

test("--json writes one line for each answer: the same names in the same order", async () => {
  const token = (await json(["create", "a", "--scope", "global"]))[0].token;
  const hash = sha256("a");
  for (const [args, line] of [
    [["create", "a", "--scope", "global"], { hash, key: "a", scope: "global", material: "a", token }],
    [["inspect", token], { hash, key: "a", scope: "global", material: "a", token }],
    [["payload"], { hash: sha256("[1]"), canonical: "[1]" }],
    [["ttl", "1h"], { ttl: "1h", ms: 3_600_000 }],
  ]) {
    assert.equal((await run([...args, "--json"], { input: "[1]" })).stdout, `${JSON.stringify(line)}\n`);
  }
  const many = await run(["create", "--scope", "global", "--json"], { input: "a\n\na\n" });
  assert.equal(many.stdout, `${JSON.stringify({ hash, key: "a", scope: "global", material: "a", token })}\n`.repeat(2));
});

const terminal = existsSync("/usr/bin/script") ? false : "script, of util-linux, is not installed: apt-get install bsdutils";
test("a terminal is told of the progress of a long input, and nothing of a short one", { skip: process.env.CI === "true" ? false : terminal }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "cli-"));
  const answers = join(folder, "answers");
  const watched = (lines) => {
    const command = `(seq 1500; sleep 1; seq ${lines}) | '${bin}' create --scope global > '${answers}'`;
    return execFileSync("script", ["-qec", command, "/dev/null"], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  };
  assert.match(watched(60_000), /^(\r\d+ keys)+\r61500 keys\r\n$/);
  assert.equal(readFileSync(answers, "utf8").split("\n").length, 61_501);
  const short = execFileSync("script", ["-qec", `seq 3 | '${bin}' create --scope global > '${answers}'`, "/dev/null"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  assert.equal(short, "");
});

test("--version is the package's", async () => {
  const { version } = JSON.parse(readFileSync(join(installedPackage(), "node_modules/idempotency-keys/package.json"), "utf8"));
  for (const flag of ["--version", "-v"]) assert.deepEqual(await run([flag]), { status: 0, stdout: `${version}\n`, stderr: "" });
});

test("npx finds it", () => {
  const made = execFileSync("npx", ["--offline", "idempotency-keys", "create", "a", "--scope", "global", "--json"], {
    cwd: installedPackage(),
    encoding: "utf8",
  });
  assert.equal(JSON.parse(made).hash, sha256("a"));
});

for (const [name, find] of Object.entries({ "Node.js 26": () => findNode(26), Bun: findBun })) {
  test(`${name} runs every command`, async () => {
    const on = { program: find() };
    const [made] = await json(["create", "a", "--run-id", "r"], on);
    assert.equal(made.hash, sha256("a-r"));
    assert.deepEqual(await json(["inspect", made.token], on), [made]);
    assert.equal((await run(["create", "--scope", "global"], { ...on, input: "a\n\nb\n" })).stdout, `${sha256("a")}\ta\n${sha256("b")}\tb\n`);
    assert.deepEqual(await json(["payload"], { ...on, input: "[1.0]" }), [{ hash: sha256("[1]"), canonical: "[1]" }]);
    assert.deepEqual(await json(["ttl", "7d"], on), [{ ttl: "7d", ms: 604_800_000 }]);
    assert.match((await run(["random"], on)).stdout, /^[0-9a-f-]{36}\n$/);
    assert.match((await run(["--version"], on)).stdout, /^\d+\.\d+\.\d+\n$/);
    for (const args of [["create"], ["create", "a", "--scope", "attempt"], ["inspect", "AAAA"], ["ttl", "1w"]]) {
      const { status, stdout } = await run(args, on);
      assert.deepEqual([status, stdout], [2, ""], args.join(" "));
    }
  });
}

test("payload hashes a file, standard input, and with an operation", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cli-"));
  const file = join(folder, "order.json");
  writeFileSync(file, '{ "b": [1, 2.50], "a": "é" }');
  const canonical = '{"a":"é","b":[1,2.5]}';
  assert.equal((await run(["payload", file])).stdout, `${sha256(canonical)}\n`);
  assert.equal((await run(["payload"], { input: readFileSync(file) })).stdout, `${sha256(canonical)}\n`);
  assert.equal((await run(["payload", "-", "--canonical"], { input: readFileSync(file) })).stdout, `${canonical}\n`);
  assert.deepEqual(await json(["payload", file, "--operation", "refund"]), [{ hash: sha256(`${canonical}refund`), canonical }]);
});

test("ttl says what the server understands, and what to write instead", async () => {
  assert.equal((await run(["ttl", "90m"])).stdout, "5400000 ms: 1 hour 30 minutes\n");
  assert.deepEqual(await json(["ttl", "7d"]), [{ ttl: "7d", ms: 604_800_000 }]);
  const { status, stdout, stderr } = await run(["ttl", "1h30m"]);
  assert.deepEqual([status, stdout], [2, ""]);
  assert.match(stderr, /ignores.*"90m".*ERR_INVALID_TTL/s);
});

test("random makes UUIDs of version 7", async () => {
  const [{ key }] = await json(["random"]);
  assert.match(key, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("--help is on every command, and on standard output", async () => {
  const { status, stdout } = await run(["--help"]);
  assert.equal(status, 0);
  for (const name of ["create", "reset", "inspect", "payload", "ttl", "random"]) {
    assert.match(stdout, new RegExp(`^  ${name} `, "m"));
    const help = await run([name, "--help"]);
    assert.equal(help.status, 0);
    assert.match(help.stdout, new RegExp(`^Usage: idempotency-keys ${name}`));
  }
});

for (const [what, args] of Object.entries({
  "no command": [],
  "an unknown command": ["toString"],
  "an unknown option": ["create", "a", "--scoop", "run"],
  "an unknown scope": ["create", "a", "--scope", "task"],
  "an attempt that is no number": ["create", "a", "--run-id", "r", "--attempt", "first"],
  "an attempt without a run": ["create", "a", "--attempt", "1"],
  "a run id that is empty": ["reset", "my-task", "a", "--run-id", ""],
  "a damaged token": ["inspect", "AAAA"],
  "no token": ["inspect"],
  "a file that isn't there": ["payload", "/nowhere/at/all.json"],
  "a payload that is no JSON": ["payload"],
  "no task": ["reset"],
  "a reset without credentials": ["reset", "my-task", "a", "--scope", "global"],
  "a reset without the run": ["reset", "my-task", "a"],
})) {
  test(`${what} is bad usage: status 2, a reason on standard error, nothing on standard output`, async () => {
    const { status, stdout, stderr } = await run(args);
    assert.equal(status, 2);
    assert.equal(stdout, "");
    assert.match(stderr, /\S/);
  });
}

describe("reset", () => {
  const requests = [];
  const server = createServer((request, response) => {
    requests.push(request.url);
    const known = !request.url.includes(sha256("unknown"));
    response.writeHead(known ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(known ? { id: "run_1" } : { error: "No runs found" }));
  });
  const env = {};
  before(async () => {
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    env.TRIGGER_API_URL = `http://127.0.0.1:${server.address().port}`;
    env.TRIGGER_SECRET_KEY = "tr_secret_of_the_test";
  });
  after(() => server.close());

  test("sends the key's hash, and prints the id", async () => {
    const { status, stdout } = await run(["reset", "my-task", "a", "--scope", "run", "--run-id", "run_abc123"], { env });
    assert.deepEqual([status, stdout], [0, "run_1\n"]);
    assert.equal(requests.at(-1), `/api/v1/idempotencyKeys/${sha256("a-run_abc123")}/reset`);
  });

  test("takes tokens", async () => {
    const [{ token, hash }] = await json(["create", "a", "--run-id", "run_token"]);
    assert.deepEqual(await json(["reset", "my-task", token, "--token"], { env }), [{ key: token, id: "run_1" }]);
    assert.equal(requests.at(-1), `/api/v1/idempotencyKeys/${hash}/reset`);
  });

  test("a refused request is status 1, and the access token is never shown", async () => {
    const { status, stdout, stderr } = await run(["reset", "my-task", "unknown", "--scope", "global"], { env });
    assert.deepEqual([status, stdout], [1, ""]);
    assert.match(stderr, /No runs found.*ERR_NOT_FOUND/);
    assert.doesNotMatch(stderr, /tr_secret/);
  });
});

test("a reader that stops reading is no failure", async () => {
  assert.ok(existsSync(bin));
  const child = spawn("sh", ["-c", `seq 100000 | "${bin}" create --scope global | head -n 1`]);
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data) => (stdout += data));
  child.stderr.on("data", (data) => (stderr += data));
  await new Promise((resolve) => child.on("close", resolve));
  assert.equal(stdout, `${sha256("1")}\t1\n`);
  // All keys may be read before the broken pipe is noticed; then their number is told, and no error.
  assert.match(stderr, /^(100000 keys\n)?$/);
});
