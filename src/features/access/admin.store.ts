import type { Queryable } from '../../platform/database.ts';

export interface AdminRow {
  username: string;
  passwordHash: string;
  source: 'environment' | 'setup';
  fingerprint: Buffer | null;
}

const findAdminSql = `
  SELECT username, password_hash AS "passwordHash", source, fingerprint FROM admin`;

export async function findAdmin(db: Queryable): Promise<AdminRow | undefined> {
  return db.one<AdminRow>(findAdminSql);
}

const putEnvironmentAdminSql = `
  INSERT INTO admin (username, password_hash, source, fingerprint) VALUES ($1, $2, 'environment', $3)
  ON CONFLICT (only_row) DO UPDATE SET
    username = excluded.username, password_hash = excluded.password_hash, source = excluded.source,
    fingerprint = excluded.fingerprint, updated_at = now()
  WHERE admin.fingerprint IS DISTINCT FROM excluded.fingerprint`;

/** False when another instance has stored the same pair meanwhile. */
export async function putEnvironmentAdmin(
  db: Queryable,
  admin: { username: string; passwordHash: string; fingerprint: Buffer },
): Promise<boolean> {
  return (await db.execute(putEnvironmentAdminSql, [admin.username, admin.passwordHash, admin.fingerprint])) > 0;
}

const insertSetUpAdminSql = `
  INSERT INTO admin (username, password_hash, source)
  SELECT $1, $2, 'setup' WHERE EXISTS (SELECT FROM settings WHERE key = 'setup_nonce' AND value = to_jsonb($3::text))
  ON CONFLICT (only_row) DO NOTHING`;

/** False when there is an admin, or the nonce is no longer the present one. */
export async function insertSetUpAdmin(
  db: Queryable,
  admin: { username: string; passwordHash: string; nonce: string },
): Promise<boolean> {
  return (await db.execute(insertSetUpAdminSql, [admin.username, admin.passwordHash, admin.nonce])) > 0;
}

export async function deleteAdmin(db: Queryable): Promise<void> {
  await db.execute('DELETE FROM admin');
}

const insertNonceSql = `
  INSERT INTO settings (key, value) VALUES ('setup_nonce', to_jsonb($1::text)) ON CONFLICT (key) DO NOTHING`;
const findNonceSql = `SELECT value #>> '{}' AS nonce FROM settings WHERE key = 'setup_nonce'`;

/** The nonce that all instances share: the offered one when there is none yet. */
export async function sharedNonce(db: Queryable, offered: string): Promise<string> {
  const found = await db.one<{ nonce: string }>(findNonceSql);
  if (found) return found.nonce;
  await db.execute(insertNonceSql, [offered]);
  return (await db.one<{ nonce: string }>(findNonceSql))?.nonce ?? offered;
}

const replaceNonceSql = `
  INSERT INTO settings (key, value) VALUES ('setup_nonce', to_jsonb($1::text))
  ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now()`;

export async function replaceNonce(db: Queryable, nonce: string): Promise<void> {
  await db.execute(replaceNonceSql, [nonce]);
}
