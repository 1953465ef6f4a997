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

-- accounts

CREATE TABLE IF NOT EXISTS whatsapp_accounts (
  id text PRIMARY KEY,
  name text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('whatsapp', 'sandbox')),
  paused boolean NOT NULL DEFAULT false,
  -- Set while a phone holds this server as a linked device; only such accounts are started at boot.
  linked_at timestamptz,
  status text NOT NULL CHECK (status IN ('initializing', 'qr_ready', 'ready', 'disconnected', 'auth_failed', 'error')),
  status_message text NOT NULL,
  status_reason text,
  next_step text CHECK (next_step IN ('show_code', 'reconnect', 'link_again', 'resume')),
  status_since timestamptz NOT NULL DEFAULT now(),
  -- The code being shown, sealed; null when there is none.
  qr bytea,
  qr_attempt integer NOT NULL DEFAULT 0,
  qr_revision integer NOT NULL DEFAULT 0,
  qr_expires_at timestamptz,
  phone text,
  lid text,
  restricted_until timestamptz,
  settings jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((qr IS NULL) = (qr_expires_at IS NULL))
);
ALTER TABLE whatsapp_accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE whatsapp_accounts ADD COLUMN IF NOT EXISTS qr_attempts integer NOT NULL DEFAULT 0;
-- The code to type on the phone, sealed; null when there is none.
ALTER TABLE whatsapp_accounts ADD COLUMN IF NOT EXISTS pairing_code bytea;
ALTER TABLE whatsapp_accounts ADD COLUMN IF NOT EXISTS pairing_code_phone text;
ALTER TABLE whatsapp_accounts ADD COLUMN IF NOT EXISTS pairing_code_expires_at timestamptz
  CHECK ((pairing_code IS NULL) = (pairing_code_expires_at IS NULL));
ALTER TABLE whatsapp_accounts ADD COLUMN IF NOT EXISTS pairing_code_revision integer NOT NULL DEFAULT 0;
-- Stays when the code goes, because codes may be asked for only so often.
ALTER TABLE whatsapp_accounts ADD COLUMN IF NOT EXISTS pairing_code_asked_at timestamptz;
-- A sentence for people about what the last link changed; null when there is none, or when it was dismissed.
ALTER TABLE whatsapp_accounts ADD COLUMN IF NOT EXISTS notice text;

CREATE TABLE IF NOT EXISTS api_keys (
  id text PRIMARY KEY,
  account_id text REFERENCES whatsapp_accounts ON DELETE CASCADE,
  hash bytea NOT NULL UNIQUE,
  hint text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- Set when a newer key replaces this one; the end of the overlap.
  ends_at timestamptz
);
CREATE INDEX IF NOT EXISTS api_keys_account ON api_keys (account_id);
-- Set for admin keys; an account has no need to tell its keys apart.
ALTER TABLE api_keys ADD COLUMN IF NOT EXISTS name text;
-- To the minute.
ALTER TABLE api_keys ADD COLUMN IF NOT EXISTS last_used_at timestamptz;
ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY;

-- access

