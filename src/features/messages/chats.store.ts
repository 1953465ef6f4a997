import type { ChatChange } from '../../channels/channel.ts';
import type { EventName } from '../../events.ts';
import type { ChangeKind } from '../../platform/commit-writer.ts';
import type { Transaction } from '../../platform/database.ts';
import type { EventBus, Occurrence } from '../../platform/event-bus.ts';
import type { MessageRow } from './message.ts';
import { actTypesSql } from './messages.store.ts';

/** A message that has just arrived or was just confirmed, and whether its chat was not there before. */
export type ChatOpener = MessageRow & { opensChat: boolean };

/**
 * The end of a statement whose WITH gives `rows` of `messageColumns`, which became real just now: keeps the chats of which
 * they are the first. Part of that statement, so that it costs no round trip of its own.
 */
export function openingChats(rows: string, more = ''): string {
  return `
  , opened AS (
    INSERT INTO chats (account_id, jid)
    SELECT DISTINCT "accountId", "chatJid" FROM ${rows}
    WHERE "chatType" <> 'status' AND status <> 'failed' AND type <> ALL (${actTypesSql}) ORDER BY 1, 2
    ON CONFLICT DO NOTHING RETURNING account_id, jid
  )
  SELECT r.*, o.jid IS NOT NULL AND r.status <> 'failed' AS "opensChat"${more}
  FROM ${rows} r LEFT JOIN opened o ON o.account_id = r."accountId" AND o.jid = r."chatJid"
  ORDER BY r.position`;
}

/** What is told of these messages, with an event for each chat that appears before the first one in it. */
export function withOpenedChats(rows: readonly ChatOpener[], told: (row: MessageRow) => Occurrence): Occurrence[] {
  const opened = new Set<string>();
  return rows.flatMap((row) => {
    const chat = `${row.accountId} ${row.chatJid}`;
    if (!row.opensChat || opened.has(chat)) return [told(row)];
    opened.add(chat);
    return [openedOccurrence(row), told(row)];
  });
}

function openedOccurrence({ id, accountId, chatJid, chatType }: MessageRow): Occurrence {
  const names: EventName[] = ['chats.upsert'];
  return { accountId, names, data: { chat: { jid: chatJid, type: chatType }, messageId: id } };
}

const movedSql = `
  WITH moved AS (
    DELETE FROM chats c USING unnest($1::text[], $2::text[]) AS g(account_id, lid)
    JOIN lid_mappings l ON l.account_id = g.account_id AND l.lid = g.lid
    WHERE c.account_id = l.account_id AND c.jid = l.lid
    RETURNING c.account_id, c.jid AS lid, replace(l.phone, '+', '') || '@s.whatsapp.net' AS jid
  ), kept AS (
    INSERT INTO chats (account_id, jid) SELECT DISTINCT account_id, jid FROM moved ORDER BY 1, 2 ON CONFLICT DO NOTHING
  )
  SELECT account_id AS "accountId", jid, array_agg(lid ORDER BY lid) AS replaces FROM moved GROUP BY 1, 2`;

/** Chats that came under LIDs whose phones are known now stand under the phones'. */
export async function moveChats(
  tx: Transaction,
  learnt: readonly { accountId: string; lid: string }[],
): Promise<Occurrence[]> {
  const moved = await tx.rows<{ accountId: string; jid: string; replaces: string[] }>(movedSql, [
    learnt.map(({ accountId }) => accountId),
    learnt.map(({ lid }) => lid),
  ]);
  const names: EventName[] = ['chats.update'];
  return moved.map(({ accountId, jid, replaces }) => ({
    accountId,
    names,
    data: { chat: { jid, type: 'personal' }, replaces },
  }));
}

// A chat that is named by its LID is kept under the phone's address as soon as that is known.
const changedSql = `
  WITH given AS (
    SELECT g.*, coalesce(replace(l.phone, '+', '') || '@s.whatsapp.net', g.jid) AS chat
    FROM unnest($1::text[], $2::text[], $3::boolean[]) WITH ORDINALITY AS g(account_id, jid, deleted, place)
    LEFT JOIN lid_mappings l ON l.account_id = g.account_id AND l.lid = g.jid
  ), gone AS (
    DELETE FROM chats c USING given g WHERE g.deleted AND c.account_id = g.account_id AND c.jid = g.chat
  )
  SELECT chat FROM given ORDER BY place`;

/** What the owner does to chats on the phone. A deleted one keeps its messages here; it appears anew with its next one. */
export function chatKind(events: EventBus): ChangeKind<ChatChange> {
  return {
    name: 'chats',
    order: 6,
    async apply(tx, changes) {
      const chats = await tx.rows<{ chat: string }>(changedSql, [
        changes.map(({ owner }) => owner),
        changes.map(({ row }) => row.chat.jid),
        changes.map(({ row }) => row.kind === 'deleted'),
      ]);
      events.publish(
        tx,
        changes.map(({ owner, row }, index) => changedOccurrence(owner, row, chats[index]?.chat ?? row.chat.jid)),
      );
      tx.afterCommit(() => {
        for (const owner of new Set(changes.map((change) => change.owner))) events.announce(`messages:${owner}`);
      });
    },
  };
}

function changedOccurrence(accountId: string, change: ChatChange, jid: string): Occurrence {
  const chat = { jid, type: change.chat.type };
  const names: EventName[] = [change.kind === 'deleted' ? 'chats.delete' : 'chats.update'];
  if (change.kind === 'deleted') return { accountId, names, data: { chat } };
  const { mutedUntil, ...switches } = change.settings;
  const until = mutedUntil === undefined ? {} : { mutedUntil: mutedUntil?.toISOString() ?? null };
  return { accountId, names, data: { chat, ...switches, ...until } };
}
