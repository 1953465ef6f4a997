import type { Person, Receipt } from '../../channels/content.ts';
import type { Change, ChangeKind } from '../../platform/commit-writer.ts';
import type { Transaction } from '../../platform/database.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import type { Acts } from './acts.ts';
import { type ChatOpener, openingChats, withOpenedChats } from './chats.store.ts';
import { announceChange, statusOccurrence } from './message-events.ts';
import { messageColumns } from './messages.store.ts';

const forward = `ARRAY['queued', 'sending', 'sent', 'delivered', 'read', 'played']`;
const rankOf: Record<Receipt['status'], number> = { delivered: 4, read: 5, played: 6 };

const personalSql = `
  WITH given AS (
    SELECT * FROM jsonb_to_recordset($1::jsonb)
      AS g("accountId" text, "remoteId" text, "rank" int, "status" text, "at" timestamptz)
  ), moved AS (
  UPDATE messages m
  SET status = g.status,
      sent_at = coalesce(m.sent_at, now()),
      delivered_at = coalesce(m.delivered_at, greatest(g.at, coalesce(m.sent_at, now()))),
      read_at = CASE WHEN g.rank >= 5 THEN coalesce(m.read_at, greatest(g.at, coalesce(m.sent_at, now()))) ELSE m.read_at END,
      played_at = CASE WHEN g.rank >= 6 THEN coalesce(m.played_at, greatest(g.at, coalesce(m.sent_at, now()))) ELSE m.played_at END
  FROM given g
  WHERE m.account_id = g."accountId" AND m.remote_id = g."remoteId" AND m.direction = 'outgoing' AND m.chat_type = 'personal'
    AND array_position(${forward}, m.status) < g.rank
  RETURNING ${messageColumns})
  ${openingChats('moved')}`;

// A member is found under either address. Who is none counts only where nobody knows who was there.
const groupSql = `
  WITH given AS (
    SELECT m.id AS message, coalesce(replace(l.phone, '+', '') || '@s.whatsapp.net', g.jid) AS jid, g.lid,
           ARRAY[g.jid, g.lid, replace(l.phone, '+', '') || '@s.whatsapp.net'] AS names, g.rank, g.at
    FROM jsonb_to_recordset($1::jsonb)
      AS g("accountId" text, "remoteId" text, "jid" text, "lid" text, "rank" int, "at" timestamptz)
    JOIN messages m ON m.account_id = g."accountId" AND m.remote_id = g."remoteId" AND m.direction = 'outgoing'
      AND m.chat_type = 'group'
    LEFT JOIN lid_mappings l ON l.account_id = m.account_id AND l.lid = g.jid
  ),
  matched AS (
    SELECT g.message, coalesce(r.person, g.jid) AS person, g.lid, coalesce(r.member, false) AS member, g.rank, g.at
    FROM given g
    LEFT JOIN message_receipts r ON r.message_id = g.message AND (r.person = ANY(g.names) OR r.lid = ANY(g.names))
    WHERE r.person IS NOT NULL
      OR NOT EXISTS (SELECT FROM message_receipts o WHERE o.message_id = g.message AND o.member)
  )
  INSERT INTO message_receipts AS r (message_id, person, lid, member, delivered_at, read_at, played_at)
  SELECT message, person, max(lid), bool_or(member), min(at), min(at) FILTER (WHERE rank >= 5),
         min(at) FILTER (WHERE rank >= 6)
  FROM matched GROUP BY message, person
  ON CONFLICT (message_id, person) DO UPDATE
  SET delivered_at = coalesce(r.delivered_at, excluded.delivered_at), read_at = coalesce(r.read_at, excluded.read_at),
      played_at = coalesce(r.played_at, excluded.played_at)
  RETURNING message_id AS id`;