-- The person who may sign in. `fingerprint` tells whether the environment's pair is still the one that was hashed.
CREATE TABLE IF NOT EXISTS admin (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  username text NOT NULL,
  password_hash text NOT NULL,
  source text NOT NULL CHECK (source IN ('environment', 'setup')),
  fingerprint bytea CHECK ((fingerprint IS NOT NULL) = (source = 'environment')),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE admin ENABLE ROW LEVEL SECURITY;

-- In the shape of connect-pg-simple, with a time zone.
CREATE TABLE IF NOT EXISTS session (
  sid varchar PRIMARY KEY,
  sess json NOT NULL,
  expire timestamptz(6) NOT NULL
);
CREATE INDEX IF NOT EXISTS session_expire ON session (expire);
ALTER TABLE session ENABLE ROW LEVEL SECURITY;

-- audit
-- Who did what, kept for a year. Without foreign keys, because the acts outlive what they were done to.
CREATE TABLE IF NOT EXISTS audit_log (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  actor_kind text NOT NULL CHECK (actor_kind IN ('person', 'key', 'system')),
  actor_name text NOT NULL,
  address text,
  action text NOT NULL,
  account_id text,
  account_name text,
  details jsonb NOT NULL DEFAULT '{}',
  CHECK ((account_id IS NULL) = (account_name IS NULL))
);
CREATE INDEX IF NOT EXISTS audit_log_at ON audit_log (at);
CREATE INDEX IF NOT EXISTS audit_log_account ON audit_log (account_id, id DESC) WHERE account_id IS NOT NULL;
ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY;

-- channels

CREATE TABLE IF NOT EXISTS channel_keys (
  account_id text NOT NULL REFERENCES whatsapp_accounts ON DELETE CASCADE,
  type text NOT NULL,
  id text NOT NULL,
  value bytea NOT NULL,
  -- The owner's generation that wrote the row.
  epoch bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (account_id, type, id)
);
ALTER TABLE channel_keys ENABLE ROW LEVEL SECURITY;

-- Which process owns a name, an account's id or `sandbox`, in which generation. Every write of an owner checks its epoch.
CREATE TABLE IF NOT EXISTS account_leases (
  account_id text PRIMARY KEY,
  owner text NOT NULL,
  epoch bigint NOT NULL CHECK (epoch > 0),
  expires_at timestamptz NOT NULL
);
ALTER TABLE account_leases ENABLE ROW LEVEL SECURITY;

-- What ciphertexts said, sealed: a message that comes again after its key was used is answered from here.
CREATE TABLE IF NOT EXISTS inbound_journal (
  account_id text NOT NULL REFERENCES whatsapp_accounts ON DELETE CASCADE,
  -- SHA-256 of the ciphertext.
  hash bytea NOT NULL,
  plaintext bytea NOT NULL,
  -- The whole stanza, sealed, of a message between own devices whose effects are not stored yet.
  stanza bytea,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, hash)
);
CREATE INDEX IF NOT EXISTS inbound_journal_open ON inbound_journal (account_id) WHERE stanza IS NOT NULL;
CREATE INDEX IF NOT EXISTS inbound_journal_created_at ON inbound_journal (created_at);
ALTER TABLE inbound_journal ENABLE ROW LEVEL SECURITY;

CREATE TABLE IF NOT EXISTS channel_key_archive (
  account_id text NOT NULL REFERENCES whatsapp_accounts ON DELETE CASCADE,
  archived_at timestamptz NOT NULL,
  reason text NOT NULL,
  value bytea NOT NULL,
  PRIMARY KEY (account_id, archived_at)
);
ALTER TABLE channel_key_archive ENABLE ROW LEVEL SECURITY;

CREATE TABLE IF NOT EXISTS lid_mappings (
  account_id text NOT NULL REFERENCES whatsapp_accounts ON DELETE CASCADE,
  lid text NOT NULL,
  phone text NOT NULL,
  PRIMARY KEY (account_id, lid)
);
CREATE INDEX IF NOT EXISTS lid_mappings_phone ON lid_mappings (account_id, phone);
ALTER TABLE lid_mappings ENABLE ROW LEVEL SECURITY;

-- messages

