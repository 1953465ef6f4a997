import type { Queryable } from '../../platform/database.ts';
import type { MessageRow } from './message.ts';
import { messageColumns } from './messages.store.ts';
import type { ContentColumns } from './stored-content.ts';

/** Grows when more can be translated: then what was left is tried once more. */
const translator = 3;

const untranslatedSql = `
  SELECT ${messageColumns}, m.original FROM messages m
  WHERE m.type = 'unsupported' AND m.translator < ${translator} AND m.original IS NOT NULL
  ORDER BY m.translator, m.position LIMIT $1`;

/** Messages that this version has not tried to translate, with their sealed originals. */
export async function listUntranslated(db: Queryable, limit: number): Promise<Untranslated[]> {
  return db.rows<Untranslated>(untranslatedSql, [limit]);
}

export type Untranslated = MessageRow & { original: Buffer };

export interface Translation extends ContentColumns {
  id: string;
  replyTo: string | null;
  mentions: string[];
}

const storeSql = `
  UPDATE messages m
  SET type = g.type, text = g.text, content = g.content, reply_to = coalesce(g."replyTo", m.reply_to),
      mentions = coalesce(g.mentions, '{}'), translator = ${translator}
  FROM jsonb_to_recordset($1::jsonb)
    AS g(id text, type text, text text, content jsonb, "replyTo" text, mentions text[])
  WHERE m.id = g.id AND m.type = 'unsupported'`;

export async function storeTranslations(db: Queryable, translations: readonly Translation[]): Promise<void> {
  await db.execute(storeSql, [JSON.stringify(translations)]);
}

const removeSql = "DELETE FROM messages WHERE id = ANY($1::text[]) AND type = 'unsupported' RETURNING id";

/** Takes out what is no message of its own; names what was still there. */
export async function removeUntranslated(db: Queryable, ids: readonly string[]): Promise<Set<string>> {
  return new Set((await db.rows<{ id: string }>(removeSql, [ids])).map(({ id }) => id));
}
