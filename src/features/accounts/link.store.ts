import type { ChangeKind } from '../../platform/commit-writer.ts';
import type { Queryable, Transaction } from '../../platform/database.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import { findByNumber } from './accounts.store.ts';

/** What linking or unlinking a phone changes; numbers with `+`. */
export interface LinkChange {
  linked: boolean;
  phone: string | null;
  lid: string | null;
}

export interface LinkedChangeParts {
  events: EventBus;
  /** Ends everything that waits to be sent from the number before; returns how many messages were cancelled. */
  endQueue(tx: Transaction, accountId: string): Promise<number>;
}

const beforeSql = `
  SELECT phone, linked_at AS "linkedAt" FROM whatsapp_accounts WHERE id = $1 FOR NO KEY UPDATE`;
const unlinkSql = 'UPDATE whatsapp_accounts SET linked_at = NULL WHERE id = $1';
const linkSql = `
  UPDATE whatsapp_accounts SET linked_at = now(), phone = coalesce($2, phone), lid = $3, notice = $4 WHERE id = $1`;

/**
 * Set in the transaction that stores or removes the keys. A number that another account of this server holds changes
 * nothing here: that link is undone as soon as the line is open.
 */
export function linkedChangeKind(parts: LinkedChangeParts): ChangeKind<LinkChange> {
  async function link(tx: Transaction, accountId: string, { phone, lid }: LinkChange): Promise<void> {
    const before = await tx.one<{ phone: string | null; linkedAt: Date | null }>(beforeSql, [accountId]);
    const isStored = before?.linkedAt !== null && before?.phone === phone;
    if (!before || isStored) return;
    if (phone !== null && (await findByNumber(tx, accountId, phone))) return;
    const isOther = before.phone !== null && phone !== null && before.phone !== phone;
    const ended = isOther ? await parts.endQueue(tx, accountId) : 0;
    const notice = isOther ? numberChanged(before.phone ?? '', phone, ended) : null;
    await tx.execute(linkSql, [accountId, phone, lid, notice]);
  }

  return {
    name: 'account-linked',
    alone: true,
    async apply(tx, changes) {
      for (const [owner, row] of new Map(changes.map((change) => [change.owner, change.row]))) {
        if (row.linked) await link(tx, owner, row);
        else await tx.execute(unlinkSql, [owner]);
        tx.afterCommit(() => parts.events.announce(`account:${owner}`));
      }
    },
  };
}

function numberChanged(before: string, now: string, ended: number): string {
  const one = ended === 1;
  const queue =
    ended === 0
      ? 'No message of the old number was waiting.'
      : `${ended} waiting ${one ? 'message' : 'messages'} of the old number ${one ? 'was' : 'were'} cancelled.`;
  return `Now linked to ${now}, before ${before}. ${queue}`;
}

const dismissSql = 'UPDATE whatsapp_accounts SET notice = NULL WHERE id = $1';

/** Returns whether there is such an account. */
export async function dismissNotice(db: Queryable, id: string): Promise<boolean> {
  return (await db.execute(dismissSql, [id])) > 0;
}