CREATE TABLE IF NOT EXISTS messages (
  id text PRIMARY KEY,
  account_id text NOT NULL REFERENCES whatsapp_accounts ON DELETE CASCADE,
  -- Order of acceptance.
  position bigint GENERATED ALWAYS AS IDENTITY,
  direction text NOT NULL CHECK (direction IN ('incoming', 'outgoing')),
  origin text NOT NULL CHECK (origin IN ('api', 'ai', 'rule', 'inbox', 'campaign', 'phone', 'contact')),
  remote_id text NOT NULL,
  chat_jid text NOT NULL,
  chat_type text NOT NULL CHECK (chat_type IN ('personal', 'group', 'newsletter')),
  -- The address on the wire, where it differs from the chat's.
  to_jid text,
  from_jid text NOT NULL,
  from_phone text,
  from_lid text,
  from_name text,
  type text NOT NULL,
  text text,
  -- The network's own encoding, sealed, where its text is not all: its file, a message that quotes it, a later translation.
  original bytea,
  reply_to text,
  status text NOT NULL CHECK (status IN ('queued', 'sending', 'sent', 'delivered', 'read', 'played', 'received',
                                         'failed', 'expired', 'cancelled')),
  queued_at timestamptz,
  sending_at timestamptz,
  sent_at timestamptz,
  delivered_at timestamptz,
  read_at timestamptz,
  played_at timestamptz,
  received_at timestamptz,
  failed_at timestamptz,
  expired_at timestamptz,
  cancelled_at timestamptz,
  error_code text,
  error_message text,
  error_retryable boolean,
  reference_id text,
  priority smallint NOT NULL DEFAULT 0,
  send_at timestamptz,
  expires_at timestamptz,
  content_hash bytea,
  created_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  CONSTRAINT messages_original CHECK (type <> 'unsupported' OR original IS NOT NULL OR deleted_at IS NOT NULL),
  CONSTRAINT messages_error CHECK ((error_code IS NULL) = (error_message IS NULL))
);
-- Up to 0.3.0 these had no names, and only what could not be translated had an original.
ALTER TABLE messages DROP CONSTRAINT IF EXISTS messages_check, DROP CONSTRAINT IF EXISTS messages_check1,
  DROP CONSTRAINT IF EXISTS messages_original, DROP CONSTRAINT IF EXISTS messages_error;
-- When it was deleted for everyone: what it said is gone then.
ALTER TABLE messages ADD COLUMN IF NOT EXISTS deleted_at timestamptz;
ALTER TABLE messages
  ADD CONSTRAINT messages_original CHECK (type <> 'unsupported' OR original IS NOT NULL OR deleted_at IS NOT NULL),
  ADD CONSTRAINT messages_error CHECK ((error_code IS NULL) = (error_message IS NULL));
-- Up to 0.3.0 no status broadcasts were kept.
ALTER TABLE messages DROP CONSTRAINT IF EXISTS messages_chat_type_check;
ALTER TABLE messages ADD CONSTRAINT messages_chat_type_check
  CHECK (chat_type IN ('personal', 'group', 'newsletter', 'status'));
-- What the message says beside its text: `content.ts` without type and text.
ALTER TABLE messages ADD COLUMN IF NOT EXISTS content jsonb;
ALTER TABLE messages ADD COLUMN IF NOT EXISTS mentions text[] NOT NULL DEFAULT '{}';
-- What is done to a text may be encrypted with this, sealed; others have it in their original.
ALTER TABLE messages ADD COLUMN IF NOT EXISTS secret bytea;
-- The last translator that could make nothing of it.
ALTER TABLE messages ADD COLUMN IF NOT EXISTS translator smallint NOT NULL DEFAULT 0;
CREATE INDEX IF NOT EXISTS messages_untranslated ON messages (translator, position) WHERE type = 'unsupported';
-- Whether somebody may be shown typing before it leaves.
ALTER TABLE messages ADD COLUMN IF NOT EXISTS typing boolean NOT NULL DEFAULT true;
-- Whether nobody had said anything in its chat before it.
ALTER TABLE messages ADD COLUMN IF NOT EXISTS opens_chat boolean NOT NULL DEFAULT false;
-- What others have done to it, made of message_acts.
ALTER TABLE messages ADD COLUMN IF NOT EXISTS edited_at timestamptz;
ALTER TABLE messages ADD COLUMN IF NOT EXISTS reactions jsonb NOT NULL DEFAULT '[]';
ALTER TABLE messages ADD COLUMN IF NOT EXISTS votes jsonb NOT NULL DEFAULT '[]';
-- One stanza is one row, however often it is delivered.
CREATE UNIQUE INDEX IF NOT EXISTS messages_identity
  ON messages (account_id, chat_jid, direction, (CASE WHEN direction = 'outgoing' THEN '' ELSE from_jid END), remote_id);
CREATE INDEX IF NOT EXISTS messages_by_remote_id ON messages (account_id, remote_id);
CREATE INDEX IF NOT EXISTS messages_by_position ON messages (account_id, position DESC);
CREATE INDEX IF NOT EXISTS messages_by_chat ON messages (account_id, chat_jid, position DESC);
CREATE INDEX IF NOT EXISTS messages_queue
  ON messages (account_id, priority, position) WHERE status IN ('queued', 'sending');
