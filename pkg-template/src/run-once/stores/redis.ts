/**
 * Records in Redis, on a client of `ioredis` or `redis`.
 *
 * One string per key, which Redis expires by itself. A claim is a single command from Redis 7 on;
 * what needs a look before it changes anything is a script.
 *
 * @module
 */
import { checkSettings } from "../../shared.js";
import { readString } from "../answers.js";
import { InvalidArgumentError } from "../errors.js";
import type { Acquired, Claim } from "../machine.js";
import { hasMethods, refuseNonClient, refuseOther } from "./client-kinds.js";
import { doneOf, type RunScript, ScriptStore, splitRecord } from "./redis-scripts.js";
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
  readonly prefix?: string | undefined;
}

/** Every command that the scripts use, on a key of its own: whether this user may. DEL is asked first, so that SET leaves nothing. */
const CHECK = `
redis.call('DEL', KEYS[1])
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
  run: RunScript;
}

const CLIENT = "the Redis client";
const ADVICE = "pass a client of ioredis, as in new Redis(url), or of redis, as in createClient({ url })";

function commandsOf(client: IoRedisClient | NodeRedisClient): Commands {
  refuseNonClient(CLIENT, client, ADVICE);
  refuseOther(
    hasMethods(client, "createScript"),
    CLIENT,
    "one of @upstash/redis",
    'use UpstashStore of "idempotency-keys/run-once/upstash"',
  );
  const isQueue =
    hasMethods(client, "execAsPipeline") ||
    hasMethods(client, "exec", "length") ||
    (client as { isPipeline?: unknown }).isPipeline === true;
  refuseOther(
    isQueue,
    CLIENT,
    "a MULTI or a pipeline, which answers only when it is executed",
    "pass the client itself",
  );
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
export class RedisStore extends ScriptStore implements Store {
  readonly #client: object;
  readonly #commands: Commands;
  /** Redis before 7 can't set and get in one command; then the script does it, a little slower. */
  #hasClaim = true;

  /**
   * @param client Connected or not: the first operation connects it, if it does that by itself.
   * @param options What the names of the keys begin with.
   * @throws InvalidArgumentError (`ERR_INVALID_ARGUMENT`) for a client of another kind.
   */
  constructor(client: IoRedisClient | NodeRedisClient, options: RedisStoreOptions = {}) {
    const commands = commandsOf(client);
    checkSettings(options, ["prefix"]);
    super(commands.run, options.prefix);
    this.#client = client;
    this.#commands = commands;
  }

  override async acquire(hash: string, claim: Claim): Promise<Acquired> {
    const { holder, leaseMs, ttlMs, token, fingerprint = "" } = claim;
    if (!checked.has(this.#client)) await this.#checkRights();
    if (this.#hasClaim) {
      const record = `held\n${holder}\n${fingerprint}\n${token}\n${ttlMs}`;
      const before = await this.#claim(hash, record, leaseMs + ttlMs);
      if (before === null) return { status: "acquired" };
      const there = splitRecord(readString(before, "null or the record"));
      if (there.state === "done" || there.state === "void") {
        const isOther = fingerprint !== "" && there.fingerprint !== "" && fingerprint !== there.fingerprint;
        return isOther ? { status: "mismatch" } : doneOf(there);
      }
      // Held, maybe no longer, or by this very holder: the script decides.
    }
    return super.acquire(hash, claim);
  }

  /**
   * Once for each client, before it claims anything: a right that is missing must not come out when a
   * callback has run. What else goes wrong is for the claim to say.
   */
  async #checkRights(): Promise<void> {
    try {
      await this.#commands.run("eval", CHECK, `${this.prefix}check`, []);
      checked.add(this.#client);
    } catch (error) {
      if (error instanceof Error && DENIED.test(error.message)) throw error;
    }
  }

  /** SET NX GET PX: null if the record is set now, else the one that was there. */
  async #claim(hash: string, record: string, ms: number): Promise<unknown> {
    try {
      return await this.#commands.claim(this.prefix + hash, record, ms);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (/syntax error/i.test(error.message)) this.#hasClaim = false;
      // The script reads before it writes: a result that is there is found all the same.
      else if (!UNWRITABLE.test(error.message)) throw error;
      return "";
    }
  }
}
