import type { GroupSubject } from '../../channels/channel.ts';
import type { ChangeKind } from '../../platform/commit-writer.ts';
import type { Queryable } from '../../platform/database.ts';
import type { EventBus } from '../../platform/event-bus.ts';

const keepSql = `
  INSERT INTO group_subjects AS s (account_id, jid, subject, at)
  SELECT DISTINCT ON (account_id, jid) account_id, jid, subject, at
  FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[]) WITH ORDINALITY
    AS g(account_id, jid, subject, at, place)
  ORDER BY account_id, jid, at DESC, place DESC
  ON CONFLICT (account_id, jid) DO UPDATE SET subject = excluded.subject, at = excluded.at
  WHERE excluded.at >= s.at AND excluded.subject <> s.subject OR excluded.at > s.at
  RETURNING account_id AS "accountId"`;

/** What groups are called; the latest name stays. */
export function subjectKind(events: EventBus): ChangeKind<GroupSubject> {
  return {
    name: 'group-subjects',
    async apply(tx, changes) {
      const kept = await tx.rows<{ accountId: string }>(keepSql, [
        changes.map(({ owner }) => owner),
        changes.map(({ row }) => row.jid),
        changes.map(({ row }) => row.subject),
        changes.map(({ row }) => row.at),
      ]);
      tx.afterCommit(() => {
        for (const id of new Set(kept.map(({ accountId }) => accountId))) events.announce(`names:${id}`);
      });
    },
  };
}

const findSql = 'SELECT jid, subject FROM group_subjects WHERE account_id = $1 AND jid = ANY($2)';

export async function findSubjects(
  db: Queryable,
  accountId: string,
  jids: readonly string[],
): Promise<Pick<GroupSubject, 'jid' | 'subject'>[]> {
  return db.rows(findSql, [accountId, jids]);
}
