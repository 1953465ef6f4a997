import type { Transaction } from '../../platform/database.ts';
import { sendingTerms } from '../accounts/accounts.ts';
import type { MessageStatus, Origin } from './message.ts';
import { actTypesSql } from './messages.store.ts';

export interface NewMessage {
  id: string;
  accountId: string;
  origin: Origin;
  remoteId: string;
  chatJid: string;
  chatType: string;
  toJid: string | null;
  type: string;
  text: string | null;
  content: object | null;
  /** Ours or the network's id of the message that it answers. */
  replyTo: string | null;
  mentions: string[];
  referenceId: string | null;
  /** Lower goes first. */
  priority: number;
  sendAt: Date | null;
  typing: boolean;
  expiresAt: Date;
  /** Of what it says, whomever it is for; null for what nobody might send again by mistake. */
  contentHash: Buffer | null;
  /** The same again within the account's window is the first one. */
  mayBeRetry: boolean;
}

/** What became of a message that was offered to a queue, and why. */
export interface Enqueued {
  isQueued: boolean;
  /** Whether the account takes messages at all. */
  accepts: boolean;
  /** Before it. */
  waiting: number;
  queueLimit: number;
  /** The one of which it is a retry. */
  same: { id: string; whatsappId: string; status: MessageStatus } | null;
  /** Whether there is no such message as it answers. */
  answersNothing: boolean;
  /** To how many new chats the same was written within a day, if this is one, too. */
  sameInNewChats: number;
}

export interface EnqueueOptions {
  /** How far `sameInNewChats` counts. */
  sameAtMost: number;
  /** Whether nothing follows in the transaction. */
  isLast: boolean;
}

// The lock makes two callers with the same content wait for each other, so that the second sees the first one's row.
const lockContentSql = 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))';

// One statement, so that it costs one round trip and may travel with COMMIT.
const enqueueSql = `
  WITH account AS (
    SELECT a.phone, a.lid, ${sendingTerms} FROM whatsapp_accounts a WHERE a.id = $2
  ), answered AS (
    SELECT remote_id FROM messages
    WHERE account_id = $2 AND chat_jid = $5 AND (id = $11 OR remote_id = $11) AND type <> ALL (${actTypesSql}) LIMIT 1
  ), same AS (
    SELECT m.id, m.remote_id AS "whatsappId", m.status FROM messages m, account a
    WHERE $19 AND a."retrySeconds" > 0 AND m.account_id = $2 AND m.chat_jid = $5 AND m.content_hash = $16
      AND m.created_at > now() - a."retrySeconds" * interval '1 second'
    ORDER BY m.created_at DESC LIMIT 1
  ), waiting AS (
    SELECT count(*)::int AS count FROM messages WHERE account_id = $2 AND status = 'queued'
  ), chat AS (
    SELECT $6 = 'personal' AND (SELECT true FROM messages WHERE account_id = $2 AND chat_jid = $5 LIMIT 1) IS NULL AS "isNew"
  ), said AS (
    SELECT count(*)::int AS count FROM (
      SELECT FROM messages m, chat WHERE chat."isNew" AND m.account_id = $2 AND m.content_hash = $16 AND m.opens_chat
        AND m.created_at > now() - interval '1 day' LIMIT $20) m
  ), queued AS (
    INSERT INTO messages (id, account_id, direction, origin, remote_id, chat_jid, chat_type, to_jid, from_jid,
                          from_phone, from_lid, type, text, content, reply_to, mentions, status, queued_at,
                          reference_id, expires_at, content_hash, priority, send_at, typing, opens_chat)
    SELECT $1, $2, 'outgoing', $3, $4, $5, $6, $7, coalesce(ltrim(a.phone, '+') || '@s.whatsapp.net', ''),
           a.phone, a.lid, $8, $9, $10::jsonb, (SELECT remote_id FROM answered), $12::text[], 'queued', now(),
           $13, $14::timestamptz, $16, $15::smallint, $17::timestamptz, $18::boolean, chat."isNew"
    FROM account a, waiting w, chat
    WHERE a.accepts AND w.count < a."queueLimit" AND NOT EXISTS (SELECT FROM same)
      AND ($11::text IS NULL OR EXISTS (SELECT FROM answered))
    RETURNING id
  )
  SELECT a.accepts, a."queueLimit", w.count AS waiting, said.count AS "sameInNewChats",
         (SELECT to_jsonb(same) FROM same) AS same, EXISTS (SELECT FROM queued) AS "isQueued",
         $11::text IS NOT NULL AND NOT EXISTS (SELECT FROM answered) AS "answersNothing"
  FROM account a, waiting w, said`;

/**
 * Puts a message into its account's queue, unless the account does not take it, its queue is full, it answers nothing or
 * is a retry; undefined when there is no account.
 */
export async function enqueue(
  tx: Transaction,
  message: NewMessage,
  { sameAtMost, isLast }: EnqueueOptions,
): Promise<Enqueued | undefined> {
  const { accountId, chatJid, contentHash, mayBeRetry } = message;
  const run: Transaction['one'] = (sql, values) => (isLast ? tx.last(sql, values) : tx.one(sql, values));
  const lock = [accountId, chatJid, contentHash?.toString('hex')].join('|');
  const [, enqueued] = await Promise.all([
    mayBeRetry ? tx.execute(lockContentSql, [lock]) : undefined,
    run<Enqueued>(enqueueSql, [
      message.id,
      accountId,
      message.origin,
      message.remoteId,
      chatJid,
      message.chatType,
      message.toJid,
      message.type,
      message.text,
      message.content && JSON.stringify(message.content),
      message.replyTo,
      message.mentions,
      message.referenceId,
      message.expiresAt,
      message.priority,
      contentHash,
      message.sendAt,
      message.typing,
      mayBeRetry,
      sameAtMost,
    ]),
  ]);
  return enqueued;
}
