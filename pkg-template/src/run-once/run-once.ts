/** `createRunOnce`: keys, settings, and which flight a call belongs to; and for the http entries, flights alone. */
import { throwIfAborted } from "../abort.js";
import { checkOptions, checkSettings, createInstance, hashPayload } from "../shared.js";
import { InvalidArgumentError, PayloadMismatchError, typeName } from "./errors.js";
import { milliseconds } from "./duration.js";
import { Flight, type Plan } from "./flight.js";
import { checkCallback, keyOfCall } from "./key.js";
import { notifyObserver } from "./observer.js";
import { codecOf } from "./result.js";
import { MemoryStore } from "./stores/memory.js";
import { checkStore, type Store } from "./stores/store.js";
import type { RunOnce, RunOnceConfig, RunOnceEvent, RunOnceOptions } from "./types.js";

/** A store where the settings belong would go unused, and results into memory. */
function refuseStore(config: unknown): void {
  if (typeof config !== "object" || config === null) {
    throw new InvalidArgumentError(`the settings are ${typeName(config)}, expected an object, such as { store }`);
  }
  if (typeof (config as Partial<Store>).acquire === "function") {
    throw new InvalidArgumentError("the settings are a store: pass { store }");
  }
}

const CONFIG = [
  "store",
  "ctx",
  "ttl",
  "lease",
  "waitTimeout",
  "storeTimeout",
  "serialize",
  "parse",
  "onEvent",
] as const satisfies readonly (keyof RunOnceConfig)[];
const OPTIONS = ["ctx", "payload", "signal", "waitTimeout"] as const satisfies readonly (keyof RunOnceOptions)[];

/** Makes flights. */
export interface Flights {
  /** For how long a call waits that does not say. */
  readonly waitMs: number;
  /** A flight that nobody has joined. */
  start(plan: Pick<Plan, "key" | "hash" | "emit" | "over">, fingerprint: string | undefined): Flight;
}

/** Settings with their defaults, checked once for all flights. */
export function flightsOf(config: RunOnceConfig): Flights {
  refuseStore(config);
  // Null is refused: it comes from a store that is missing, and memory would not be shared.
  const store = checkStore(config.store === undefined ? new MemoryStore() : config.store);
  const ttlMs = milliseconds("ttl", config.ttl ?? "30d", 1);
  const leaseMs = milliseconds("lease", config.lease ?? "60s", 1);
  const waitMs = config.waitTimeout === undefined ? 2 * leaseMs : milliseconds("waitTimeout", config.waitTimeout, 0);
  const storeTimeoutMs = milliseconds("storeTimeout", config.storeTimeout ?? "5s", 1);
  const codec = codecOf(config.serialize, config.parse);
  // Made by the first call: Workers have no randomness before a request.
  let instance: string | undefined;
  let executions = 0;
  return {
    waitMs,
    start({ key, hash, emit, over }, fingerprint) {
      instance ??= crypto.randomUUID();
      const holder = `${instance}.${++executions}`;
      const claim = { holder, token: key.toToken(), fingerprint, leaseMs, ttlMs };
      return new Flight({ key, hash, claim, store, storeTimeoutMs, codec, emit, over });
    },
  };
}

/**
 * Makes the two functions. Calls of one instance share executions in process, so make one for the
 * process; on Cloudflare Workers, where requests can't wait for each other, one for each request.
 *
 * @example
 * ```ts
 * const { runOnce } = createRunOnce({ store: new MemoryStore(), ttl: "30d", lease: "60s" });
 * await runOnce("greet", () => "hello"); // "hello"
 * ```
 *
 * @param config Store, durations, task context; all of them have defaults.
 * @throws InvalidTtlError (`ERR_INVALID_TTL`) for a duration that can't be read.
 * @throws InvalidArgumentError (`ERR_INVALID_ARGUMENT`) for settings that are no object, a store that is none, and
 * for `serialize` without `parse`.
 */
export function createRunOnce(config: RunOnceConfig = {}): RunOnce {
  const { waitMs: defaultWaitMs, start } = flightsOf(config);
  checkSettings(config, CONFIG);
  const keys = createInstance(config.ctx === undefined ? {} : { ctx: config.ctx });
  const flights = new Map<string, Flight>();

  const emit = (event: RunOnceEvent): void => notifyObserver(config, event);

  return {
    async runOnce<T>(...[material, callback, given]: Parameters<RunOnce["runOnce"]>): Promise<T> {
      checkCallback(callback);
      checkOptions(given, OPTIONS);
      const options = given ?? {};
      const key = keyOfCall(keys, material, options.ctx);
      const waitMs =
        options.waitTimeout === undefined ? defaultWaitMs : milliseconds("waitTimeout", options.waitTimeout, 0);
      const fingerprint = options.payload === undefined ? undefined : hashPayload(options.payload);
      throwIfAborted(options.signal);
      // Read once: the key computes it.
      const { hash } = key;
      let flight = flights.get(hash);
      if (flight === undefined) {
        flight = start({ key, hash, emit, over: () => flights.delete(hash) }, fingerprint);
        flights.set(hash, flight);
      } else {
        const theirs = flight.fingerprint;
        if (theirs !== undefined && fingerprint !== undefined && theirs !== fingerprint) {
          throw new PayloadMismatchError(key.key);
        }
        emit({ type: "join", key });
      }
      return (await flight.join(callback, waitMs, options.signal)) as T;
    },

    async runOnceLocalOnly(material, callback, options) {
      checkCallback(callback);
      checkOptions(options, OPTIONS);
      return callback(keyOfCall(keys, material, options?.ctx).hash);
    },
  };
}
