-- d1Migration() of idempotency-keys/run-once/d1
CREATE TABLE IF NOT EXISTS run_once ( hash TEXT PRIMARY KEY, token TEXT NOT NULL, holder TEXT NOT NULL, fingerprint TEXT, lease_end INTEGER, result TEXT, expires INTEGER NOT NULL, taken_over INTEGER NOT NULL DEFAULT 0 );
CREATE INDEX IF NOT EXISTS run_once_expires ON run_once (expires);

CREATE TABLE payments (id TEXT PRIMARY KEY, order_id TEXT NOT NULL, amount INTEGER NOT NULL);