CREATE INDEX IF NOT EXISTS messages_departures
  ON messages (account_id, sending_at DESC) WHERE direction = 'outgoing' AND sending_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS messages_arrivals
  ON messages (account_id, received_at DESC) WHERE direction = 'incoming';
CREATE INDEX IF NOT EXISTS messages_expiry ON messages (expires_at) WHERE status IN ('queued', 'sending');
DROP INDEX IF EXISTS messages_recent_content;
CREATE INDEX IF NOT EXISTS messages_same_content
  ON messages (account_id, chat_jid, content_hash, created_at) WHERE content_hash IS NOT NULL;
CREATE INDEX IF NOT EXISTS messages_same_in_new_chats ON messages (account_id, content_hash, created_at) WHERE opens_chat;
ALTER TABLE messages ENABLE ROW LEVEL SECURITY;

-- Chats that are there: with a message that arrived or was confirmed since the owner deleted them on the phone, if ever.
CREATE TABLE IF NOT EXISTS chats (
  account_id text NOT NULL REFERENCES whatsapp_accounts ON DELETE CASCADE,
  jid text NOT NULL,
  PRIMARY KEY (account_id, jid)
);
ALTER TABLE chats ENABLE ROW LEVEL SECURITY;
-- Those of releases up to 0.3.0, once.
INSERT INTO chats (account_id, jid)
  SELECT DISTINCT account_id, chat_jid FROM messages
  WHERE NOT EXISTS (SELECT FROM chats) AND chat_type <> 'status' AND (direction = 'incoming' OR sent_at IS NOT NULL)
  ON CONFLICT DO NOTHING;

-- Who has a message of ours that went to a group.
CREATE TABLE IF NOT EXISTS message_receipts (
  message_id text NOT NULL REFERENCES messages ON DELETE CASCADE,
  -- A jid: the phone's where that is known.
  person text NOT NULL,
  lid text,
  -- Whether the person was in the group when the message left; all of them decide its status.
  member boolean NOT NULL,
  delivered_at timestamptz,
  read_at timestamptz,
  played_at timestamptz,
  PRIMARY KEY (message_id, person),
  CHECK (delivered_at IS NOT NULL OR (member AND read_at IS NULL AND played_at IS NULL)),
  CHECK (read_at IS NOT NULL OR played_at IS NULL)
);
ALTER TABLE message_receipts ENABLE ROW LEVEL SECURITY;

-- The last of what each person did to a message: a reaction, an edit, a deletion, a vote. Without a key of messages,
-- because it may arrive before its message.
CREATE TABLE IF NOT EXISTS message_acts (
  account_id text NOT NULL REFERENCES whatsapp_accounts ON DELETE CASCADE,
  -- The network's id of the message.
  target_id text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('reaction', 'edit', 'deletion', 'vote')),
  chat_jid text NOT NULL,
  from_me boolean NOT NULL,
  from_jid text NOT NULL,
  from_phone text,
  from_lid text,
  from_name text,
  -- The server took it as the act of a group's admin.
  as_admin boolean NOT NULL DEFAULT false,
  -- As the network encrypted it, where it did; what was in it stands in the other two once it could be opened.
  encrypted bytea,
  -- The emoji, empty when it was taken back; or the new text.
  text text,
  -- Of a poll.
  options text[],
  -- Later ones win: the server's second, then microseconds of the person's device.
  at timestamptz NOT NULL,
  turn bigint NOT NULL,
  -- Its message shows it.
  applied boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, target_id, kind, from_jid),
  CHECK (CASE kind WHEN 'deletion' THEN encrypted IS NULL WHEN 'vote' THEN encrypted IS NOT NULL
    ELSE encrypted IS NOT NULL OR text IS NOT NULL END),
  CHECK (kind IN ('reaction', 'edit') OR text IS NULL),
  CHECK (kind = 'vote' OR options IS NULL)
);
CREATE INDEX IF NOT EXISTS message_acts_waiting ON message_acts (created_at) WHERE NOT applied;
ALTER TABLE message_acts ENABLE ROW LEVEL SECURITY;

