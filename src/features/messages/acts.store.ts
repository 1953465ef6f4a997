import type { EncryptedAct, OpenedAct } from '../../channels/acts.ts';
import type { Queryable } from '../../platform/database.ts';
import type { MessageRow } from './message.ts';
import { actTypesSql, messageColumns } from './messages.store.ts';

/** What somebody did to a message, the newest of this kind that the person did to it. */
export interface ActRow {
  accountId: string;
  targetId: string;
  kind: 'reaction' | 'edit' | 'deletion' | 'vote';
  chatJid: string;
  fromMe: boolean;
  fromJid: string;
  fromPhone: string | null;
  fromLid: string | null;
  fromName: string | null;
  asAdmin: boolean;
  /** Null until it could be opened, where it came encrypted. */
  text: string | null;
  /** As the network encrypted it. */
  encrypted: Uint8Array | null;
  at: Date;
  turn: number;
}

/** Names a message by the network's id. */
export interface ActsOf {
  accountId: string;
  targetId: string;
}

// A person or a chat that came under a LID is kept under the phone as soon as that is known.
const storeSql = `
  WITH named AS (
    SELECT g.*, coalesce(replace(c.phone, '+', '') || '@s.whatsapp.net', g."chatJid") AS chat,
           coalesce(replace(p.phone, '+', '') || '@s.whatsapp.net', g."fromJid") AS person,
           coalesce(p.phone, g."fromPhone") AS phone
    FROM jsonb_to_recordset($1::jsonb) AS g(
      "accountId" text, "targetId" text, kind text, "chatJid" text, "fromMe" boolean, "fromJid" text, "fromPhone" text,
      "fromLid" text, "fromName" text, "asAdmin" boolean, text text, encrypted text, at timestamptz, turn bigint)
    LEFT JOIN lid_mappings c ON c.account_id = g."accountId" AND c.lid = g."chatJid"
    LEFT JOIN lid_mappings p ON p.account_id = g."accountId" AND p.lid = g."fromJid"
  ), given AS (
    SELECT DISTINCT ON ("accountId", "targetId", kind, person) * FROM named
    ORDER BY "accountId", "targetId", kind, person, at DESC, turn DESC
  )
  INSERT INTO message_acts AS a (account_id, target_id, kind, chat_jid, from_me, from_jid, from_phone, from_lid, from_name,
                                 as_admin, text, encrypted, at, turn)
  SELECT "accountId", "targetId", kind, chat, "fromMe", person, phone, "fromLid", "fromName", "asAdmin", text,
         decode(encrypted, 'base64'), at, turn
  FROM given
  ON CONFLICT (account_id, target_id, kind, from_jid) DO UPDATE
  SET chat_jid = excluded.chat_jid, from_phone = excluded.from_phone, from_lid = coalesce(excluded.from_lid, a.from_lid),
      from_name = coalesce(excluded.from_name, a.from_name), as_admin = excluded.as_admin, text = excluded.text,
      encrypted = excluded.encrypted, options = NULL, at = excluded.at, turn = excluded.turn, applied = false
  WHERE (excluded.at, excluded.turn) > (a.at, a.turn)
  RETURNING account_id AS "accountId", target_id AS "targetId"`;

/** Keeps these, but for what is older than what the same person did, or the same once more. Names what is new. */
export async function storeActs(db: Queryable, acts: readonly ActRow[]): Promise<ActsOf[]> {
  const given = acts.map((act) => ({
    ...act,
    encrypted: act.encrypted && Buffer.from(act.encrypted).toString('base64'),
  }));
  return db.rows<ActsOf>(storeSql, [JSON.stringify(given)]);
}

const givenSql = 'unnest($1::text[], $2::text[]) AS g(account_id, target_id)';
const targetSql = `m.account_id = g.account_id AND m.remote_id = g.target_id AND m.type <> ALL (${actTypesSql})`;
const actSql = 'a.account_id = m.account_id AND a.target_id = m.remote_id AND a.chat_jid = m.chat_jid';

function arraysOf(targets: readonly ActsOf[]): [string[], string[]] {
  return [targets.map(({ accountId }) => accountId), targets.map(({ targetId }) => targetId)];
}

const keyColumns = `
  m.account_id AS "accountId", m.remote_id AS "targetId", m.id AS "messageId", m.type, m.content, m.original, m.secret,
  m.from_jid AS "authorJid", m.from_lid AS "authorLid"`;

