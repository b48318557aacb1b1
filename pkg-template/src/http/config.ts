/** Settings with their defaults, checked once. */
import { InvalidArgumentError } from "../run-once/errors.js";
import { type Flights, flightsOf } from "../run-once/run-once.js";
import { checkStore, type Store } from "../run-once/stores/store.js";
import { milliseconds } from "../run-once/duration.js";
import { checkOptions } from "../shared.js";
import { replayedHeaders } from "./record.js";
import type { IdempotencyConfig } from "./types.js";

const MEBIBYTE = 1_048_576;
const QUARTER = 262_144;

const CONFIG = [
  "store",
  "caller",
  "operation",
  "methods",
  "required",
  "ttl",
  "lease",
  "waitTimeout",
  "fingerprint",
  "shouldStore",
  "replayHeaders",
  "maxRequestBytes",
  "maxResponseBytes",
  "problem",
  "onEvent",
] as const satisfies readonly (keyof IdempotencyConfig)[];

/** 401 and 408 to 429 say: not yet; 5xx: perhaps next time. */
const NOT_YET = new Set([401, 408, 425, 429]);

/** Whether an answer with this status is the operation's result. */
export function isResult(status: number): boolean {
  return status < 500 && !NOT_YET.has(status);
}

export interface Settings<Context> extends IdempotencyConfig<Context> {
  readonly methods: readonly string[];
  readonly maxRequestBytes: number;
  readonly maxResponseBytes: number;
  readonly leaseMs: number;
  /** The names of the headers that are stored. */
  readonly headers: readonly string[];
  /** Each request has a flight of its own: none waits for what another one does in this process. */
  readonly flights: Flights;
}

function wholeBytes(name: string, bytes: number): number {
  if (!Number.isSafeInteger(bytes) || bytes < 0) {
    throw new InvalidArgumentError(`${name} is ${String(bytes)}, expected a whole number of bytes`);
  }
  return bytes;
}

function checkFunction(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== "function") {
    throw new InvalidArgumentError(`${name} is ${typeof value}, expected a function`);
  }
}

/** Where publishing fails the lease is renewed, so that nobody takes the key over before it is tried again. */
function renewing(store: Store, leaseMs: number): Store {
  return {
    acquire: (hash, claim) => store.acquire(hash, claim),
    renew: (hash, holder, lease, ttl) => store.renew(hash, holder, lease, ttl),
    release: (hash, holder) => store.release(hash, holder),
    async complete(hash, holder, result, ttlMs) {
      try {
        return await store.complete(hash, holder, result, ttlMs);
      } catch (error) {
        await store.renew(hash, holder, leaseMs, ttlMs).catch(() => false);
        throw error;
      }
    },
  };
}

/**
 * @throws InvalidArgumentError (`ERR_INVALID_ARGUMENT`) for a store or a caller that is missing, for settings of the wrong type, and for names that no setting has.
 * @throws InvalidTtlError (`ERR_INVALID_TTL`) for a duration that can't be read.
 */
export function settingsOf<Context>(given: IdempotencyConfig<Context>): Settings<Context> {
  checkOptions(given, CONFIG, "settings");
  // JavaScript may leave it out.
  const config: Partial<IdempotencyConfig<Context>> = given ?? {};
  const { store, caller, methods = ["POST", "PATCH"], ttl = "24h", lease = "60s", waitTimeout = 0 } = config;
  if (store === undefined) {
    throw new InvalidArgumentError("store is missing: pass a MemoryStore, or one that all processes share");
  }
  if (caller !== "anyone" && typeof caller !== "function") {
    throw new InvalidArgumentError(
      'caller is missing: pass a function that returns whose key it is, such as an account\'s id, or "anyone" where there is one caller only',
    );
  }
  if (!Array.isArray(methods) || !methods.every((method) => typeof method === "string")) {
    throw new InvalidArgumentError("methods is not an array of strings");
  }
  for (const name of ["operation", "shouldStore", "problem", "onEvent"] as const) checkFunction(name, config[name]);
  if (config.fingerprint !== false) checkFunction("fingerprint", config.fingerprint);
  const leaseMs = milliseconds("lease", lease, 1);
  const flights = flightsOf({ store: renewing(checkStore(store), leaseMs), ttl, lease, waitTimeout });
  return {
    ...config,
    store,
    caller,
    methods: methods.map((method) => method.toUpperCase()),
    maxRequestBytes: wholeBytes("maxRequestBytes", config.maxRequestBytes ?? MEBIBYTE),
    maxResponseBytes: wholeBytes("maxResponseBytes", config.maxResponseBytes ?? QUARTER),
    leaseMs,
    headers: replayedHeaders(config.replayHeaders),
    flights,
  };
}