-- media
-- Files of messages that wait to be sent, and files that are kept.
CREATE TABLE IF NOT EXISTS media_files (
  id text PRIMARY KEY,
  -- Null while it is being uploaded.
  message_id text UNIQUE REFERENCES messages ON DELETE CASCADE,
  -- Sealed; its bytes are fetched from there. Null where they are here.
  url bytea,
  -- As what it goes; null = as what it is.
  wanted_type text,
  claimed_mimetype text,
  file_name text,
  -- Of the bytes that are here, and while they come of what may come.
  size_bytes integer NOT NULL CHECK (size_bytes >= 0),
  created_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE media_files ENABLE ROW LEVEL SECURITY;
CREATE TABLE IF NOT EXISTS media_pieces (
  file_id text NOT NULL REFERENCES media_files ON DELETE CASCADE,
  place integer NOT NULL CHECK (place >= 0),
  -- Sealed.
  bytes bytea NOT NULL,
  PRIMARY KEY (file_id, place)
);
ALTER TABLE media_pieces ENABLE ROW LEVEL SECURITY;

-- Files of messages that came in, of accounts that store them at once: what is to be fetched, and what is here.
CREATE TABLE IF NOT EXISTS stored_files (
  message_id text PRIMARY KEY REFERENCES messages ON DELETE CASCADE,
  account_id text NOT NULL REFERENCES whatsapp_accounts ON DELETE CASCADE,
  -- Grows with each try; what an earlier one still writes is not taken.
  attempt integer NOT NULL DEFAULT 0,
  next_try_at timestamptz NOT NULL DEFAULT now(),
  -- Tries after which the network had another file, or none.
  refusals integer NOT NULL DEFAULT 0,
  -- Of the bytes that are here, and while they come of those that are expected.
  size_bytes bigint NOT NULL DEFAULT 0 CHECK (size_bytes >= 0),
  -- Null until all of it is here.
  stored_at timestamptz
);
CREATE INDEX IF NOT EXISTS stored_files_wanted ON stored_files (account_id, next_try_at) WHERE stored_at IS NULL;
CREATE INDEX IF NOT EXISTS stored_files_by_age ON stored_files (stored_at, message_id) INCLUDE (size_bytes);
ALTER TABLE stored_files ENABLE ROW LEVEL SECURITY;
CREATE TABLE IF NOT EXISTS stored_pieces (
  message_id text NOT NULL REFERENCES stored_files ON DELETE CASCADE,
  attempt integer NOT NULL,
  place integer NOT NULL CHECK (place >= 0),
  -- Sealed.
  bytes bytea NOT NULL,
  PRIMARY KEY (message_id, attempt, place)
);
ALTER TABLE stored_pieces ENABLE ROW LEVEL SECURITY;

-- contacts
-- Who appeared: a person is one row, by number, hidden address or both. Each name with the time from which it holds.
CREATE TABLE IF NOT EXISTS contacts (
  id text PRIMARY KEY,
  account_id text NOT NULL REFERENCES whatsapp_accounts ON DELETE CASCADE,
  -- Order of appearance.
  position bigint GENERATED ALWAYS AS IDENTITY,
  phone text,
  lid text,
  -- In the phone's address book.
  saved_name text,
  saved_at timestamptz,
  -- Of a business, checked by WhatsApp.
  verified_name text,
  verified_at timestamptz,
  -- As the person calls themselves.
  push_name text,
  push_at timestamptz,
  created_at timestamptz NOT NULL,
  CHECK (phone IS NOT NULL OR lid IS NOT NULL),
  CHECK ((saved_name IS NULL) = (saved_at IS NULL)),
  CHECK ((verified_name IS NULL) = (verified_at IS NULL)),
  CHECK ((push_name IS NULL) = (push_at IS NULL)),
  -- Checked after each statement, because in one of them an address may go from one person to another.
  UNIQUE (account_id, phone) DEFERRABLE,
  UNIQUE (account_id, lid) DEFERRABLE
);
CREATE INDEX IF NOT EXISTS contacts_by_position ON contacts (account_id, position DESC);
ALTER TABLE contacts ENABLE ROW LEVEL SECURITY;

-- groups
-- What groups were called last, so that nobody needs to ask for it.
CREATE TABLE IF NOT EXISTS group_subjects (
  account_id text NOT NULL REFERENCES whatsapp_accounts ON DELETE CASCADE,
  jid text NOT NULL,
  subject text NOT NULL,
  -- When it was given that name.
  at timestamptz NOT NULL,
  PRIMARY KEY (account_id, jid)
);
ALTER TABLE group_subjects ENABLE ROW LEVEL SECURITY;

-- events

CREATE TABLE IF NOT EXISTS event_counters (
  account_id text PRIMARY KEY REFERENCES whatsapp_accounts ON DELETE CASCADE,
  last_sequence bigint NOT NULL
);
ALTER TABLE event_counters ENABLE ROW LEVEL SECURITY;

CREATE TABLE IF NOT EXISTS events (
  account_id text NOT NULL REFERENCES whatsapp_accounts ON DELETE CASCADE,
  sequence bigint NOT NULL,
  id text NOT NULL UNIQUE,
  names text[] NOT NULL,
  data jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, sequence)
);
ALTER TABLE events ENABLE ROW LEVEL SECURITY;