/** A message with what is needed to open what was done to it. */
export interface TargetRow extends ActsOf {
  messageId: string;
  type: string;
  content: object | null;
  /** Sealed, as the next. */
  original: Buffer | null;
  secret: Buffer | null;
  authorJid: string;
  authorLid: string | null;
}

const targetsSql = `
  SELECT ${keyColumns} FROM ${givenSql} JOIN messages m ON ${targetSql} WHERE m.deleted_at IS NULL`;

/** Those of these messages that are here. */
export async function listTargets(db: Queryable, targets: readonly ActsOf[]): Promise<TargetRow[]> {
  return db.rows<TargetRow>(targetsSql, arraysOf(targets));
}

const unopenedSql = `
  SELECT ${keyColumns}, a.kind, a.from_jid AS "fromJid", a.from_lid AS "fromLid", a.encrypted
  FROM ${givenSql} JOIN messages m ON ${targetSql} JOIN message_acts a ON ${actSql}
  WHERE a.encrypted IS NOT NULL AND NOT a.applied AND a.options IS NULL AND a.text IS NULL AND m.deleted_at IS NULL
    AND (a.kind <> 'vote' OR m.type = 'poll')`;

export interface UnopenedAct extends TargetRow {
  kind: EncryptedAct['kind'];
  fromJid: string;
  fromLid: string | null;
  encrypted: Buffer;
}

/** What was done to these messages and is still encrypted, as far as the messages are here. */
export async function listUnopenedActs(db: Queryable, targets: readonly ActsOf[]): Promise<UnopenedAct[]> {
  return db.rows<UnopenedAct>(unopenedSql, arraysOf(targets));
}

const openedSql = `
  UPDATE message_acts a
  SET text = g.text, turn = coalesce(g.turn, a.turn),
      options = CASE WHEN a.kind = 'vote' THEN array(SELECT jsonb_array_elements_text(g.options)) END
  FROM jsonb_to_recordset($1::jsonb)
    AS g("accountId" text, "targetId" text, kind text, "fromJid" text, text text, turn bigint, options jsonb)
  WHERE a.account_id = g."accountId" AND a.target_id = g."targetId" AND a.kind = g.kind AND a.from_jid = g."fromJid"`;

export async function storeOpenedActs(
  db: Queryable,
  acts: readonly (Pick<UnopenedAct, 'accountId' | 'targetId' | 'kind' | 'fromJid'> & OpenedAct)[],
): Promise<void> {
  await db.execute(openedSql, [JSON.stringify(acts)]);
}

// Whoever wrote a message may change it. Who that is in a chat of two is plain, under whatever address.
const byAuthorSql = `(a.from_me = (m.direction = 'outgoing') AND (
  a.from_me OR m.chat_type = 'personal' OR m.from_jid = a.from_jid OR m.from_lid = a.from_lid))`;
const applySql = `
  UPDATE message_acts a SET applied = true
  FROM ${givenSql} JOIN messages m ON ${targetSql}
  WHERE ${actSql} AND NOT a.applied AND m.deleted_at IS NULL AND CASE a.kind
    WHEN 'edit' THEN a.text IS NOT NULL AND ${byAuthorSql} AND m.type NOT IN ('unsupported', 'poll', 'location', 'contact')
    WHEN 'deletion' THEN ${byAuthorSql} OR a.as_admin AND m.chat_type = 'group'
    WHEN 'vote' THEN a.options IS NOT NULL
    ELSE a.text IS NOT NULL END
  RETURNING m.id AS "messageId", a.account_id AS "accountId", a.kind, a.from_jid AS "fromJid", a.from_phone AS "fromPhone",
            a.from_lid AS "fromLid", a.from_name AS "fromName", a.text, a.options, a.at`;

/** What changed a message just now. */
export interface AppliedAct extends Omit<ActRow, 'targetId' | 'chatJid' | 'fromMe' | 'asAdmin' | 'encrypted' | 'turn'> {
  messageId: string;
  options: string[] | null;
}

/** Counts what was done to these messages and does not show yet: each once, and only what the person may do. */
export async function applyActs(db: Queryable, targets: readonly ActsOf[]): Promise<AppliedAct[]> {
  return db.rows<AppliedAct>(applySql, arraysOf(targets));
}

