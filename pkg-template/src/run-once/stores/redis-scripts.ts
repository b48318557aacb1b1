/** The scripts that keep records in Redis, for every client that can run one; and the record, as its clients read it. */
import { readClaim, readFlag, readString, refuseAnswer } from "../answers.js";
import { InvalidArgumentError, typeName } from "../errors.js";
import type { Acquired, Claim } from "../machine.js";
import type { Store } from "./store.js";

/**
 * A record is lines of text: its state, its holder, the payload's fingerprint or nothing, the token,
 * and then the rest: of a held one for how long it outlives its lease, of a done one the result.
 * `took` is held after a former holder's lease ran out; `void` is done with undefined.
 *
 * The key in Redis lasts for the lease and that time, so that the lease is over as soon as no more
 * than that is left of it: time is Redis's own without anybody asking for it.
 */
const PARSE = `
local text = redis.call('GET', KEYS[1])
local state, holder, fingerprint, token, rest
if text then state, holder, fingerprint, token, rest = text:match('^(%l+)\\n([^\\n]*)\\n([^\\n]*)\\n([^\\n]*)\\n(.*)$') end
local held = state == 'held' or state == 'took'
local function put(state, holder, rest, ms)
  redis.call('SET', KEYS[1], table.concat({state, holder, fingerprint or '', token, rest}, '\\n'), 'PX', ms)
end
`;
/** The functions of `machine.ts` in Lua, each after PARSE; a script runs alone. Plain strings, which bundlers drop where nobody uses them. */
const ACQUIRE = `
local mine = ARGV[5]
if text and mine ~= '' and fingerprint ~= '' and mine ~= fingerprint then return {'mismatch'} end
-- Whole, since some clients parse what they take for JSON.
if state == 'done' or state == 'void' then return {'done', text} end
local another = text and holder ~= ARGV[1]
if another then
  local left = redis.call('PTTL', KEYS[1]) - rest
  if left > 0 then return {'held', left} end
end
if mine ~= '' then fingerprint = mine end
token = ARGV[4]
local took = another or state == 'took'
put(took and 'took' or 'held', ARGV[1], ARGV[3], ARGV[2] + ARGV[3])
return {took and 'takenOver' or 'acquired'}
`;
const RENEW = `
if not held or holder ~= ARGV[1] then return 0 end
put(state, holder, ARGV[3], ARGV[2] + ARGV[3])
return 1
`;
const COMPLETE = `
if holder ~= ARGV[1] then return 0 end
if held then put(ARGV[3] and 'done' or 'void', holder, ARGV[3] or '', ARGV[2]) end
return 1
`;
const RELEASE = `
if not held or holder ~= ARGV[1] then return 0 end
if state == 'held' then return redis.call('DEL', KEYS[1]) end
local left = math.max(1, redis.call('PTTL', KEYS[1]))
put('took', '', left, left)
return 1
`;

/** Runs a script of one key: `EVAL` with its text, or `EVALSHA` with its digest. */
export type RunScript = (command: "eval" | "evalsha", text: string, key: string, args: string[]) => Promise<unknown>;

/** The lines of a record that a claim looks at, and all that follows them. */
interface RecordLines {
  readonly state: string;
  readonly fingerprint: string;
  readonly rest: string;
}

export function splitRecord(record: string): RecordLines {
  const holder = record.indexOf("\n") + 1;
  const fingerprint = record.indexOf("\n", holder) + 1;
  const token = record.indexOf("\n", fingerprint) + 1;
  const rest = record.indexOf("\n", token) + 1;
  return {
    state: record.slice(0, holder - 1),
    fingerprint: record.slice(fingerprint, token - 1),
    rest: record.slice(rest),
  };
}

/** The answer that a published record is. */
export function doneOf({ state, rest }: RecordLines): Acquired {
  return { status: "done", result: state === "void" ? undefined : rest };
}

async function sha1(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The digests of the scripts that were run. */
const digests = new Map<string, string>();

/** Each operation is a script. */
export class ScriptStore implements Store {
  readonly #run: RunScript;
  /** What the names of the keys in Redis begin with. */
  protected readonly prefix: string;

  constructor(run: RunScript, prefix = "run-once:") {
    if (typeof prefix !== "string") throw new InvalidArgumentError(`prefix is ${typeName(prefix)}, expected a string`);
    this.#run = run;
    this.prefix = prefix;
  }

  async acquire(hash: string, { holder, leaseMs, ttlMs, token, fingerprint = "" }: Claim): Promise<Acquired> {
    const answer = await this.#call(ACQUIRE, hash, [holder, String(leaseMs), String(ttlMs), token, fingerprint]);
    const [status, detail] = Array.isArray(answer) ? (answer as unknown[]) : refuseAnswer(answer, "an array");
    const claim = readClaim(status, detail, detail, answer);
    return claim.status === "done" ? doneOf(splitRecord(readString(detail, "the record"))) : claim;
  }

  async renew(hash: string, holder: string, leaseMs: number, ttlMs: number): Promise<boolean> {
    return readFlag(await this.#call(RENEW, hash, [holder, String(leaseMs), String(ttlMs)]));
  }

  async complete(hash: string, holder: string, result: string | undefined, ttlMs: number): Promise<boolean> {
    const args = [holder, String(ttlMs), ...(result === undefined ? [] : [result])];
    return readFlag(await this.#call(COMPLETE, hash, args));
  }

  async release(hash: string, holder: string): Promise<boolean> {
    return readFlag(await this.#call(RELEASE, hash, [holder]));
  }

  /** By digest, which Redis forgets on a restart, or may not be asked for: then with the script, which it keeps again. */
  async #call(operation: string, hash: string, args: string[]): Promise<unknown> {
    const script = PARSE + operation;
    let digest = digests.get(script);
    if (digest === undefined) {
      digest = await sha1(script);
      digests.set(script, digest);
    }
    const key = this.prefix + hash;
    try {
      return await this.#run("evalsha", digest, key, args);
    } catch (error) {
      if (!(error instanceof Error && /^(NOSCRIPT|NOPERM)/.test(error.message))) throw error;
      return this.#run("eval", script, key, args);
    }
  }
}
