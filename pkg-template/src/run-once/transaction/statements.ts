/** The transactional mode's statements, on the table of `PostgresStore`. */
import { after } from "../stores/postgres-statements.js";

/** A lock for the length of a transaction, on the first 64 bits of the hash. */
const LOCK = "(('x' || left($1::text, 16))::bit(64)::bigint)";

/**
 * The parameters have casts, and results are strings or numbers: Prisma knows neither `void` nor
 * what type a bare parameter has. Columns have one-word names, which no client renames.
 */
export function statements(table: string) {
  const read = `
SELECT t.result, t.holder, extract(epoch FROM t.lease_end - c.now)::float8 * 1000 AS lease, CASE
  WHEN t.fingerprint <> $2::text THEN 'mismatch'
  WHEN t.lease_end IS NULL THEN 'done'
  WHEN t.lease_end <= c.now THEN 'takenOver'
  ELSE 'held' END AS status
FROM ${table} t, (SELECT clock_timestamp() AS now) c WHERE t.hash = $1::text AND t.expires > c.now`;
  /** Along with the record as it was before the lock was waited for, so that a result takes one question. */
  const locking = (lock: string): string => `
SELECT current_setting('lock_timeout') AS before, set_config('lock_timeout', $3::text, true) AS set,
  ${lock}, found.* FROM (SELECT 1) one LEFT JOIN (${read}) found ON true`;
  return {
    /** Takes the key's lock, or fails with 55P03 after `$3` milliseconds. */
    lock: locking(`pg_advisory_xact_lock${LOCK}::text AS waited, 1 AS locked`),
    /** Takes the key's lock if it is free; `$3` is for the row, which the lease mode locks for an instant. */
    tryLock: locking(`pg_try_advisory_xact_lock${LOCK}::int AS locked`),
    /** Claims the key if it has no record, and gives the session its lock time-out back. */
    insert: `
WITH claimed AS (
  INSERT INTO ${table} (hash, token, holder, fingerprint, lease_end, result, expires)
  VALUES ($1::text, $2::text, $3::text, $4::text, NULL, NULL, ${after("$5")})
  ON CONFLICT (hash) DO NOTHING RETURNING hash
) SELECT hash, set_config('lock_timeout', $6::text, true) AS set FROM claimed`,
    /** What is in the way; no row: the record has expired. */
    read,
    /** Takes over a record that has expired or whose lease is over. */
    take: `
WITH claimed AS (
  UPDATE ${table} SET token = $2::text, holder = $3::text, lease_end = NULL, result = NULL,
    fingerprint = coalesce($4::text, CASE WHEN expires > clock_timestamp() THEN fingerprint END),
    expires = ${after("$5")}
  WHERE hash = $1::text AND (expires <= clock_timestamp()
    OR (lease_end <= clock_timestamp() AND (fingerprint <> $4::text) IS NOT TRUE))
  RETURNING hash
) SELECT hash, set_config('lock_timeout', $6::text, true) AS set FROM claimed`,
    /** Stores the result; the record is ours alone until the COMMIT. */
    publish: `
UPDATE ${table} SET result = $3::text, expires = ${after("$4")}
WHERE hash = $1::text AND holder = $2::text RETURNING hash`,
  };
}
