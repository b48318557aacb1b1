/** `createTransactionalRunOnce`: the claim, the callback's writes and the result in one transaction. */
import { abortReason, onAbort, throwIfAborted } from "../../abort.js";
import { checkOptions, checkSettings, createInstance, hashPayload } from "../../shared.js";
import { milliseconds } from "../duration.js";
import { InvalidArgumentError } from "../errors.js";
import { checkCallback, keyOfCall } from "../key.js";
import { checkPostgresTable } from "../stores/table.js";
import { Call } from "./call.js";
import { statements } from "./statements.js";
import type { TransactionalConfig, TransactionalOptions, TransactionalRunOnce, Transactions } from "./types.js";

const CONFIG = [
  "table",
  "ttl",
  "waitTimeout",
  "attempts",
  "refusal",
] as const satisfies readonly (keyof TransactionalConfig)[];
const OPTIONS = ["payload", "signal", "waitTimeout"] as const satisfies readonly (keyof TransactionalOptions)[];

/**
 * Makes `runOnce` for one database. The table is that of {@link postgresMigration}: calls of the
 * lease mode on the same table see the results, and the other way round.
 *
 * @param transactions How to run transactions on the user's client, such as `pgTransactions(pool)`.
 * @param config Table, durations, attempts, refusals; all of them have defaults.
 * @throws InvalidTtlError (`ERR_INVALID_TTL`) for a duration that can't be read.
 * @throws InvalidArgumentError (`ERR_INVALID_ARGUMENT`) for anything else that can't be used.
 */
export function createTransactionalRunOnce<Tx>(
  transactions: Transactions<Tx>,
  config: TransactionalConfig = {},
): TransactionalRunOnce<Tx> {
  if (typeof transactions?.run !== "function") {
    throw new InvalidArgumentError("the transactions have no function run: pass pgTransactions(pool) or its like");
  }
  checkSettings(config, CONFIG);
  const { table = "run_once", attempts = 5, refusal } = config;
  checkPostgresTable(table);
  if (!Number.isSafeInteger(attempts) || attempts < 1) {
    throw new InvalidArgumentError(`attempts is ${String(attempts)}, expected a whole number from 1`);
  }
  const ttlMs = milliseconds("ttl", config.ttl ?? "30d", 1);
  const defaultWaitMs = milliseconds("waitTimeout", config.waitTimeout ?? "60s", 0);
  const setting = { transactions, sql: statements(table), ttlMs, attempts, refusal };
  const keys = createInstance({});

  return {
    async runOnce<T>(...[material, callback, given]: Parameters<TransactionalRunOnce<Tx>["runOnce"]>): Promise<T> {
      checkCallback(callback);
      checkOptions(given, OPTIONS);
      const options = given ?? {};
      const key = keyOfCall(keys, material, undefined);
      const waitMs =
        options.waitTimeout === undefined ? defaultWaitMs : milliseconds("waitTimeout", options.waitTimeout, 0);
      const { signal } = options;
      throwIfAborted(signal);
      const fingerprint = options.payload === undefined ? undefined : hashPayload(options.payload);
      const call = new Call(setting, { key, callback, fingerprint, signal, waitMs });
      return (await untilAborted(call.run(), signal, () => !call.hasBegun)) as T;
    },
  };
}

/** `promise`, or the signal's reason as soon as it aborts and `mayLeave` says so. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined, mayLeave: () => boolean): Promise<T> {
  if (signal === undefined) {
    return promise;
  }
  return new Promise((resolve, reject) => {
    const forget = onAbort(signal, () => {
      if (mayLeave()) {
        reject(abortReason(signal));
      }
    });
    promise.then(resolve, reject).finally(forget);
  });
}
