CREATE TABLE IF NOT EXISTS former (
  hash text PRIMARY KEY,
  token text NOT NULL,
  holder text NOT NULL,
  fingerprint text,
  lease_end timestamptz, -- null: done
  result text, -- JSON; null: undefined
  expires timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS former_expires ON former (expires);

-- Changes the row only as ON CONFLICT finds it, so that of many callers one gets the key. A function,
-- so that PostgreSQL keeps its plans: planning took longer than all the rest.
CREATE OR REPLACE FUNCTION former_acquire(
  p_hash text, p_holder text, p_lease_ms float8, p_ttl_ms float8, p_fingerprint text, p_token text,
  OUT status text, OUT result text, OUT lease_ms float8
) LANGUAGE plpgsql AS $$
DECLARE
  now timestamptz;
  found_row former%ROWTYPE;
  is_live boolean;
BEGIN
  LOOP
    SELECT * INTO found_row FROM former t WHERE t.hash = p_hash;
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
        lease_ms := extract(epoch FROM found_row.lease_end - now) * 1000;
        RETURN;
      END IF;
    END IF;
    INSERT INTO former AS t (hash, holder, token, fingerprint, lease_end, expires)
    VALUES (p_hash, p_holder, p_token, coalesce(p_fingerprint, CASE WHEN is_live THEN found_row.fingerprint END),
      now + p_lease_ms * interval '1 ms', now + (p_lease_ms + p_ttl_ms) * interval '1 ms')
    ON CONFLICT (hash) DO UPDATE SET
      holder = excluded.holder, token = excluded.token, fingerprint = excluded.fingerprint,
      lease_end = excluded.lease_end, expires = excluded.expires, result = NULL
    WHERE (t.holder, t.lease_end, t.expires) IS NOT DISTINCT FROM (found_row.holder, found_row.lease_end, found_row.expires);
    IF FOUND THEN
      status := CASE WHEN is_live AND found_row.holder <> p_holder THEN 'takenOver' ELSE 'acquired' END;
      RETURN;
    END IF;
  END LOOP;
END
$$;
