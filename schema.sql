-- schema version 1
--
-- The whole database, safe to apply again: CREATE … IF NOT EXISTS, later columns by ADD COLUMN IF NOT EXISTS.
-- Row-level security is on for every table and there are no policies, so that a role which the host publishes (such as
-- Supabase's anon) sees no row; the owner, as whom the product connects, is not subject to it. No views, no functions.

-- platform

CREATE TABLE IF NOT EXISTS schema_version (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  version integer NOT NULL CHECK (version > 0),
  checksum text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE schema_version ENABLE ROW LEVEL SECURITY;

CREATE TABLE IF NOT EXISTS settings (
  key text PRIMARY KEY,
  value jsonb NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE settings ENABLE ROW LEVEL SECURITY;

-- A known text, sealed at the first start: tells a wrong ENCRYPTION_KEY before anything is written with it.
CREATE TABLE IF NOT EXISTS encryption_canary (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  sealed bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE encryption_canary ENABLE ROW LEVEL SECURITY;

-- idempotency
-- Answers of calls with an Idempotency-Key, kept for 24 hours. A key shown once is masked in `answer`.
CREATE TABLE IF NOT EXISTS idempotency_keys (
  caller text NOT NULL,
  route text NOT NULL,
  key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
  account_id text,
  body_hash text NOT NULL,
  status smallint NOT NULL CHECK (status BETWEEN 200 AND 299),
  answer jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (caller, route, key)
);
CREATE INDEX IF NOT EXISTS idempotency_keys_created_at ON idempotency_keys (created_at);
CREATE INDEX IF NOT EXISTS idempotency_keys_account ON idempotency_keys (account_id) WHERE account_id IS NOT NULL;
ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