-- notifications
-- What a person must see, kept for 90 days.
CREATE TABLE IF NOT EXISTS notifications (
  id text PRIMARY KEY,
  -- Null when it is about the server.
  account_id text REFERENCES whatsapp_accounts ON DELETE CASCADE,
  kind text NOT NULL,
  sentence text NOT NULL,
  -- The page on which to act, if there is one.
  path text,
  -- When it happened last.
  at timestamptz NOT NULL DEFAULT now(),
  read_at timestamptz
);
-- What happens again is told by the notification that is still unread.
CREATE UNIQUE INDEX IF NOT EXISTS notifications_unread
  ON notifications (coalesce(account_id, ''), kind) WHERE read_at IS NULL;
CREATE INDEX IF NOT EXISTS notifications_account ON notifications (account_id) WHERE account_id IS NOT NULL;
ALTER TABLE notifications ENABLE ROW LEVEL SECURITY;

-- webhooks

CREATE TABLE IF NOT EXISTS webhooks (
  id text PRIMARY KEY,
  account_id text NOT NULL REFERENCES whatsapp_accounts ON DELETE CASCADE,
  -- Sealed, as what may stand in it or in the headers opens somebody's door.
  url bytea NOT NULL,
  headers bytea,
  secret bytea NOT NULL,
  -- The secret before, sealed, while both are signed with.
  former_secret bytea,
  former_secret_ends_at timestamptz,
  events text[] NOT NULL CHECK (cardinality(events) > 0),
  media text NOT NULL CHECK (media IN ('link', 'base64', 'none')),
  timeout_seconds smallint NOT NULL CHECK (timeout_seconds > 0),
  max_in_flight smallint NOT NULL CHECK (max_in_flight > 0),
  active boolean NOT NULL DEFAULT true,
  -- Why it is not active: by hand, because the endpoint said that it is gone, or after five days of failures.
  paused_reason text CHECK (paused_reason IN ('by_hand', 'gone', 'failing')),
  -- Attempts that failed since the last that did not.
  failures integer NOT NULL DEFAULT 0,
  first_failure_at timestamptz,
  last_failure_at timestamptz,
  last_success_at timestamptz,
  -- No attempt before: the endpoint asked for it, or has failed so often that it is only probed.
  not_before timestamptz,
  -- So many deliveries wait that events put down no others. What came after this event follows when fewer wait, and once
  -- more a while after that, for events that were being written when it had caught up.
  held_back_since timestamptz,
  behind_after bigint,
  caught_up_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CHECK (active = (paused_reason IS NULL)),
  CHECK ((former_secret IS NULL) = (former_secret_ends_at IS NULL)),
  CHECK ((failures = 0) = (first_failure_at IS NULL)),
  CHECK ((behind_after IS NULL) = (held_back_since IS NULL AND caught_up_at IS NULL))
);
CREATE INDEX IF NOT EXISTS webhooks_account ON webhooks (account_id);
ALTER TABLE webhooks ENABLE ROW LEVEL SECURITY;

