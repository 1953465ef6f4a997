import { actTypes } from '../../channels/content.ts';
import type { Queryable } from '../../platform/database.ts';
import type { MessageRow, MessageStatus } from './message.ts';

export const messageColumns = `
  m.id, m.account_id AS "accountId", m.position, m.direction, m.origin, m.remote_id AS "remoteId",
  m.chat_jid AS "chatJid", m.chat_type AS "chatType", m.to_jid AS "toJid", m.from_jid AS "fromJid",
  m.from_phone AS "fromPhone", m.from_lid AS "fromLid", m.from_name AS "fromName", m.type, m.text, m.content, m.mentions,
  m.reply_to AS "replyTo", m.status, m.queued_at AS "queuedAt", m.sending_at AS "sendingAt", m.sent_at AS "sentAt",
  m.delivered_at AS "deliveredAt", m.read_at AS "readAt", m.played_at AS "playedAt", m.received_at AS "receivedAt",
  m.failed_at AS "failedAt", m.expired_at AS "expiredAt", m.cancelled_at AS "cancelledAt",
  m.error_code AS "errorCode", m.error_message AS "errorMessage", m.error_retryable AS "errorRetryable",
  m.reference_id AS "referenceId", m.expires_at AS "expiresAt", m.edited_at AS "editedAt", m.deleted_at AS "deletedAt",
  m.reactions, m.votes, m.created_at AS "createdAt",
  CASE WHEN m.direction = 'outgoing' AND m.chat_type = 'group' THEN (
    SELECT jsonb_build_object('members', nullif(count(*) FILTER (WHERE r.member), 0), 'delivered', count(r.delivered_at),
                              'read', count(r.read_at), 'played', count(r.played_at))
    FROM message_receipts r WHERE r.message_id = m.id) END AS receipts`;

/** Types of rows that are no message of their own. */
export const actTypesSql = `'{${actTypes.join()}}'`;

export interface MessageFilter {
  accountId: string;
  direction: 'incoming' | 'outgoing' | undefined;
  chatJid: string | undefined;
  status: MessageStatus | undefined;
  since: Date | undefined;
  /** Only messages accepted before this place. */
  beforePosition: number | undefined;
  limit: number;
}

// What was done to a message is shown by that message; by itself only while it has not happened.
const listSql = `
  SELECT ${messageColumns} FROM messages m
  WHERE m.account_id = $1
    AND ($2::text IS NULL OR m.direction = $2)
    AND ($3::text IS NULL OR m.chat_jid = $3)
    AND ($4::text IS NULL OR m.status = $4)
    AND ($5::timestamptz IS NULL OR m.created_at >= $5)
    AND ($6::bigint IS NULL OR m.position < $6)
    AND (m.type <> ALL (${actTypesSql}) OR m.sent_at IS NULL)
  ORDER BY m.position DESC LIMIT $7`;

/** Newest first. */
export async function listMessages(db: Queryable, filter: MessageFilter): Promise<MessageRow[]> {
  const { accountId, direction, chatJid, status, since, beforePosition, limit } = filter;
  return db.rows<MessageRow>(listSql, [
    accountId,
    direction ?? null,
    chatJid ?? null,
    status ?? null,
    since ?? null,
    beforePosition ?? null,
    limit,
  ]);
}

const findSql = `
  SELECT ${messageColumns} FROM messages m WHERE m.id = $1 AND ($2::text IS NULL OR m.account_id = $2)`;

export async function findMessage(
  db: Queryable,
  id: string,
  accountId: string | undefined,
): Promise<MessageRow | undefined> {
  return db.one<MessageRow>(findSql, [id, accountId ?? null]);
}

const arrivedSql = `
  SELECT ${messageColumns} FROM messages m
  WHERE m.account_id = $1 AND m.remote_id = $2 AND m.direction = 'incoming' LIMIT 1`;

export async function findArrived(db: Queryable, accountId: string, remoteId: string): Promise<MessageRow | undefined> {
  return db.one<MessageRow>(arrivedSql, [accountId, remoteId]);
}

const byRemoteIdSql = `
  SELECT ${messageColumns}, m.original FROM messages m
  WHERE m.account_id = $1 AND m.remote_id = $2 AND ($3::text IS NULL OR m.direction = $3)
  ORDER BY m.position DESC LIMIT 1`;

/** What stands under the network's id, with its sealed original. */
export async function findByRemoteId(
  db: Queryable,
  accountId: string,
  remoteId: string,
  direction?: 'incoming' | 'outgoing',
): Promise<(MessageRow & { original: Buffer | null }) | undefined> {
  return db.one(byRemoteIdSql, [accountId, remoteId, direction ?? null]);
}

const canonicalChatSql = 'SELECT phone FROM lid_mappings WHERE account_id = $1 AND lid = $2';

/** The phone behind a LID, where it is known. */
export async function findPhoneOfLid(db: Queryable, accountId: string, lid: string): Promise<string | undefined> {
  return (await db.one<{ phone: string }>(canonicalChatSql, [accountId, lid]))?.phone;
}

export interface Milestones {
  /** Through this server and confirmed by the network. */
  sent: boolean;
  received: boolean;
  /** Accepted from a caller of the API. */
  calledByApi: boolean;
}

// Looks at the latest only, so that an account with a long history costs no more than a new one.
const milestonesSql = `
  SELECT coalesce(bool_or(direction = 'outgoing' AND origin <> 'phone' AND sent_at IS NOT NULL), false) AS sent,
         coalesce(bool_or(direction = 'incoming'), false) AS received,
         coalesce(bool_or(origin = 'api'), false) AS "calledByApi"
  FROM (SELECT direction, origin, sent_at FROM messages WHERE account_id = $1 ORDER BY position DESC LIMIT 500) latest`;

export async function findMilestones(db: Queryable, accountId: string): Promise<Milestones> {
  const found = await db.one<Milestones>(milestonesSql, [accountId]);
  return found ?? { sent: false, received: false, calledByApi: false };
}
