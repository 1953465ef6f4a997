import type { Secrets } from '../../src/platform/secrets.ts';
import type { TestDatabase } from './test-database.ts';

export interface SeededIds {
  account: string;
  key: string;
  session: string;
  webhook: string;
  delivery: string;
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
export async function seedSettings(database: TestDatabase, count: number): Promise<Pick<SeededIds, 'key' | 'session'>> {
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

/** Of the first of the webhooks that are seeded, and its first delivery. */
export const webhookIds = {
  webhook: `wh_${'1'.padStart(26, '0')}`,
  delivery: `dlv_${'1'.padStart(26, '0')}_1`,
} as const;

/**
 * Webhooks in every state, all paused so that nothing is sent anywhere; of the first, deliveries in every state with their
 * attempts. Their addresses are sealed as the server seals them.
 */
export async function seedWebhooks(
  { database, secrets }: { database: TestDatabase; secrets: Secrets },
  accountId: string,
  count: number,
): Promise<typeof webhookIds> {
  const rows = Array.from({ length: count }, (_, index) => {
    const id = `wh_${String(index + 1).padStart(26, '0')}`;
    const sealed = (text: string, column: string): string =>
      secrets.seal(text, { table: 'webhooks', row: id, column }).toString('hex');
    const headers = sealed(JSON.stringify({ Authorization: 'Bearer of the tests' }), 'headers');
    return { id, url: sealed(`https://hooks${index + 1}.example.org/whatsapp?key=1`, 'url'), headers };
  });
  await database.execute(
    `INSERT INTO webhooks (id, account_id, url, headers, secret, events, media, timeout_seconds, max_in_flight, active,
       paused_reason, failures, first_failure_at, last_failure_at, last_success_at, held_back_since, behind_after)
     SELECT r.id, $1, decode(r.url, 'hex'), decode(r.headers, 'hex'), '', '{messages.received,message.sent}', 'link', 15, 5,
       false, (ARRAY['by_hand', 'gone', 'failing'])[1 + n % 3], 0, NULL, now(), now() - n * interval '1 minute',
       CASE WHEN n = 1 THEN now() END, CASE WHEN n = 1 THEN 1 END
     FROM ROWS FROM (jsonb_to_recordset($2::jsonb) AS (id text, url text, headers text)) WITH ORDINALITY AS r(id, url, headers, n)`,
    [accountId, JSON.stringify(rows)],
  );
  await database.execute(
    `INSERT INTO webhook_hours SELECT id, date_trunc('hour', now()), 95, 5 FROM webhooks ON CONFLICT DO NOTHING`,
  );
  await database.execute(
    `INSERT INTO webhook_delivery_queue (webhook_id, sequence, account_id, event_id, event, body, status, attempts, due_at,
       last_status, last_error, replay, ended_at)
     SELECT $1, n, $2, 'evt_seed' || n, 'messages.received', '{"id":"evt_seed' || n || '","data":{"text":"Hello"}}',
       status, CASE n % 4 WHEN 0 THEN 0 ELSE n % 4 END, now() + interval '1 day', CASE n % 4 WHEN 1 THEN 200 WHEN 0 THEN NULL ELSE 500 END,
       CASE WHEN n % 4 > 1 THEN 'The endpoint answered 500.' END, n = 3, CASE status WHEN 'waiting' THEN NULL ELSE now() END
     FROM (SELECT n, (ARRAY['waiting', 'delivered', 'waiting', 'dead'])[1 + n % 4] AS status
           FROM generate_series(1, 4) n) AS rows ON CONFLICT DO NOTHING`,
    [webhookIds.webhook, accountId],
  );
  await database.execute(
    `INSERT INTO webhook_attempts (webhook_id, sequence, number, at, duration_ms, status, error, answer)
     SELECT d.webhook_id, d.sequence, number, now(), 120, d.last_status, d.last_error, 'An answer of the endpoint'
     FROM webhook_delivery_queue d CROSS JOIN generate_series(1, d.attempts) number
     WHERE d.webhook_id = $1 ON CONFLICT DO NOTHING`,
    [webhookIds.webhook],
  );
  return webhookIds;
}