-- What a webhook gets of an event, kept for 7 days after it ended. Without a key of webhooks: an event that is being
-- written must not fail because a webhook is deleted meanwhile.
CREATE TABLE IF NOT EXISTS webhook_delivery_queue (
  webhook_id text NOT NULL,
  -- Of the event in its account.
  sequence bigint NOT NULL,
  account_id text NOT NULL REFERENCES whatsapp_accounts ON DELETE CASCADE,
  event_id text NOT NULL,
  -- The most specific of its names that the webhook wants.
  event text NOT NULL,
  -- As it is sent, by every attempt; null until a file that goes with it was read.
  body text,
  status text NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'delivered', 'dead')),
  -- All attempts, and those since it began to wait, which decide when the next one is.
  attempts smallint NOT NULL DEFAULT 0,
  tries smallint NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL,
  -- A process is at it, or was when it ended.
  claimed_until timestamptz,
  last_status smallint,
  last_error text,
  replay boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  PRIMARY KEY (webhook_id, sequence),
  CHECK ((status = 'waiting') = (ended_at IS NULL)),
  CHECK (status <> 'delivered' OR attempts > 0)
);
CREATE INDEX IF NOT EXISTS webhook_delivery_due ON webhook_delivery_queue (webhook_id, due_at) WHERE status = 'waiting';
CREATE INDEX IF NOT EXISTS webhook_delivery_dead ON webhook_delivery_queue (webhook_id, sequence) WHERE status = 'dead';
CREATE INDEX IF NOT EXISTS webhook_delivery_ended ON webhook_delivery_queue (ended_at) WHERE ended_at IS NOT NULL;
ALTER TABLE webhook_delivery_queue ENABLE ROW LEVEL SECURITY;

CREATE TABLE IF NOT EXISTS webhook_attempts (
  webhook_id text NOT NULL,
  sequence bigint NOT NULL,
  number smallint NOT NULL,
  at timestamptz NOT NULL,
  duration_ms integer NOT NULL,
  -- Of HTTP; null when there was no answer.
  status smallint,
  error text,
  answer text,
  PRIMARY KEY (webhook_id, sequence, number),
  FOREIGN KEY (webhook_id, sequence) REFERENCES webhook_delivery_queue ON DELETE CASCADE
);
ALTER TABLE webhook_attempts ENABLE ROW LEVEL SECURITY;

-- Attempts by hour, for rates.
CREATE TABLE IF NOT EXISTS webhook_hours (
  webhook_id text NOT NULL REFERENCES webhooks ON DELETE CASCADE,
  hour timestamptz NOT NULL,
  succeeded integer NOT NULL,
  failed integer NOT NULL,
  PRIMARY KEY (webhook_id, hour)
);
ALTER TABLE webhook_hours ENABLE ROW LEVEL SECURITY;

-- sandbox

CREATE TABLE IF NOT EXISTS sandbox_state (
  key text PRIMARY KEY,
  value bytea NOT NULL
);
ALTER TABLE sandbox_state ENABLE ROW LEVEL SECURITY;

-- Files on the sandbox's network, in pieces. Not sealed: senders encrypt them, and their keys are in sandbox_state.
CREATE TABLE IF NOT EXISTS sandbox_media (
  path text NOT NULL,
  place integer NOT NULL CHECK (place >= 0),
  bytes bytea NOT NULL CHECK (octet_length(bytes) BETWEEN 1 AND 262144),
  written_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (path, place)
);
ALTER TABLE sandbox_media ENABLE ROW LEVEL SECURITY;

-- idempotency
-- Answers of calls with an Idempotency-Key, kept for 24 hours. A key shown once is masked in `answer`.
CREATE TABLE IF NOT EXISTS idempotency_keys (
  caller text NOT NULL,
  route text NOT NULL,
  key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
  account_id text REFERENCES whatsapp_accounts ON DELETE CASCADE,
  body_hash text NOT NULL,
  status smallint NOT NULL CHECK (status BETWEEN 200 AND 299),
  answer jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (caller, route, key)
);
CREATE INDEX IF NOT EXISTS idempotency_keys_created_at ON idempotency_keys (created_at);
CREATE INDEX IF NOT EXISTS idempotency_keys_account ON idempotency_keys (account_id) WHERE account_id IS NOT NULL;
ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
