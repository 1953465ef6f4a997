import type { Queryable } from '../../platform/database.ts';

export interface SessionRow {
  publicId: string;
  username: string;
  createdAt: string;
  lastSeenAt: string;
  browser: string;
  address: string;
  endsAt: Date;
}

/** What is shown of a session id; from it the id cannot be told. */
const publicIdSql = `encode(sha256(convert_to(sid, 'UTF8')), 'hex')`;

const touchSessionSql = `
  UPDATE session SET expire = $2::text::timestamptz, sess = jsonb_set(
    jsonb_set(sess::jsonb, '{cookie,expires}', to_jsonb($2::text)), '{person,lastSeenAt}', to_jsonb($3::text))::json
  WHERE sid = $1 AND expire > now()`;

/** A session that has ended meanwhile stays ended. */
export async function touchSession(db: Queryable, sid: string, { endsAt, now }: Record<'endsAt' | 'now', Date>) {
  await db.execute(touchSessionSql, [sid, endsAt.toISOString(), now.toISOString()]);
}

const changeSessionSql = `
  UPDATE session SET sess = ($2::jsonb || jsonb_build_object('cookie', sess -> 'cookie', 'person', sess -> 'person'))::json
  WHERE sid = $1 AND expire > now()`;

/** Replaces what it holds for the pages; who it belongs to and when it ends stays. */
export async function changeSession(db: Queryable, sid: string, content: string): Promise<void> {
  await db.execute(changeSessionSql, [sid, content]);
}

const listSessionsSql = `
  SELECT ${publicIdSql} AS "publicId", sess #>> '{person,username}' AS username,
    sess #>> '{person,createdAt}' AS "createdAt", sess #>> '{person,lastSeenAt}' AS "lastSeenAt",
    sess #>> '{person,browser}' AS browser, sess #>> '{person,address}' AS address, expire AS "endsAt"
  FROM session WHERE expire > now() AND sess -> 'person' IS NOT NULL
  ORDER BY 4 DESC LIMIT 200`;

/** The last seen first. */
export async function listSessions(db: Queryable): Promise<SessionRow[]> {
  return db.rows<SessionRow>(listSessionsSql);
}

const aliveSql = `SELECT ${publicIdSql} AS id FROM session WHERE expire > now() AND ${publicIdSql} = ANY($1)`;

export async function findAlive(db: Queryable, publicIds: readonly string[]): Promise<string[]> {
  return (await db.rows<{ id: string }>(aliveSql, [publicIds])).map(({ id }) => id);
}

const deleteSessionSql = `DELETE FROM session WHERE ${publicIdSql} = $1`;

export async function deleteSession(db: Queryable, publicId: string): Promise<boolean> {
  return (await db.execute(deleteSessionSql, [publicId])) > 0;
}

/** Returns how many there were. */
export async function deleteAllSessions(db: Queryable): Promise<number> {
  return db.execute('DELETE FROM session');
}

const deleteExpiredSql = 'DELETE FROM session WHERE expire <= now()';

export async function deleteExpiredSessions(db: Queryable): Promise<number> {
  return db.execute(deleteExpiredSql);
}
