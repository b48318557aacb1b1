/** What the two modes on SQLite say in the same words. */

/** Milliseconds since 1970, from the Julian day: older SQLites have no `unixepoch('subsec')`. */
export const SQLITE_NOW = "CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)";

/** What is stored under a key that is not expired: its result, what is left of its lease, and whose it is. */
export function sqliteRead(table: string): string {
  return `
SELECT result, lease_end - ${SQLITE_NOW} AS lease, CASE
  WHEN fingerprint <> $fingerprint THEN 'mismatch'
  WHEN lease_end IS NULL THEN 'done'
  WHEN holder <> $holder AND lease_end > ${SQLITE_NOW} THEN 'held'
  ELSE 'free' END AS status
FROM ${table} WHERE hash = $hash AND expires > ${SQLITE_NOW}`;
}
