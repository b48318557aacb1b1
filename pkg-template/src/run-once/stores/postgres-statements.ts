/** The table, the function and the statements that keep records in PostgreSQL. */
import { checkPostgresTable } from "./table.js";

/**
 * What creates the table and the function that claims a key, or brings those of an earlier version up
 * to date: for a migration. It may run again, and in many processes at once.
 *
 * @param table The table, with its schema or without. Default: `"run_once"`.
 * @returns SQL, one statement.
 * @throws InvalidArgumentError (`ERR_INVALID_ARGUMENT`) for a name that would need quoting.
 */
export function postgresMigration(table = "run_once"): string {
  checkPostgresTable(table);
  return `DO $migration$ BEGIN
-- Until the commit: CREATE ... IF NOT EXISTS fails where another process creates the same.
PERFORM pg_advisory_xact_lock(hashtextextended('idempotency-keys/run-once', 0));

CREATE TABLE IF NOT EXISTS ${table} (
  hash text PRIMARY KEY,
  token text NOT NULL,
  holder text NOT NULL, -- empty: given back after a takeover
  fingerprint text,
  lease_end timestamptz, -- null: done
  result text, -- JSON; null: undefined
  expires timestamptz NOT NULL,
  taken_over boolean NOT NULL DEFAULT false -- a former holder's lease ran out
);
CREATE INDEX IF NOT EXISTS ${table.replace(".", "_")}_expires ON ${table} (expires);
-- A table from before takeovers were remembered. Asked first, for ALTER TABLE waits for every reader.
IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = '${table}'::regclass AND attname = 'taken_over') THEN
  ALTER TABLE ${table} ADD COLUMN taken_over boolean NOT NULL DEFAULT false;
END IF;

-- Changes the row only as ON CONFLICT finds it, so that of many callers one gets the key. A function,
-- so that PostgreSQL keeps its plans: planning took longer than all the rest.
CREATE OR REPLACE FUNCTION ${table}_claim(
  p_hash text, p_holder text, p_lease_ms float8, p_ttl_ms float8, p_fingerprint text, p_token text,
  OUT status text, OUT result text, OUT lease float8
) LANGUAGE plpgsql AS $$
DECLARE
  now timestamptz;
  found_row ${table}%ROWTYPE;
  is_live boolean;
  is_taken boolean;
BEGIN
  LOOP
    SELECT * INTO found_row FROM ${table} t WHERE t.hash = p_hash;
    now := clock_timestamp();
    is_live := coalesce(found_row.expires > now, false);
    IF is_live THEN
      IF found_row.fingerprint <> p_fingerprint THEN
        status := 'mismatch';
        RETURN;
      ELSIF found_row.lease_end IS NULL THEN
        status := 'done';
        result := found_row.result;
        RETURN;
      ELSIF found_row.holder <> p_holder AND found_row.lease_end > now THEN
        status := 'held';
        lease := extract(epoch FROM found_row.lease_end - now) * 1000;
        RETURN;
      END IF;
    END IF;
    is_taken := is_live AND (found_row.holder <> p_holder OR found_row.taken_over);
    INSERT INTO ${table} AS t (hash, holder, token, fingerprint, lease_end, expires, taken_over)
    VALUES (p_hash, p_holder, p_token, coalesce(p_fingerprint, CASE WHEN is_live THEN found_row.fingerprint END),
      now + p_lease_ms * interval '1 ms', now + (p_lease_ms + p_ttl_ms) * interval '1 ms', is_taken)
    ON CONFLICT (hash) DO UPDATE SET
      holder = excluded.holder, token = excluded.token, fingerprint = excluded.fingerprint,
      lease_end = excluded.lease_end, expires = excluded.expires, taken_over = excluded.taken_over, result = NULL
    WHERE (t.holder, t.lease_end, t.expires) IS NOT DISTINCT FROM (found_row.holder, found_row.lease_end, found_row.expires);
    IF FOUND THEN
      status := CASE WHEN is_taken THEN 'takenOver' ELSE 'acquired' END;
      RETURN;
    END IF;
  END LOOP;
END
$$;
END $migration$;`;
}

/** So many milliseconds, given as a parameter, from now on. */
export const after = (parameter: string): string => `clock_timestamp() + ${parameter}::float8 * interval '1 ms'`;

/** The functions of `machine.ts` in SQL. */
export function postgresStatements(table: string) {
  return {
    acquire: `SELECT status, result, lease FROM ${table}_claim($1, $2, $3, $4, $5, $6)`,
    renew: `
UPDATE ${table} SET lease_end = ${after("$3")}, expires = ${after("($3 + $4)")}
WHERE hash = $1 AND holder = $2 AND lease_end IS NOT NULL AND expires > clock_timestamp()
RETURNING hash`,
    complete: `
UPDATE ${table} SET lease_end = NULL,
  result = CASE WHEN lease_end IS NULL THEN result ELSE $3::text END,
  expires = CASE WHEN lease_end IS NULL THEN expires ELSE ${after("$4")} END
WHERE hash = $1 AND holder = $2 AND expires > clock_timestamp()
RETURNING hash`,
    // Two statements in one, of which one finds something to do: a takeover is not forgotten.
    release: `
WITH given_back AS (
  UPDATE ${table} SET holder = '', lease_end = least(lease_end, clock_timestamp())
  WHERE hash = $1 AND holder = $2 AND lease_end IS NOT NULL AND expires > clock_timestamp() AND taken_over
  RETURNING hash
), removed AS (
  DELETE FROM ${table}
  WHERE hash = $1 AND holder = $2 AND lease_end IS NOT NULL AND expires > clock_timestamp() AND NOT taken_over
  RETURNING hash
)
SELECT hash FROM given_back UNION ALL SELECT hash FROM removed`,
    deleteExpired: `
WITH gone AS (DELETE FROM ${table} WHERE expires <= clock_timestamp() RETURNING hash)
SELECT count(*)::int4 AS count FROM gone`,
  };
}
