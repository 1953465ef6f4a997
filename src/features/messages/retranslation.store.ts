import type { Queryable } from '../../platform/database.ts';
import type { ContentColumns } from './stored-content.ts';

/** Grows when more can be translated: then what was left is tried once more. */
const translator = 1;

const untranslatedSql = `
  SELECT id, account_id AS "accountId", original FROM messages
  WHERE type = 'unsupported' AND translator < ${translator} ORDER BY translator, position LIMIT $1`;

/** Messages that this version has not tried to translate, with their sealed originals. */
export async function listUntranslated(
  db: Queryable,
  limit: number,
): Promise<{ id: string; accountId: string; original: Buffer }[]> {
  return db.rows(untranslatedSql, [limit]);
}

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
