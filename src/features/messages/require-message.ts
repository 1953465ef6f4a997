import type { Queryable } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import type { MessageRow } from './message.ts';
import { findMessage } from './messages.store.ts';

/** Throws `message.not_found`. Without an account, any account's message. */
export async function requireMessage(db: Queryable, id: string, accountId: string | undefined): Promise<MessageRow> {
  const row = await findMessage(db, id, accountId);
  if (!row) throw new AppError('message.not_found', { status: 404, detail: 'There is no such message.' });
  return row;
}
