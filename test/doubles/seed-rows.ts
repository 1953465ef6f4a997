import type { TestDatabase } from './test-database.ts';

export interface SeededIds {
  account: string;
  key: string;
  session: string;
}

/** Accounts in every state, as many as asked for, whose ids begin with `acc_seed`; of the paused ones something is unread. */
export async function seedAccounts(database: TestDatabase, count: number): Promise<void> {
  await database.execute(
    `INSERT INTO whatsapp_accounts (id, name, kind, paused, status, status_message, status_reason, next_step, phone)
     SELECT 'acc_seed' || n, 'Branch ' || n, CASE n % 5 WHEN 0 THEN 'sandbox' ELSE 'whatsapp' END, n % 7 = 0,
       (ARRAY['ready', 'disconnected', 'auth_failed', 'error', 'disconnected'])[1 + n % 5],
       (ARRAY['Connected as +62 812 3456 7890', 'Reconnecting (3), because the connection to WhatsApp was lost',
         'Logged out: the device was removed on the phone', 'Restricted by WhatsApp for a while',
         'No code was scanned in time'])[1 + n % 5],
       (ARRAY[NULL, NULL, 'logged_out', 'temporarily_banned', 'qr_timeout'])[1 + n % 5],
       (ARRAY[NULL, 'reconnect', 'link_again', 'reconnect', 'show_code'])[1 + n % 5],
       CASE n % 5 WHEN 4 THEN NULL ELSE '+62812' || (30000000 + n) END
     FROM generate_series(1, $1::int) n`,
    [count],
  );
  await database.execute(
    `INSERT INTO notifications (id, account_id, kind, sentence, path)
     SELECT 'ntf_' || id, id, 'account.logged_out', 'Logged out: the device was removed on the phone', '/accounts/' || id
     FROM whatsapp_accounts WHERE paused AND id LIKE 'acc_seed%'`,
  );
}

/** Messages both ways, in every status, of one account. */
export async function seedMessages(database: TestDatabase, accountId: string, count: number): Promise<void> {
  await database.execute(
    `INSERT INTO messages (id, account_id, direction, origin, remote_id, chat_jid, chat_type, from_jid, from_phone,
       from_name, type, text, status, queued_at, error_code, error_message, created_at)
     SELECT 'msg_seed' || n || $1, $1, way, CASE way WHEN 'incoming' THEN 'contact' ELSE 'api' END, 'SEED' || n,
       '9995550' || (100 + n % 20) || '@s.whatsapp.net', 'personal', '9995550' || (100 + n % 20) || '@s.whatsapp.net',
       '+9995550' || (100 + n % 20), 'Customer ' || n % 20, 'text', 'Message number ' || n, status, now(),
       CASE status WHEN 'failed' THEN 'recipient.not_on_whatsapp' END,
       CASE status WHEN 'failed' THEN 'The number is not on WhatsApp.' END, now() - n * interval '1 minute'
     FROM (SELECT n, CASE n % 3 WHEN 0 THEN 'incoming' ELSE 'outgoing' END AS way,
       CASE n % 3 WHEN 0 THEN 'received' ELSE (ARRAY['sent', 'delivered', 'read', 'failed', 'expired'])[1 + n % 5] END AS status
       FROM generate_series(1, $2::int) n) AS rows`,
    [accountId, count],
  );
}

/** Messages of one account that wait, and will for a day. */
export async function seedQueue(database: TestDatabase, accountId: string, count: number): Promise<void> {
  await database.execute(
    `INSERT INTO messages (id, account_id, direction, origin, remote_id, chat_jid, chat_type, from_jid, type, text, status,
       queued_at, send_at)
     SELECT 'msg_waiting' || n || $1, $1, 'outgoing', 'api', 'WAITING' || n, '99955501' || n % 20 || '@s.whatsapp.net',
       'personal', '', 'text', 'Waiting message ' || n, 'queued', now(), now() + interval '1 day'
     FROM generate_series(1, $2::int) n`,
    [accountId, count],
  );
}

/** Administrative acts, admin keys and sessions of other browsers. Returns the ids of one of each. */
export async function seedSettings(database: TestDatabase, count: number): Promise<Omit<SeededIds, 'account'>> {
  await database.execute(
    `INSERT INTO audit_log (actor_kind, actor_name, address, action, account_id, account_name)
     SELECT (ARRAY['person', 'key', 'system'])[1 + n % 3], 'Somebody ' || n, '192.0.2.' || n % 250, 'account.created',
       'acc_seed' || n, 'Branch ' || n
     FROM generate_series(1, $1::int) n`,
    [count],
  );
  await database.execute(
    `INSERT INTO api_keys (id, hash, hint, name)
     SELECT 'key_seed' || n, sha256(('seed' || n)::bytea), 'sb_…' || n, 'Program ' || n
     FROM generate_series(1, $1::int) n`,
    [count],
  );
  await database.execute(
    `INSERT INTO session (sid, sess, expire)
     SELECT 'seed' || n, json_build_object('cookie', json_build_object('expires', now() + interval '1 hour'),
       'person', json_build_object('username', 'ada', 'createdAt', now(), 'lastSeenAt', now(),
         'browser', 'Firefox on Windows', 'address', '192.0.2.' || n % 250)), now() + interval '1 hour'
     FROM generate_series(1, $1::int) n`,
    [count],
  );
  const session = await database.one<{ id: string }>(
    `SELECT encode(sha256('seed1'::bytea), 'hex') AS id FROM session WHERE sid = 'seed1'`,
  );
  return { key: 'key_seed1', session: session?.id ?? '' };
}
