import type { ChangeKind } from '../../platform/commit-writer.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import type { Secrets } from '../../platform/secrets.ts';
import type { Acts } from './acts.ts';
import { type ChatOpener, openingChats, withOpenedChats } from './chats.store.ts';
import { announceChange, statusOccurrence } from './message-events.ts';
import { originalPlace } from './stored-content.ts';
import { messageColumns } from './messages.store.ts';

/** What became of a message that was handed to the network. */
export interface SendResult {
  id: string;
  /** null = the network has it. */
  error: { code: string; message: string } | null;
  /** The network's encoding of what was sent, where its text is not all. */
  original: Uint8Array | null;
}

// A receipt may have been quicker than the confirmation, and an end from elsewhere than both.
const resultSql = `
  WITH settled AS (
  UPDATE messages m
  SET status = CASE WHEN g.code IS NULL THEN 'sent' ELSE 'failed' END,
      sent_at = CASE WHEN g.code IS NULL THEN now() END,
      failed_at = CASE WHEN g.code IS NOT NULL THEN now() END,
      original = coalesce(g.original, m.original), error_code = g.code, error_message = g.message, error_retryable = CASE WHEN g.code IS NOT NULL THEN false END
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[]) AS g(account_id, id, code, message, original)
  WHERE m.id = g.id AND m.account_id = g.account_id AND m.status IN ('queued', 'sending')
  RETURNING ${messageColumns})
  ${openingChats('settled')}`;

/** Results of sends, each with its event; one that comes too late changes nothing. */
export function resultKind(events: EventBus, secrets: Secrets, acts: Acts): ChangeKind<SendResult> {
  return {
    name: 'message-results',
    order: 3,
    async apply(tx, changes) {
      const settled = await tx.rows<ChatOpener>(resultSql, [
        changes.map(({ owner }) => owner),
        changes.map(({ row }) => row.id),
        changes.map(({ row }) => row.error?.code ?? null),
        changes.map(({ row }) => row.error?.message ?? null),
        changes.map(({ row }) => row.original && secrets.seal(Buffer.from(row.original), originalPlace(row.id))),
      ]);
      events.publish(tx, withOpenedChats(settled, statusOccurrence));
      tx.afterCommit(() => settled.forEach((row) => announceChange(events, row)));
      await acts.confirmed(tx, settled);
    },
  };
}
