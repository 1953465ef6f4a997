import type { PreparedMedia } from '../../channels/content.ts';
import type { ChangeKind } from '../../platform/commit-writer.ts';
import type { Secrets } from '../../platform/secrets.ts';
import { columnsOf, originalPlace } from './stored-content.ts';

const preparedSql = `
  UPDATE messages m SET type = g.type, text = g.text, content = g.content::jsonb, original = g.original
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[])
    AS g(account_id, id, type, text, content, original)
  WHERE m.id = g.id AND m.account_id = g.account_id AND m.status = 'sending'`;

/** What a message's file turned out to be, before it leaves. */
export function preparedKind(secrets: Secrets): ChangeKind<PreparedMedia & { id: string }> {
  return {
    name: 'prepared-messages',
    order: 2,
    async apply(tx, changes) {
      const rows = changes.map(({ row }) => ({ ...row, ...columnsOf(row.content) }));
      await tx.execute(preparedSql, [
        changes.map(({ owner }) => owner),
        rows.map(({ id }) => id),
        rows.map(({ type }) => type),
        rows.map(({ text }) => text),
        rows.map(({ content }) => JSON.stringify(content)),
        rows.map(({ id, original }) => secrets.seal(Buffer.from(original), originalPlace(id))),
      ]);
    },
  };
}
