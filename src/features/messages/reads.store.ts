import type { ReadMessage } from '../../channels/channel.ts';
import type { ChangeKind } from '../../platform/commit-writer.ts';
import type { Queryable } from '../../platform/database.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import type { EventName } from '../../events.ts';
import { announceChange } from './message-events.ts';

export interface ReadRow {
  remoteIds: readonly string[];
  at: Date;
}

const readSql = `
  UPDATE messages m SET status = 'read', read_at = greatest(g.at, m.received_at)
  FROM (SELECT account_id, remote_id, max(at) AS at FROM unnest($1::text[], $2::text[], $3::timestamptz[])
        AS g(account_id, remote_id, at) GROUP BY account_id, remote_id) g
  WHERE m.account_id = g.account_id AND m.remote_id = g.remote_id AND m.direction = 'incoming' AND m.status = 'received'
  RETURNING m.id, m.account_id AS "accountId", m.chat_jid AS "chatJid", m.chat_type AS "chatType"`;

interface ReadMessageRow {
  id: string;
  accountId: string;
  chatJid: string;
  chatType: string;
}

/** What people wrote and somebody has read, here or on another device of the account; one event for each chat. */
export function readKind(events: EventBus): ChangeKind<ReadRow> {
  return {
    name: 'messages-read',
    order: 4,
    async apply(tx, changes) {
      const given = changes.flatMap(({ owner, row }) =>
        row.remoteIds.map((remoteId) => ({ owner, remoteId, at: row.at })),
      );
      const read = await tx.rows<ReadMessageRow>(readSql, [
        given.map(({ owner }) => owner),
        given.map(({ remoteId }) => remoteId),
        given.map(({ at }) => at),
      ]);
      const chats = new Map<string, ReadMessageRow[]>();
      for (const row of read) {
        const chat = `${row.accountId} ${row.chatJid}`;
        chats.set(chat, [...(chats.get(chat) ?? []), row]);
      }
      events.publish(tx, [...chats.values()].map(readOccurrence));
      tx.afterCommit(() => read.forEach((row) => announceChange(events, row)));
    },
  };
}

function readOccurrence(rows: readonly ReadMessageRow[]) {
  const [{ accountId, chatJid, chatType } = { accountId: '', chatJid: '', chatType: '' }] = rows;
  const names: EventName[] = ['chats.update'];
  return { accountId, names, data: { chat: { jid: chatJid, type: chatType }, read: rows.map(({ id }) => id) } };
}

const unreadSql = `
  SELECT m.remote_id AS "remoteId", coalesce(m.to_jid, m.chat_jid) AS address, m.from_jid AS "fromJid", m.from_lid AS "fromLid"
  FROM messages m
  WHERE m.account_id = $1 AND m.chat_jid = $2 AND m.direction = 'incoming' AND m.status = 'received'
    AND m.chat_type IN ('personal', 'group')
  ORDER BY m.position DESC LIMIT $3`;

interface UnreadRow {
  remoteId: string;
  address: string;
  fromJid: string;
  fromLid: string | null;
}

/** The latest messages of people in a chat that nobody has read. */
export async function findUnread(
  db: Queryable,
  accountId: string,
  chatJid: string,
  limit: number,
): Promise<ReadMessage[]> {
  const rows = await db.rows<UnreadRow>(unreadSql, [accountId, chatJid, limit]);
  return rows.map(({ remoteId, address, fromJid, fromLid }) => ({
    remoteId,
    chat: address,
    from: { jid: fromJid, lid: fromLid },
  }));
}
