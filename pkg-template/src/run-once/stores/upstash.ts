/**
 * Records in Upstash Redis, over HTTP: for Workers and other places that reach nothing else.
 *
 * The records and scripts are those of `RedisStore`: both kinds of store can share a database. Each
 * operation is one script and one request; the clock is Redis's.
 *
 * @module
 */
import { checkSettings } from "../../shared.js";
import { refuseAnswer } from "../answers.js";
import { InvalidArgumentError } from "../errors.js";
import { hasMethods, refuseNonClient, refuseOther } from "./client-kinds.js";
import { type RunScript, ScriptStore } from "./redis-scripts.js";
import type { Store } from "./store.js";

/** What is used of a `Redis` of `@upstash/redis`. */
export interface UpstashClient {
  eval(script: string, keys: string[], args: string[]): Promise<unknown>;
  evalsha(sha1: string, keys: string[], args: string[]): Promise<unknown>;
  createScript(script: string): unknown;
}

/** Where the database is, for a store without `@upstash/redis`. */
export interface UpstashConnection {
  /** The REST URL, such as `UPSTASH_REDIS_REST_URL`. */
  readonly url: string;
  /** The REST token, such as `UPSTASH_REDIS_REST_TOKEN`. */
  readonly token: string;
  /** What the names of the keys in Redis begin with. Default: `"run-once:"`. */
  readonly prefix?: string | undefined;
  /** Sends the requests. Default: the global `fetch`. */
  readonly fetch?: typeof fetch | undefined;
}

/** Settings of an {@link UpstashStore} on a client. */
export interface UpstashStoreOptions {
  /** What the names of the keys in Redis begin with. Default: `"run-once:"`. */
  readonly prefix?: string | undefined;
}

const CLIENT = "the Upstash client";
const ADVICE = "pass { url, token } of the REST API, or a Redis of @upstash/redis";

/**
 * What `@upstash/redis` puts around an error: its own prefix in pipelines, and after it the command
 * with everything that was to be stored, which belongs in no log.
 */
const WRAPPED = /^(?:Command failed: )?([^]*?)(?:, command was: [^]*)?$/;

function runOnClient(client: UpstashClient): RunScript {
  return async (command, text, key, args) => {
    try {
      return await client[command](text, [key], args);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const message = WRAPPED.exec(error.message)?.[1] ?? "";
      throw message === error.message ? error : Object.assign(new Error(message), { name: error.name });
    }
  };
}

/** Answers of HTTP must not be kept, as Next.js does; older Workers refuse to be told. */
function noCache(): RequestInit {
  return "cache" in Request.prototype ? { cache: "no-store" } : {};
}

function runOverHttp({ url, token, fetch: send = fetch }: UpstashConnection): RunScript {
  return async (command, text, key, args) => {
    const response = await send(url, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify([command.toUpperCase(), text, 1, key, ...args]),
      ...noCache(),
    });
    const body = await response.text();
    let answer: { result?: unknown; error?: unknown } | null;
    try {
      answer = JSON.parse(body) as typeof answer;
    } catch {
      answer = null;
    }
    if (typeof answer?.error === "string") throw new Error(answer.error);
    if (!response.ok) throw new Error(`HTTP ${response.status}: ${body.slice(0, 200)}`);
    return answer?.result ?? refuseAnswer(body, "a result");
  };
}

/** Everything that names a place to send requests to, looked at before the first one. */
function checkConnection(connection: UpstashConnection): void {
  const { url, token, fetch: send } = connection;
  const found = Object.entries({ url, token }).find(([, value]) => typeof value !== "string" || value === "");
  if (found !== undefined) {
    const [name, value] = found;
    throw new InvalidArgumentError(
      `${name} is ${value === "" ? "empty" : typeof value}, expected the REST ${name} of the database: ${ADVICE}`,
    );
  }
  checkSettings(connection, ["url", "token", "prefix", "fetch"]);
  // Not echoed: it may have a password in it.
  if (!/^https?:\/\/[^/\s]/.test(url))
    throw new InvalidArgumentError(
      'url does not begin with "https://": the REST API has one of its own, beside that for Redis clients',
    );
  if (send !== undefined && typeof send !== "function")
    throw new InvalidArgumentError(`fetch is ${typeof send}, expected a function`);
}

function runnerOf(client: UpstashClient | UpstashConnection): RunScript {
  refuseNonClient(CLIENT, client, ADVICE);
  if (hasMethods(client, "eval", "evalsha", "createScript")) return runOnClient(client as UpstashClient);
  const isRedis = hasMethods(client, "eval", "evalsha") || hasMethods(client, "eval", "evalSha");
  refuseOther(
    isRedis,
    CLIENT,
    "one of ioredis or redis, or a pipeline",
    `${ADVICE}; for ioredis and redis use RedisStore of "idempotency-keys/run-once/redis"`,
  );
  checkConnection(client as UpstashConnection);
  return runOverHttp(client as UpstashConnection);
}

/**
 * Keeps records in Upstash Redis.
 *
 * Turn eviction off: an evicted record is a forgotten one.
 *
 * @example
 * ```ts
 * const store = new UpstashStore({ url: process.env.UPSTASH_REDIS_REST_URL, token: process.env.UPSTASH_REDIS_REST_TOKEN });
 * const { runOnce } = createRunOnce({ store });
 * ```
 */
export class UpstashStore extends ScriptStore implements Store {
  /**
   * @param client The REST URL and token, or a `Redis` of `@upstash/redis` with any settings.
   * @param options What the names of the keys begin with, for a client.
   * @throws InvalidArgumentError (`ERR_INVALID_ARGUMENT`) for a client of another kind, or a URL or token that is missing.
   */
  constructor(client: UpstashClient | UpstashConnection, options: UpstashStoreOptions = {}) {
    const run = runnerOf(client);
    checkSettings(options, ["prefix"]);
    super(run, options.prefix ?? (client as UpstashConnection).prefix);
  }
}
