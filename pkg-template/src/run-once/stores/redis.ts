/**
 * Records in Redis, on a client of `ioredis` or `redis`.
 *
 * One string per key, which Redis expires by itself. A claim is a single command from Redis 7 on;
 * what needs a look before it changes anything is a script.
 *
 * @module
 */
import { readClaim, readFlag, readString, refuseAnswer } from "../answers.js";
import { InvalidArgumentError } from "../errors.js";
import type { Acquired, Claim } from "../machine.js";
import { hasMethods, refuseNonClient, refuseOther } from "./client-kinds.js";
import type { Store } from "./store.js";

/** What is used of an `ioredis` client or cluster. */
export interface IoRedisClient {
  set(key: string, value: string, px: "PX", ms: number, nx: "NX", get: "GET"): Promise<unknown>;
  eval(script: string, keyCount: number, ...args: string[]): Promise<unknown>;
  evalsha(sha1: string, keyCount: number, ...args: string[]): Promise<unknown>;
}

/** What is used of a client, pool or cluster of `redis` (node-redis). */
export interface NodeRedisClient {
  set(key: string, value: string, options: { PX: number; NX: true; GET: true }): Promise<unknown>;
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  evalSha(sha1: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

/** Settings of {@link RedisStore}. */
export interface RedisStoreOptions {
  /** What the names of the keys in Redis begin with. Default: `"run-once:"`. */
  readonly prefix?: string;
}

/**
 * A record is lines of text: its state, its holder, the payload's fingerprint or nothing, the token,
 * and then the rest: of a held one for how long it outlives its lease, of a done one the result.
 * `took` is held after a former holder's lease ran out; `void` is done with undefined.
 *
 * The key in Redis lasts for the lease and that time, so that the lease is over as soon as no more
 * than that is left of it: time is Redis's own without anybody asking for it.
 */
const PARSE = String.raw`
local text = redis.call('GET', KEYS[1])
local state, holder, fingerprint, token, rest
if text then state, holder, fingerprint, token, rest = text:match('^(%l+)\n([^\n]*)\n([^\n]*)\n([^\n]*)\n(.*)$') end
local held = state == 'held' or state == 'took'
local function put(state, holder, rest, ms)
  redis.call('SET', KEYS[1], table.concat({state, holder, fingerprint or '', token, rest}, '\n'), 'PX', ms)
end
`;
/** The functions of `machine.ts` in Lua; a script runs alone. */
const ACQUIRE = `${PARSE}
local mine = ARGV[5]
if text and mine ~= '' and fingerprint ~= '' and mine ~= fingerprint then return {'mismatch'} end
if state == 'done' then return {'done', rest} end
if state == 'void' then return {'done'} end
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
const RENEW = `${PARSE}
if not held or holder ~= ARGV[1] then return 0 end
put(state, holder, ARGV[3], ARGV[2] + ARGV[3])
return 1
`;
const COMPLETE = `${PARSE}
if holder ~= ARGV[1] then return 0 end
if held then put(ARGV[3] and 'done' or 'void', holder, ARGV[3] or '', ARGV[2]) end
return 1
`;
const RELEASE = `${PARSE}
if not held or holder ~= ARGV[1] then return 0 end
if state == 'held' then return redis.call('DEL', KEYS[1]) end
local left = math.max(1, redis.call('PTTL', KEYS[1]))
put('took', '', left, left)
return 1
`;

/** Every command that the scripts use, on a key of its own: whether this user may. */
const CHECK = `
redis.call('SET', KEYS[1], '', 'PX', 1)
redis.call('GET', KEYS[1])
redis.call('PTTL', KEYS[1])
return redis.call('DEL', KEYS[1])
`;
const DENIED = /NOPERM|can't run this command|no permissions/i;
/** Redis takes no writes: its memory is full, it is a replica, its disk fails, it has too few replicas. */
const UNWRITABLE = /^(OOM|READONLY|MISCONF|NOREPLICAS)\b/;

/** The clients whose rights were found to suffice. */
const checked = new WeakSet<object>();

/** The commands, whatever the client calls them. */
interface Commands {
  /** SET NX GET PX: what was there before, or null and it is set. */
  claim(key: string, value: string, ms: number): Promise<unknown>;
  run(command: "eval" | "evalsha", text: string, key: string, args: string[]): Promise<unknown>;
}

const CLIENT = "the Redis client";
const ADVICE = "pass a client of ioredis, as in new Redis(url), or of redis, as in createClient({ url })";

function commandsOf(client: IoRedisClient | NodeRedisClient): Commands {
  refuseNonClient(CLIENT, client, ADVICE);
  refuseOther(hasMethods(client, "createScript"), CLIENT, "one of @upstash/redis", 'use UpstashStore of "idempotency-keys/run-once/upstash"');
  const isQueue = hasMethods(client, "execAsPipeline") || (client as { isPipeline?: unknown }).isPipeline === true;
  refuseOther(isQueue, CLIENT, "a MULTI or a pipeline, which answers only when it is executed", "pass the client itself");
  if (isNodeRedis(client)) {
    return {
      claim: (key, value, ms) => client.set(key, value, { PX: ms, NX: true, GET: true }),
      run: (command, text, key, args) =>
        client[command === "eval" ? "eval" : "evalSha"](text, { keys: [key], arguments: args }),
    };
  }
  if (hasMethods(client, "set", "eval", "evalsha")) {
    return {
      claim: (key, value, ms) => client.set(key, value, "PX", ms, "NX", "GET"),
      run: (command, text, key, args) => client[command](text, 1, key, ...args),
    };
  }
  throw new InvalidArgumentError(`${CLIENT} has neither evalsha nor evalSha beside set and eval: ${ADVICE}`);
}

function isNodeRedis(client: IoRedisClient | NodeRedisClient): client is NodeRedisClient {
  return hasMethods(client, "set", "eval", "evalSha");
}

/** The lines that a claim looks at, and all that follows them. */
function split(record: string): { state: string; fingerprint: string; rest: string } {
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

async function sha1(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Keeps records in Redis.
 *
 * What Redis loses, run-once forgets: use `appendonly yes`, `maxmemory-policy noeviction`, and know
 * that a failover to a replica may lose the last writes.
 *
 * @example
 * ```ts
 * import { Redis } from "ioredis";
 *
 * const redis = new Redis(process.env.REDIS_URL);
 * const { runOnce } = createRunOnce({ store: new RedisStore(redis) });
 * ```
 */
export class RedisStore implements Store {
  readonly #client: object;
  readonly #commands: Commands;
  readonly #prefix: string;
  readonly #digests = new Map<string, string>();
  /** Redis before 7 can't set and get in one command; then the script does it, a little slower. */
  #hasClaim = true;

  /**
   * @param client Connected or not: the first operation connects it, if it does that by itself.
   * @param options What the names of the keys begin with.
   * @throws InvalidArgumentError (`ERR_INVALID_ARGUMENT`) for a client of another kind.
   */
  constructor(client: IoRedisClient | NodeRedisClient, options: RedisStoreOptions = {}) {
    this.#commands = commandsOf(client);
    this.#client = client;
    this.#prefix = options.prefix ?? "run-once:";
  }

  async acquire(hash: string, claim: Claim): Promise<Acquired> {
    const { holder, leaseMs, ttlMs, token, fingerprint = "" } = claim;
    if (!checked.has(this.#client)) await this.#checkRights();
    if (this.#hasClaim) {
      const record = `held\n${holder}\n${fingerprint}\n${token}\n${ttlMs}`;
      const before = await this.#claim(hash, record, leaseMs + ttlMs);
      if (before === null) return { status: "acquired" };
      const there = split(readString(before, "null or the record"));
      if (there.state === "done" || there.state === "void") {
        if (fingerprint !== "" && there.fingerprint !== "" && fingerprint !== there.fingerprint) {
          return { status: "mismatch" };
        }
        return { status: "done", result: there.state === "void" ? undefined : there.rest };
      }
      // Held, maybe no longer, or by this very holder: the script decides.
    }
    const args = [holder, String(leaseMs), String(ttlMs), token, fingerprint];
    const answer = await this.#run(ACQUIRE, hash, args);
    const [status, detail] = Array.isArray(answer) ? (answer as unknown[]) : refuseAnswer(answer, "an array");
    return readClaim(status, detail, detail, answer);
  }

  async renew(hash: string, holder: string, leaseMs: number, ttlMs: number): Promise<boolean> {
    return readFlag(await this.#run(RENEW, hash, [holder, String(leaseMs), String(ttlMs)]));
  }

  async complete(
    hash: string,
    holder: string,
    result: string | undefined,
    ttlMs: number,
  ): Promise<boolean> {
    const args = [holder, String(ttlMs), ...(result === undefined ? [] : [result])];
    return readFlag(await this.#run(COMPLETE, hash, args));
  }

  async release(hash: string, holder: string): Promise<boolean> {
    return readFlag(await this.#run(RELEASE, hash, [holder]));
  }

  /**
   * Once for each client, before it claims anything: a right that is missing must not come out when a
   * callback has run. What else goes wrong is for the claim to say.
   */
  async #checkRights(): Promise<void> {
    try {
      await this.#commands.run("eval", CHECK, `${this.#prefix}check`, []);
      checked.add(this.#client);
    } catch (error) {
      if (error instanceof Error && DENIED.test(error.message)) throw error;
    }
  }

  /** SET NX GET PX: null if the record is set now, else the one that was there. */
  async #claim(hash: string, record: string, ms: number): Promise<unknown> {
    try {
      return await this.#commands.claim(this.#prefix + hash, record, ms);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (/syntax error/i.test(error.message)) this.#hasClaim = false;
      // The script reads before it writes: a result that is there is found all the same.
      else if (!UNWRITABLE.test(error.message)) throw error;
      return "";
    }
  }

  /** By digest, which Redis forgets on a restart, or may not be asked for: then with the script, which it keeps again. */
  async #run(script: string, hash: string, args: string[]): Promise<unknown> {
    let digest = this.#digests.get(script);
    if (digest === undefined) {
      digest = await sha1(script);
      this.#digests.set(script, digest);
    }
    const key = this.#prefix + hash;
    try {
      return await this.#commands.run("evalsha", digest, key, args);
    } catch (error) {
      if (!(error instanceof Error && /^(NOSCRIPT|NOPERM)/.test(error.message))) throw error;
      return this.#commands.run("eval", script, key, args);
    }
  }
}
