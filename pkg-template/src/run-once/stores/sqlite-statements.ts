/** The table and the statements that keep records in SQLite, for every client of one. */
import { checkSqliteTable } from "./table.js";

/**
 * What creates the table, to put into a migration. It may run again.
 *
 * @param table The table. Default: `"run_once"`.
 * @returns SQL.
 * @throws InvalidArgumentError (`ERR_INVALID_ARGUMENT`) for a name that would need quoting.
 */
export function sqliteMigration(table = "run_once"): string {
  checkSqliteTable(table);
  return `CREATE TABLE IF NOT EXISTS ${table} (
  hash TEXT PRIMARY KEY,
  token TEXT NOT NULL,
  holder TEXT NOT NULL, -- empty: given back after a takeover
  fingerprint TEXT,
  lease_end INTEGER, -- Unix milliseconds; null: done
  result TEXT, -- JSON; null: undefined
  expires INTEGER NOT NULL, -- Unix milliseconds
  taken_over INTEGER NOT NULL DEFAULT 0 -- 1: a former holder's lease ran out
);
CREATE INDEX IF NOT EXISTS ${table}_expires ON ${table} (expires);`;
}

/** Whether SQLite says that the table is missing, or from an earlier version. */
export function isTableOutdated(error: unknown): error is Error {
  return error instanceof Error && /no such (table|column)|has no column/.test(error.message);
}

/** Milliseconds since 1970, from the Julian day: older SQLites have no `unixepoch('subsec')`. */
export const SQLITE_NOW = "CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)";

/**
 * The functions of `machine.ts` in SQL.
 *
 * `acquire` is a read, which is all that a hit needs and locks nothing, and a conditional write,
 * which decides by itself, also whether it is a takeover: when it changes no row, another process
 * came first, and both are done again.
 */
export function sqliteStatements(table: string) {
  return {
    read: `
SELECT result, lease_end - ${SQLITE_NOW} AS lease, CASE
  WHEN fingerprint <> $fingerprint THEN 'mismatch'
  WHEN lease_end IS NULL THEN 'done'
  WHEN holder <> $holder AND lease_end > ${SQLITE_NOW} THEN 'held'
  ELSE 'free' END AS status
FROM ${table} WHERE hash = $hash AND expires > ${SQLITE_NOW}`,
    take: `
INSERT INTO ${table} (hash, holder, lease_end, expires, token, fingerprint)
VALUES ($hash, $holder, ${SQLITE_NOW} + $leaseMs, ${SQLITE_NOW} + $leaseMs + $ttlMs, $token, $fingerprint)
ON CONFLICT (hash) DO UPDATE SET
  holder = excluded.holder, lease_end = excluded.lease_end, expires = excluded.expires,
  token = excluded.token, result = NULL,
  fingerprint = coalesce(excluded.fingerprint, CASE WHEN expires > ${SQLITE_NOW} THEN fingerprint END),
  taken_over = expires > ${SQLITE_NOW} AND (holder <> excluded.holder OR taken_over)
WHERE expires <= ${SQLITE_NOW} OR (
  (holder = excluded.holder OR lease_end <= ${SQLITE_NOW}) AND lease_end IS NOT NULL
  AND (fingerprint <> excluded.fingerprint) IS NOT TRUE)
RETURNING CASE WHEN taken_over THEN 'takenOver' ELSE 'acquired' END AS status`,
    renew: `
UPDATE ${table} SET lease_end = ${SQLITE_NOW} + $leaseMs, expires = ${SQLITE_NOW} + $leaseMs + $ttlMs
WHERE hash = $hash AND holder = $holder AND lease_end IS NOT NULL AND expires > ${SQLITE_NOW}
RETURNING hash`,
    complete: `
UPDATE ${table} SET lease_end = NULL,
  result = CASE WHEN lease_end IS NULL THEN result ELSE $result END,
  expires = CASE WHEN lease_end IS NULL THEN expires ELSE ${SQLITE_NOW} + $ttlMs END
WHERE hash = $hash AND holder = $holder AND expires > ${SQLITE_NOW}
RETURNING hash`,
    giveBack: `
UPDATE ${table} SET holder = '', lease_end = min(lease_end, ${SQLITE_NOW})
WHERE hash = $hash AND holder = $holder AND lease_end IS NOT NULL AND expires > ${SQLITE_NOW} AND taken_over
RETURNING hash`,
    remove: `
DELETE FROM ${table}
WHERE hash = $hash AND holder = $holder AND lease_end IS NOT NULL AND expires > ${SQLITE_NOW} AND NOT taken_over
RETURNING hash`,
    deleteExpired: `DELETE FROM ${table} WHERE expires <= ${SQLITE_NOW} RETURNING hash`,
  };
}