const personSql = `jsonb_build_object('jid', a.from_jid, 'phone', a.from_phone, 'lid', a.from_lid, 'name', a.from_name)`;
// What was deleted for everyone is gone. What was changed is no retry of what it was before.
const showSql = `
  UPDATE messages m
  SET deleted_at = p.deleted_at, edited_at = coalesce(p.edited_at, m.edited_at),
      text = CASE WHEN p.deleted_at IS NOT NULL THEN NULL WHEN p.edited_at IS NOT NULL THEN p.text ELSE m.text END,
      content = CASE WHEN p.deleted_at IS NULL THEN m.content END,
      original = CASE WHEN p.deleted_at IS NULL THEN m.original END,
      secret = CASE WHEN p.deleted_at IS NULL THEN m.secret END,
      mentions = CASE WHEN p.deleted_at IS NULL THEN m.mentions ELSE '{}' END,
      reactions = CASE WHEN p.deleted_at IS NULL THEN coalesce(p.reactions, '[]') ELSE '[]' END,
      votes = CASE WHEN p.deleted_at IS NULL THEN coalesce(p.votes, '[]') ELSE '[]' END,
      content_hash = CASE WHEN p.deleted_at IS NULL AND p.edited_at IS NULL THEN m.content_hash END
  FROM (
    SELECT m.id, min(a.at) FILTER (WHERE a.kind = 'deletion') AS deleted_at,
           max(a.at) FILTER (WHERE a.kind = 'edit') AS edited_at,
           (array_agg(a.text ORDER BY a.at DESC, a.turn DESC) FILTER (WHERE a.kind = 'edit'))[1] AS text,
           jsonb_agg(jsonb_build_object('from', ${personSql}, 'emoji', a.text, 'at', a.at) ORDER BY a.at, a.turn)
             FILTER (WHERE a.kind = 'reaction' AND a.text <> '') AS reactions,
           jsonb_agg(jsonb_build_object('from', ${personSql}, 'options', a.options, 'at', a.at) ORDER BY a.at, a.turn)
             FILTER (WHERE a.kind = 'vote' AND cardinality(a.options) > 0) AS votes
    FROM messages m JOIN message_acts a ON ${actSql} AND a.applied
    WHERE m.id = ANY($1::text[]) GROUP BY m.id) p
  WHERE m.id = p.id
  RETURNING ${messageColumns}`;

/** Brings these messages in line with what was done to them. */
export async function showActs(db: Queryable, messageIds: readonly string[]): Promise<MessageRow[]> {
  return db.rows<MessageRow>(showSql, [messageIds]);
}

const mergeSql = `
  UPDATE message_acts a
  SET chat_jid = CASE WHEN a.chat_jid = l.lid THEN n.jid ELSE a.chat_jid END,
      from_jid = CASE WHEN a.from_jid = l.lid THEN n.jid ELSE a.from_jid END,
      from_phone = CASE WHEN a.from_jid = l.lid THEN l.phone ELSE a.from_phone END
  FROM unnest($1::text[], $2::text[]) AS g(account_id, lid)
  JOIN lid_mappings l ON l.account_id = g.account_id AND l.lid = g.lid,
  LATERAL (SELECT replace(l.phone, '+', '') || '@s.whatsapp.net' AS jid) AS n
  WHERE a.account_id = l.account_id AND (a.chat_jid = l.lid OR a.from_jid = l.lid) AND NOT EXISTS (
    SELECT 1 FROM message_acts b WHERE b.account_id = a.account_id AND b.target_id = a.target_id AND b.kind = a.kind
      AND b.from_jid = n.jid)
  RETURNING a.account_id AS "accountId", a.target_id AS "targetId"`;

/** Keeps under the phone what was kept under its LID. Names the messages that it was done to. */
export async function mergeActs(
  db: Queryable,
  learnt: readonly { accountId: string; lid: string }[],
): Promise<ActsOf[]> {
  const lids = learnt.map(({ lid }) => lid);
  return db.rows<ActsOf>(mergeSql, [learnt.map(({ accountId }) => accountId), lids]);
}

const forgetSql = `
  DELETE FROM message_acts a USING (
    SELECT account_id, target_id, kind, from_jid FROM message_acts
    WHERE NOT applied AND created_at < now() - interval '30 days'
    ORDER BY created_at LIMIT $1 FOR UPDATE SKIP LOCKED) AS o
  WHERE (a.account_id, a.target_id, a.kind, a.from_jid) = (o.account_id, o.target_id, o.kind, o.from_jid)
  RETURNING a.target_id`;

/** Drops what was done a month ago to messages that never came; returns how many. */
export async function forgetOldActs(db: Queryable, limit: number): Promise<number> {
  return (await db.rows(forgetSql, [limit])).length;
}
