import type { Queryable } from '../../platform/database.ts';
import type { MessageRow } from './message.ts';
import { messageColumns } from './messages.store.ts';

const findSql = `
  SELECT ${messageColumns}, m.original FROM messages m WHERE m.id = $1 AND ($2::text IS NULL OR m.account_id = $2)`;

/** A message with its sealed original. */
export async function findWithOriginal(
  db: Queryable,
  id: string,
  accountId: string | undefined,
): Promise<(MessageRow & { original: Buffer | null }) | undefined> {
  return db.one(findSql, [id, accountId ?? null]);
}

const replaceSql = 'UPDATE messages SET original = $2 WHERE id = $1 AND deleted_at IS NULL';

/** The phone has put the message's file to another place. */
export async function replaceOriginal(db: Queryable, id: string, original: Buffer): Promise<void> {
  await db.execute(replaceSql, [id, original]);
}
