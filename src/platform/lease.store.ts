import type { Queryable } from './database.ts';

/** In which generation a name is owned. */
export interface Epoch {
  name: string;
  epoch: number;
}

const freeSql = `
  SELECT g.name FROM unnest($1::text[]) AS g(name)
  LEFT JOIN account_leases l ON l.account_id = g.name
  WHERE l.account_id IS NULL OR l.expires_at < clock_timestamp() OR l.owner = $2`;

/** Which of these names nobody else holds. Locks nothing. */
export async function findFree(db: Queryable, names: readonly string[], owner: string): Promise<string[]> {
  const rows = await db.rows<{ name: string }>(freeSql, [names, owner]);
  return rows.map(({ name }) => name);
}

const takeSql = `
  INSERT INTO account_leases AS l (account_id, owner, epoch, expires_at)
  SELECT g.name, $2, 1, clock_timestamp() + make_interval(secs => $3::float8) FROM unnest($1::text[]) AS g(name)
  ORDER BY g.name
  ON CONFLICT (account_id) DO UPDATE SET owner = excluded.owner, epoch = l.epoch + 1, expires_at = excluded.expires_at
  WHERE $4 OR l.expires_at < clock_timestamp() OR l.owner = excluded.owner
  RETURNING account_id AS name, epoch`;

/** Takes the names that are free, or all of them with `force`; each in a new generation, which shuts out the one before. */
export async function takeLeases(
  db: Queryable,
  names: readonly string[],
  owner: string,
  options: { lifeMs: number; force: boolean },
): Promise<Epoch[]> {
  return db.rows<Epoch>(takeSql, [names, owner, options.lifeMs / 1000, options.force]);
}

// In the order in which the writer locks them, or the two could wait for each other.
const renewSql = `
  WITH mine AS (
    SELECT l.account_id FROM account_leases l JOIN unnest($1::text[], $2::bigint[]) AS g(name, epoch)
      ON l.account_id = g.name AND l.epoch = g.epoch
    ORDER BY l.account_id FOR UPDATE OF l
  )
  UPDATE account_leases l SET expires_at = clock_timestamp() + make_interval(secs => $3::float8)
  FROM mine WHERE l.account_id = mine.account_id
  RETURNING l.account_id AS name`;

/** Returns the names that are still held in their generation; these last from now on again. */
export async function renewLeases(db: Queryable, leases: readonly Epoch[], lifeMs: number): Promise<string[]> {
  const rows = await db.rows<{ name: string }>(renewSql, [...columnsOf(leases), lifeMs / 1000]);
  return rows.map(({ name }) => name);
}

const releaseSql = `
  UPDATE account_leases l SET expires_at = '-infinity'
  FROM unnest($1::text[], $2::bigint[]) AS g(name, epoch)
  WHERE l.account_id = g.name AND l.epoch = g.epoch`;

/** Whoever looks next may take them. */
export async function releaseLeases(db: Queryable, leases: readonly Epoch[]): Promise<void> {
  await db.execute(releaseSql, columnsOf(leases));
}

const holdSql = `
  SELECT l.account_id AS name FROM account_leases l JOIN unnest($1::text[], $2::bigint[]) AS g(name, epoch)
    ON l.account_id = g.name AND l.epoch = g.epoch
  ORDER BY l.account_id FOR SHARE OF l`;

/** Which of these are still held in their generation. Nobody can take them before the transaction ends. */
export async function holdLeases(tx: Queryable, leases: readonly Epoch[]): Promise<Set<string>> {
  const rows = await tx.rows<{ name: string }>(holdSql, columnsOf(leases));
  return new Set(rows.map(({ name }) => name));
}

const requireSql = `SELECT 1 / (count(*) = cardinality($1::text[]))::int FROM (${holdSql}) AS held`;

/** The same, but it fails, and with it the transaction, unless all of them are held. */
export async function requireLeases(tx: Queryable, leases: readonly Epoch[]): Promise<void> {
  await tx.execute(requireSql, columnsOf(leases));
}

export async function forgetLease(db: Queryable, name: string): Promise<void> {
  await db.execute('DELETE FROM account_leases WHERE account_id = $1', [name]);
}

function columnsOf(leases: readonly Epoch[]): [string[], number[]] {
  return [leases.map(({ name }) => name), leases.map(({ epoch }) => epoch)];
}
