import type { Queryable } from '../../platform/database.ts';
import type { MessageRow } from './message.ts';
import { actTypesSql, messageColumns } from './messages.store.ts';

export interface ChatRow {
  jid: string;
  type: MessageRow['chatType'];
  /** As the other side calls itself; null in a group, and where nobody has written yet. */
  name: string | null;
  /** What arrived and nobody has read or answered, 100 at most. */
  unread: number;
}

/** So many messages of a chat are looked at for its name and for what is unread. */
const looked = 100;

// What a person wrote here or on the phone has seen what stood before it; what a program sends has not.
const recentSql = `
  SELECT count(*) FILTER (WHERE r.direction = 'incoming' AND r.status = 'received' AND r.position > r.seen)::int AS unread,
         (array_agg(r.from_name ORDER BY r.position DESC) FILTER (
           WHERE r.direction = 'incoming' AND r.chat_type = 'personal' AND r.from_name <> ''))[1] AS name
  FROM (
    SELECT l.*, coalesce(max(l.position) FILTER (
             WHERE l.direction = 'outgoing' AND l.origin IN ('inbox', 'phone')) OVER (), 0) AS seen
    FROM (
      SELECT direction, origin, status, from_name, chat_type, position FROM messages
      WHERE account_id = $1 AND chat_jid = m.chat_jid ORDER BY position DESC LIMIT ${looked}) l) r`;

// From chat to chat along the index, so that a chat costs the same with one message and with a million.
const listSql = `
  WITH RECURSIVE chats AS (
    (SELECT chat_jid FROM messages WHERE account_id = $1 ORDER BY chat_jid LIMIT 1)
    UNION ALL
    SELECT (SELECT chat_jid FROM messages WHERE account_id = $1 AND chat_jid > chats.chat_jid ORDER BY chat_jid LIMIT 1)
    FROM chats WHERE chats.chat_jid IS NOT NULL
  ), latest AS (
    SELECT l.* FROM chats CROSS JOIN LATERAL (
      SELECT * FROM messages WHERE account_id = $1 AND chat_jid = chats.chat_jid AND type <> ALL (${actTypesSql})
      ORDER BY position DESC LIMIT 1) l
    WHERE $2::bigint IS NULL OR l.position < $2
    ORDER BY l.position DESC LIMIT $3
  )
  SELECT ${messageColumns}, recent.unread, recent.name FROM latest m CROSS JOIN LATERAL (${recentSql}) recent
  ORDER BY m.position DESC`;

export type LatestRow = MessageRow & Pick<ChatRow, 'name' | 'unread'>;

/** The last message of each chat, the newest first: of those that are older than the given place. */
export async function listChats(
  db: Queryable,
  accountId: string,
  page: { beforePosition: number | undefined; limit: number },
): Promise<LatestRow[]> {
  return db.rows<LatestRow>(listSql, [accountId, page.beforePosition ?? null, page.limit]);
}

const chatSql = `
  SELECT m.chat_jid AS jid, m.chat_type AS type, recent.unread, recent.name
  FROM (SELECT chat_jid, chat_type FROM messages WHERE account_id = $1 AND chat_jid = $2 LIMIT 1) m
  CROSS JOIN LATERAL (${recentSql}) recent`;

/** Undefined where nothing was written yet. */
export async function findChat(db: Queryable, accountId: string, jid: string): Promise<ChatRow | undefined> {
  return db.one<ChatRow>(chatSql, [accountId, jid]);
}

const byRemoteIdsSql = `
  SELECT ${messageColumns} FROM messages m WHERE m.account_id = $1 AND m.chat_jid = $2 AND m.remote_id = ANY($3)`;

export async function findInChatByRemoteIds(
  db: Queryable,
  accountId: string,
  chatJid: string,
  remoteIds: readonly string[],
): Promise<MessageRow[]> {
  return db.rows<MessageRow>(byRemoteIdsSql, [accountId, chatJid, remoteIds]);
}