// What one person has, WhatsApp has: a receipt may be quicker than the confirmation.
const reachedSql = `
  WITH reached AS (
    SELECT m.id,
           CASE WHEN bool_and(r.played_at IS NOT NULL) FILTER (WHERE r.member) THEN 6
                WHEN bool_and(r.read_at IS NOT NULL) FILTER (WHERE r.member) THEN 5
                WHEN bool_and(r.delivered_at IS NOT NULL) FILTER (WHERE r.member) THEN 4
                ELSE 3 END AS rank,
           max(r.delivered_at) AS delivered_at, max(r.read_at) AS read_at, max(r.played_at) AS played_at
    FROM (SELECT DISTINCT "accountId", "remoteId" FROM jsonb_to_recordset($1::jsonb)
          AS g("accountId" text, "remoteId" text)) g
    JOIN messages m ON m.account_id = g."accountId" AND m.remote_id = g."remoteId" AND m.direction = 'outgoing'
      AND m.chat_type = 'group'
    JOIN message_receipts r ON r.message_id = m.id
    GROUP BY m.id
    HAVING bool_or(r.delivered_at IS NOT NULL)
  ), moved AS (
  UPDATE messages m
  SET status = (${forward})[g.rank],
      sent_at = coalesce(m.sent_at, now()),
      delivered_at = CASE WHEN g.rank >= 4 THEN coalesce(m.delivered_at, greatest(g.delivered_at, coalesce(m.sent_at, now()))) ELSE m.delivered_at END,
      read_at = CASE WHEN g.rank >= 5 THEN coalesce(m.read_at, greatest(g.read_at, coalesce(m.sent_at, now()))) ELSE m.read_at END,
      played_at = CASE WHEN g.rank >= 6 THEN coalesce(m.played_at, greatest(g.played_at, coalesce(m.sent_at, now()))) ELSE m.played_at END
  FROM reached g
  WHERE m.id = g.id AND array_position(${forward}, m.status) < g.rank
  RETURNING ${messageColumns})
  ${openingChats('moved')}`;

/** Receipts of people, which move a message forward only: a group's one when all who were there have come as far. */
export function receiptKind(events: EventBus, acts: Acts): ChangeKind<Receipt> {
  async function tell(tx: Transaction, moved: readonly ChatOpener[]): Promise<void> {
    events.publish(tx, withOpenedChats(moved, statusOccurrence));
    tx.afterCommit(() => moved.forEach((row) => announceChange(events, row)));
    await acts.confirmed(tx, moved);
  }

  async function applyPersonal(tx: Transaction, changes: readonly Change<Receipt>[]): Promise<void> {
    const furthest = new Map<string, { accountId: string; remoteId: string; status: string; at: Date; rank: number }>();
    for (const { owner, row } of changes) {
      const { remoteId, status, at } = row;
      const name = `${owner} ${remoteId}`;
      const rank = rankOf[status];
      if (rank > (furthest.get(name)?.rank ?? 0)) furthest.set(name, { accountId: owner, remoteId, status, at, rank });
    }
    await tell(tx, await tx.rows<ChatOpener>(personalSql, [JSON.stringify([...furthest.values()])]));
  }

  async function applyGroup(tx: Transaction, changes: readonly Change<Receipt>[]): Promise<void> {
    const given = JSON.stringify(
      changes.map(({ owner, row: { remoteId, from, status, at } }) => ({
        accountId: owner,
        remoteId,
        jid: from.jid,
        lid: from.lid,
        rank: rankOf[status],
        at,
      })),
    );
    const [counted, moved] = await Promise.all([
      tx.rows<{ id: string }>(groupSql, [given]),
      tx.rows<ChatOpener>(reachedSql, [given]),
    ]);
    await tell(tx, moved);
    tx.afterCommit(() => {
      for (const id of new Set(counted.map((row) => row.id))) events.announce(`message:${id}`);
      for (const owner of new Set(changes.map((change) => change.owner))) events.announce(`messages:${owner}`);
    });
  }

  return {
    name: 'message-receipts',
    order: 4,
    async apply(tx, changes) {
      const personal = changes.filter(({ row }) => !row.group);
      const group = changes.filter(({ row }) => row.group);
      await Promise.all([
        personal.length > 0 && applyPersonal(tx, personal),
        group.length > 0 && applyGroup(tx, group),
      ]);
    },
  };
}

export interface RecipientsRow {
  remoteId: string;
  people: readonly Person[];
}

const recipientsSql = `
  INSERT INTO message_receipts AS r (message_id, person, lid, member)
  SELECT m.id, g.person, max(g.lid), true
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS g(account_id, remote_id, person, lid)
  JOIN messages m ON m.account_id = g.account_id AND m.remote_id = g.remote_id AND m.direction = 'outgoing'
    AND m.chat_type = 'group'
  GROUP BY m.id, g.person
  ON CONFLICT (message_id, person) DO UPDATE SET member = true, lid = coalesce(r.lid, excluded.lid)`;

/** Who was in the group when a message left. */
export const recipientsKind: ChangeKind<RecipientsRow> = {
  name: 'message-recipients',
  order: 3,
  async apply(tx, changes) {
    const given = changes.flatMap(({ owner, row }) =>
      row.people.map((person) => ({ owner, remoteId: row.remoteId, ...person })),
    );
    await tx.execute(recipientsSql, [
      given.map(({ owner }) => owner),
      given.map(({ remoteId }) => remoteId),
      given.map(({ jid }) => jid),
      given.map(({ lid }) => lid),
    ]);
  },
};
