import type { Queryable } from '../../platform/database.ts';
import type { MessageRow } from './message.ts';
import { messageColumns } from './messages.store.ts';

// While the account is restricted, only chats in which somebody has written, or something was confirmed, go on. Nothing
// waits for the disk here: the message leaves once its keys are on it, and what was written before them is then, too.
const claimSql = `
  WITH owned AS (
    SELECT a.restricted_until > now() AS restricted, set_config('synchronous_commit', 'off', true)
    FROM account_leases l JOIN whatsapp_accounts a ON a.id = l.account_id
    WHERE l.account_id = $1 AND l.epoch = $2 FOR SHARE OF l
  ), next AS (
    SELECT q.id FROM owned, messages q
    WHERE q.account_id = $1 AND q.status = 'queued' AND (q.expires_at IS NULL OR q.expires_at > now())
      AND (q.send_at IS NULL OR q.send_at <= now()) AND NOT q.chat_jid = ANY($4::text[])
      AND (owned.restricted IS NOT TRUE OR EXISTS (
        SELECT 1 FROM messages k WHERE k.account_id = $1 AND k.chat_jid = q.chat_jid
          AND (k.direction = 'incoming' OR k.sent_at IS NOT NULL)))
    ORDER BY q.priority, q.position LIMIT $3
    FOR UPDATE OF q SKIP LOCKED
  ), claimed AS (
    UPDATE messages m SET status = 'sending', sending_at = now() FROM next WHERE m.id = next.id
    RETURNING ${messageColumns}, m.priority
  )
  SELECT * FROM claimed ORDER BY priority, position`;

export interface Claim {
  accountId: string;
  /** In the name of which lease; nothing is claimed when it is not the present one. */
  epoch: number;
  /** At most so many. */
  count: number;
  /** Chats in which nothing may leave at present. */
  blockedChats: readonly string[];
}

/** The next messages that may leave, now `sending`, in their order. */
export async function claimNext(db: Queryable, claim: Claim): Promise<MessageRow[]> {
  return db.rows<MessageRow>(claimSql, [claim.accountId, claim.epoch, claim.count, claim.blockedChats]);
}

const claimOneSql = `
  WITH owned AS (
    SELECT set_config('synchronous_commit', 'off', true) FROM account_leases
    WHERE account_id = $1 AND epoch = $2 FOR SHARE
  )
  UPDATE messages m SET status = 'sending', sending_at = now() FROM owned
  WHERE m.id = $3 AND m.account_id = $1 AND m.status = 'queued'
  RETURNING ${messageColumns}`;

/** This one, now `sending`, unless it does not wait any more or the account is another's. */
export async function claimOne(
  db: Queryable,
  claim: { accountId: string; epoch: number; id: string },
): Promise<MessageRow | undefined> {
  return db.one<MessageRow>(claimOneSql, [claim.accountId, claim.epoch, claim.id]);
}

const waitingSql = `
  SELECT q.account_id AS "accountId", count(*)::int AS count, max(q.position) AS "lastPosition",
         coalesce(a.restricted_until > now(), false) AS restricted
  FROM messages q JOIN whatsapp_accounts a ON a.id = q.account_id
  WHERE q.status = 'queued' AND (q.send_at IS NULL OR q.send_at <= now()) AND q.account_id = ANY($1::text[])
  GROUP BY q.account_id, a.restricted_until`;

export interface QueueMark {
  accountId: string;
  count: number;
  lastPosition: number;
  /** Whether new chats have to wait: with its end more may leave. */
  restricted: boolean;
}

/** What tells whether more of an account's queue may leave; nothing where nothing is due. */
export async function markQueues(db: Queryable, accountIds: readonly string[]): Promise<QueueMark[]> {
  return db.rows<QueueMark>(waitingSql, [accountIds]);
}

const unconfirmedSql = `
  SELECT ${messageColumns} FROM messages m WHERE m.account_id = $1 AND m.status = 'sending' ORDER BY m.position`;

/** Messages whose result is unknown, in order of acceptance. */
export async function listUnconfirmed(db: Queryable, accountId: string): Promise<MessageRow[]> {
  return db.rows<MessageRow>(unconfirmedSql, [accountId]);
}

const cancelSql = `
  UPDATE messages m SET status = 'cancelled', cancelled_at = now()
  WHERE m.id = $1 AND m.account_id = $2 AND m.status = 'queued' RETURNING ${messageColumns}`;

export async function cancelQueued(db: Queryable, id: string, accountId: string): Promise<MessageRow | undefined> {
  return db.one<MessageRow>(cancelSql, [id, accountId]);
}

const endQueueSql = `
  WITH ended AS (
    UPDATE messages m
    SET error_code = 'account.number_changed', error_retryable = false,
        status = CASE WHEN m.status = 'queued' THEN 'cancelled' ELSE 'failed' END,
        cancelled_at = CASE WHEN m.status = 'queued' THEN now() END,
        failed_at = CASE WHEN m.status = 'sending' THEN now() END,
        error_message = CASE WHEN m.status = 'queued'
          THEN 'Cancelled: the account was linked to another number before this message was sent.'
          ELSE 'The account was linked to another number before this message was confirmed. It may have arrived.' END
    WHERE m.account_id = $1 AND m.status IN ('queued', 'sending')
    RETURNING ${messageColumns})
  SELECT * FROM ended ORDER BY position`;

/** Cancels what waits; what is under way without a result can have none any more, and has failed. In order of acceptance. */
export async function endQueue(db: Queryable, accountId: string): Promise<MessageRow[]> {
  return db.rows<MessageRow>(endQueueSql, [accountId]);
}

const expireSql = `
  UPDATE messages m SET status = 'expired', expired_at = now()
  WHERE m.id IN (SELECT q.id FROM messages q WHERE q.status = 'queued' AND q.expires_at <= now()
                 ORDER BY q.account_id, q.position LIMIT $1 FOR UPDATE SKIP LOCKED)
  RETURNING ${messageColumns}`;

/** Queued messages whose time is over. */
export async function expireQueued(db: Queryable, limit: number): Promise<MessageRow[]> {
  return db.rows<MessageRow>(expireSql, [limit]);
}

const giveUpSql = `
  UPDATE messages m
  SET status = 'failed', failed_at = now(), error_code = 'send.unconfirmed', error_retryable = false,
      error_message = 'WhatsApp never confirmed this message. It may have arrived.'
  WHERE m.id IN (SELECT q.id FROM messages q WHERE q.status = 'sending' AND q.expires_at <= now()
                 ORDER BY q.account_id, q.position LIMIT $1 FOR UPDATE SKIP LOCKED)
  RETURNING ${messageColumns}`;

/** Messages under way whose time is over without a confirmation. */
export async function giveUpUnconfirmed(db: Queryable, limit: number): Promise<MessageRow[]> {
  return db.rows<MessageRow>(giveUpSql, [limit]);
}
