import type { ChangeKind } from '../../platform/commit-writer.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import { type ActsOf, mergeActs } from './acts.store.ts';
import type { Acts } from './acts.ts';
import { type ChatOpener, moveChats, openingChats, withOpenedChats } from './chats.store.ts';
import type { MediaLinks } from './media-links.ts';
import { incomingOccurrence } from './message-events.ts';
import type { MessageRow } from './message.ts';
import { messageColumns } from './messages.store.ts';

export interface IncomingRow {
  id: string;
  remoteId: string;
  chatJid: string;
  chatType: string;
  /** The chat's address on the wire. */
  address: string;
  fromJid: string;
  fromPhone: string | null;
  fromLid: string | null;
  fromName: string | null;
  fromMe: boolean;
  type: string;
  text: string | null;
  /** What it says beside its text. */
  content: object | null;
  mentions: string[];
  /** Sealed. */
  original: Buffer | null;
  /** Sealed. */
  secret: Buffer | null;
  replyTo: string | null;
  sentAt: Date;
}

// A chat that came under its LID is kept under the phone address as soon as that is known.
const insertSql = `
  WITH given AS (
    SELECT g.*, coalesce(replace(l.phone, '+', '') || '@s.whatsapp.net', g."chatJid") AS chat
    FROM jsonb_to_recordset($1::jsonb) AS g(
      "accountId" text, "id" text, "remoteId" text, "chatJid" text, "chatType" text, "address" text, "fromJid" text, "fromPhone" text, "fromLid" text,
      "fromName" text, "fromMe" boolean, "type" text, "text" text, "content" jsonb, "mentions" text[], "original" text, "secret" text,
      "replyTo" text, "sentAt" timestamptz, "place" int)
    LEFT JOIN lid_mappings l ON l.account_id = g."accountId" AND l.lid = g."chatJid"
  ), stored AS (
  INSERT INTO messages AS m (id, account_id, direction, origin, remote_id, chat_jid, chat_type, to_jid, from_jid, from_phone,
                             from_lid, from_name, type, text, content, mentions, original, secret, reply_to, status, sent_at, received_at)
  SELECT id, "accountId", CASE WHEN "fromMe" THEN 'outgoing' ELSE 'incoming' END,
         CASE WHEN "fromMe" THEN 'phone' ELSE 'contact' END, "remoteId", chat, "chatType", nullif("address", chat),
         "fromJid", "fromPhone",
         "fromLid", "fromName", type, text, content, mentions, decode("original", 'base64'), decode("secret", 'base64'),
         "replyTo",
         CASE WHEN "fromMe" THEN 'sent' ELSE 'received' END, "sentAt", CASE WHEN "fromMe" THEN NULL ELSE now() END
  FROM given ORDER BY place
  ON CONFLICT DO NOTHING
  RETURNING ${messageColumns})
  ${openingChats('stored', `, EXISTS (SELECT FROM message_acts a WHERE a.account_id = r."accountId" AND a.target_id = r."remoteId") AS "hasActs"`)}`;

/** What arrived, each once; its event in the same commit. Something may have been done to it before it came. */
export function incomingKind(events: EventBus, links: MediaLinks, acts: Acts): ChangeKind<IncomingRow> {
  return {
    name: 'messages-incoming',
    order: 2,
    async apply(tx, changes) {
      const given = changes.map(({ owner, row }, place) => ({
        ...row,
        accountId: owner,
        original: row.original?.toString('base64') ?? null,
        secret: row.secret?.toString('base64') ?? null,
        place,
      }));
      const stored = await tx.rows<ChatOpener & { hasActs: boolean }>(insertSql, [JSON.stringify(given)]);
      const settled = await acts.settle(tx, stored.filter(({ hasActs }) => hasActs).map(actsOf));
      events.publish(
        tx,
        withOpenedChats(stored, (row) => incomingOccurrence(settled.rows.get(row.id) ?? row, links)),
      );
      settled.tell();
      tx.afterCommit(() => {
        for (const accountId of new Set(stored.map((row) => row.accountId))) events.announce(`messages:${accountId}`);
      });
    },
  };
}

const mappingSql = `
  INSERT INTO lid_mappings (account_id, lid, phone)
  SELECT DISTINCT ON (account_id, lid) account_id, lid, phone
  FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS g(account_id, lid, phone, place)
  ORDER BY account_id, lid, place DESC
  ON CONFLICT (account_id, lid) DO UPDATE SET phone = excluded.phone
  WHERE lid_mappings.phone <> excluded.phone
  RETURNING account_id AS "accountId", lid`;
const mergeChatsSql = `
  UPDATE messages m
  SET chat_jid = replace(l.phone, '+', '') || '@s.whatsapp.net',
      to_jid = CASE WHEN m.direction = 'incoming' THEN coalesce(m.to_jid, m.chat_jid) ELSE m.to_jid END
  FROM unnest($1::text[], $2::text[]) AS g(account_id, lid)
  JOIN lid_mappings l ON l.account_id = g.account_id AND l.lid = g.lid
  WHERE m.account_id = l.account_id AND m.chat_jid = l.lid`;

/** Which phone stands behind a LID. What was kept under the LID moves to the phone's chat. */
export function mappingKind(events: EventBus, acts: Acts): ChangeKind<{ lid: string; phone: string }> {
  return {
    name: 'lid-mappings',
    order: 1,
    async apply(tx, changes) {
      const learnt = await tx.rows<{ accountId: string; lid: string }>(mappingSql, [
        changes.map(({ owner }) => owner),
        changes.map(({ row }) => row.lid),
        changes.map(({ row }) => row.phone),
      ]);
      if (learnt.length === 0) return;
      const [chats] = await Promise.all([
        moveChats(tx, learnt),
        tx.execute(mergeChatsSql, [learnt.map(({ accountId }) => accountId), learnt.map(({ lid }) => lid)]),
      ]);
      events.publish(tx, chats);
      (await acts.settle(tx, await mergeActs(tx, learnt))).tell();
    },
  };
}

function actsOf({ accountId, remoteId }: MessageRow): ActsOf {
  return { accountId, targetId: remoteId };
}
