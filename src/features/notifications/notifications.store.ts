import type { Queryable, Transaction } from '../../platform/database.ts';

export type NotificationKind =
  | 'account.banned'
  | 'account.logged_out'
  | 'account.replaced'
  | 'account.stopped'
  | 'webhook.paused'
  | 'webhook.held_back';

export interface NewNotification {
  id: string;
  /** Null when it is about the server. */
  accountId: string | null;
  kind: NotificationKind;
  /** What happened, for a person. No secret and no text of a message. */
  sentence: string;
  /** The page on which to act, if there is one. */
  path: string | null;
}

const upsertSql = `
  INSERT INTO notifications (id, account_id, kind, sentence, path) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (coalesce(account_id, ''), kind) WHERE read_at IS NULL
  DO UPDATE SET sentence = excluded.sentence, path = excluded.path, at = now()`;

/** An unread one of the account and kind takes up what is new. */
export async function upsertUnread(tx: Transaction, notification: NewNotification): Promise<void> {
  const { id, accountId, kind, sentence, path } = notification;
  await tx.execute(upsertSql, [id, accountId, kind, sentence, path]);
}

const markReadSql = `
  UPDATE notifications SET read_at = now()
  WHERE account_id = ANY($1) AND kind = ANY($2) AND read_at IS NULL`;

/** Returns how many were unread. */
export async function markKindsRead(
  tx: Transaction,
  accountIds: readonly string[],
  kinds: readonly NotificationKind[],
): Promise<number> {
  return tx.execute(markReadSql, [accountIds, kinds]);
}

export interface UnreadNotification extends NewNotification {
  /** When it happened last. */
  at: Date;
}

const unreadSql = `
  SELECT id, account_id AS "accountId", kind, sentence, path, at FROM notifications
  WHERE read_at IS NULL AND (account_id IS NULL OR account_id <> ALL($1))
  ORDER BY at DESC, id LIMIT $2`;

/** The newest first, but for those about these accounts. */
export async function listUnread(
  db: Queryable,
  exceptAccounts: readonly string[],
  limit: number,
): Promise<UnreadNotification[]> {
  return db.rows<UnreadNotification>(unreadSql, [exceptAccounts, limit]);
}

const markOneReadSql = 'UPDATE notifications SET read_at = now() WHERE id = $1 AND read_at IS NULL';

export async function markOneRead(db: Queryable, id: string): Promise<void> {
  await db.execute(markOneReadSql, [id]);
}

const deleteOldSql = `
  DELETE FROM notifications WHERE id IN (
    SELECT id FROM notifications WHERE at < now() - make_interval(days => $1) ORDER BY at LIMIT $2)`;

/** Returns how many there were, at most `limit`. */
export async function deleteOldNotifications(db: Queryable, days: number, limit: number): Promise<number> {
  return db.execute(deleteOldSql, [days, limit]);
}
