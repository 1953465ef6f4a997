import { contactNameKinds } from '../../channels/contact.ts';
import type { Queryable, Transaction } from '../../platform/database.ts';
import type { AddressPair, KnownContact, LearntFact } from './contact-merging.ts';

export interface ContactRow {
  id: string;
  accountId: string;
  position: number;
  phone: string | null;
  lid: string | null;
  savedName: string | null;
  savedAt: Date | null;
  verifiedName: string | null;
  verifiedAt: Date | null;
  pushName: string | null;
  pushAt: Date | null;
  createdAt: Date;
}

/** Of one account. */
export type OwnedFact = LearntFact & { accountId: string };

const columns = `
  c.id, c.account_id AS "accountId", c.position, c.phone, c.lid, c.saved_name AS "savedName", c.saved_at AS "savedAt",
  c.verified_name AS "verifiedName", c.verified_at AS "verifiedAt", c.push_name AS "pushName", c.push_at AS "pushAt",
  c.created_at AS "createdAt"`;

export function knownContact(row: ContactRow): KnownContact {
  const { id, position, phone, lid, createdAt } = row;
  const named = (text: string | null, at: Date | null) => (text === null || at === null ? null : { text, at });
  return {
    id,
    position,
    phone,
    lid,
    createdAt,
    names: {
      saved: named(row.savedName, row.savedAt),
      verified: named(row.verifiedName, row.verifiedAt),
      push: named(row.pushName, row.pushAt),
    },
  };
}

const givenFacts = `
  SELECT * FROM jsonb_to_recordset($1::jsonb)
    AS g("accountId" text, place int, phone text, lid text, kind text, text text, at timestamptz)`;

// What nearly every message says: the name that is known, later than before.
const redateSql = `
  WITH given AS (${givenFacts}), found AS (
    SELECT g.*, f.id FROM given g CROSS JOIN LATERAL (
      SELECT c.id FROM contacts c
      WHERE c.account_id = g."accountId" AND c.phone = g.phone AND (g.lid IS NULL OR c.lid = g.lid)
      UNION ALL
      SELECT c.id FROM contacts c WHERE g.phone IS NULL AND c.account_id = g."accountId" AND c.lid = g.lid) f
  )
  UPDATE contacts c
  SET ${contactNameKinds.map((kind) => `${kind}_at = CASE g.kind WHEN '${kind}' THEN g.at ELSE c.${kind}_at END`).join()}
  FROM found g
  WHERE c.id = g.id
    AND (${contactNameKinds.map((kind) => `(g.kind = '${kind}' AND c.${kind}_name = g.text AND c.${kind}_at <= g.at)`).join(' OR ')})
  RETURNING g.place`;

/** Where a fact says only that a known name still holds, notes the time. Returns the other facts. */
export async function redate(tx: Transaction, facts: readonly OwnedFact[]): Promise<OwnedFact[]> {
  const done = await tx.rows<{ place: number }>(redateSql, [JSON.stringify(facts.map(givenOf))]);
  const places = new Set(done.map(({ place }) => place));
  return facts.filter((_, place) => !places.has(place));
}

function givenOf({ accountId, phone, lid, name }: OwnedFact, place: number): object {
  return { accountId, place, phone, lid, ...name };
}

const pairsOfFacts = `
  SELECT l.account_id, l.lid, l.phone FROM given g
  JOIN lid_mappings l ON l.account_id = g."accountId" AND l.lid = g.lid WHERE g.phone IS NULL
  UNION
  SELECT l.* FROM given g CROSS JOIN LATERAL (
    SELECT account_id, lid, phone FROM lid_mappings
    WHERE account_id = g."accountId" AND phone = g.phone ORDER BY lid DESC LIMIT 1) l WHERE g.lid IS NULL`;
const pairsSql = `
  WITH given AS (${givenFacts}) SELECT p.account_id AS "accountId", p.lid, p.phone FROM (${pairsOfFacts}) p`;
const knownSql = `
  WITH given AS (${givenFacts}), addresses AS (
    SELECT "accountId" AS account_id, phone, lid FROM given
    UNION
    SELECT account_id, phone, lid FROM (${pairsOfFacts}) p
  )
  SELECT ${columns} FROM contacts c WHERE c.id IN (
    SELECT k.id FROM addresses a JOIN contacts k ON k.account_id = a.account_id AND k.phone = a.phone
    UNION
    SELECT k.id FROM addresses a JOIN contacts k ON k.account_id = a.account_id AND k.lid = a.lid)`;

/** What is known of those whom the facts are about. */
export async function findKnown(
  tx: Transaction,
  facts: readonly OwnedFact[],
): Promise<{ rows: ContactRow[]; pairs: (AddressPair & { accountId: string })[] }> {
  const given = [JSON.stringify(facts.map(givenOf))];
  const [pairs, rows] = await Promise.all([
    tx.rows<AddressPair & { accountId: string }>(pairsSql, given),
    tx.rows<ContactRow>(knownSql, given),
  ]);
  return { rows, pairs };
}

const givenContacts = `
  jsonb_to_recordset($1::jsonb) AS g(
    id text, "accountId" text, phone text, lid text, "savedName" text, "savedAt" timestamptz, "verifiedName" text,
    "verifiedAt" timestamptz, "pushName" text, "pushAt" timestamptz, "createdAt" timestamptz, place int)`;
const deleteSql = 'DELETE FROM contacts WHERE id = ANY($1)';
const updateSql = `
  UPDATE contacts c
  SET phone = g.phone, lid = g.lid, saved_name = g."savedName", saved_at = g."savedAt", verified_name = g."verifiedName",
      verified_at = g."verifiedAt", push_name = g."pushName", push_at = g."pushAt"
  FROM ${givenContacts} WHERE c.id = g.id`;
const insertSql = `
  INSERT INTO contacts (id, account_id, phone, lid, saved_name, saved_at, verified_name, verified_at, push_name, push_at, created_at)
  SELECT id, "accountId", phone, lid, "savedName", "savedAt", "verifiedName", "verifiedAt", "pushName", "pushAt", "createdAt"
  FROM ${givenContacts} ORDER BY place`;

export interface ContactWrites {
  /** Ids of contacts that others took in. */
  gone: readonly string[];
  contacts: readonly { accountId: string; contact: KnownContact }[];
}

/** Those without a position are new. */
export async function writeContacts(tx: Transaction, { gone, contacts }: ContactWrites): Promise<void> {
  const rows = contacts.map(({ accountId, contact }, place) => ({ ...rowOf(accountId, contact), place }));
  const isNew = new Set(contacts.flatMap(({ contact }) => (contact.position === null ? [contact.id] : [])));
  const [created, changed] = [rows.filter(({ id }) => isNew.has(id)), rows.filter(({ id }) => !isNew.has(id))];
  await Promise.all([
    gone.length > 0 && tx.execute(deleteSql, [gone]),
    changed.length > 0 && tx.execute(updateSql, [JSON.stringify(changed)]),
    created.length > 0 && tx.execute(insertSql, [JSON.stringify(created)]),
  ]);
}

function rowOf(accountId: string, { id, phone, lid, names, createdAt }: KnownContact): Omit<ContactRow, 'position'> {
  return {
    id,
    accountId,
    phone,
    lid,
    savedName: names.saved?.text ?? null,
    savedAt: names.saved?.at ?? null,
    verifiedName: names.verified?.text ?? null,
    verifiedAt: names.verified?.at ?? null,
    pushName: names.push?.text ?? null,
    pushAt: names.push?.at ?? null,
    createdAt,
  };
}

export interface ContactFilter {
  accountId: string;
  /** Part of a name or of the number, as people write it. */
  search: string | undefined;
  /** Only those that appeared before this place. */
  beforePosition: number | undefined;
  limit: number;
}

const listSql = `
  SELECT ${columns} FROM contacts c
  WHERE c.account_id = $1
    AND ($2::text IS NULL OR c.saved_name ILIKE $2 OR c.verified_name ILIKE $2 OR c.push_name ILIKE $2 OR c.phone LIKE $3)
    AND ($4::bigint IS NULL OR c.position < $4)
  ORDER BY c.position DESC LIMIT $5`;

/** The last that appeared first. */
export async function listContacts(db: Queryable, filter: ContactFilter): Promise<ContactRow[]> {
  const { accountId, search, beforePosition, limit } = filter;
  const words = search?.trim() ?? '';
  const digits = /^[+\d\s().-]+$/.test(words) ? words.replaceAll(/\D/g, '') : '';
  return db.rows<ContactRow>(listSql, [
    accountId,
    words === '' ? null : `%${words.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`,
    digits === '' ? null : `%${digits}%`,
    beforePosition ?? null,
    limit,
  ]);
}

const findSql = `SELECT ${columns} FROM contacts c WHERE c.id = $1 AND ($2::text IS NULL OR c.account_id = $2)`;

export async function findContact(
  db: Queryable,
  id: string,
  accountId: string | undefined,
): Promise<ContactRow | undefined> {
  return db.one<ContactRow>(findSql, [id, accountId ?? null]);
}

const byAddressSql = `
  SELECT ${columns} FROM contacts c WHERE c.account_id = $1 AND c.phone = ANY($2)
  UNION
  SELECT ${columns} FROM contacts c WHERE c.account_id = $1 AND c.lid = ANY($3)`;

/** Those with one of these numbers or hidden addresses. */
export async function findByAddress(
  db: Queryable,
  accountId: string,
  { phones, lids }: { phones: readonly string[]; lids: readonly string[] },
): Promise<ContactRow[]> {
  return db.rows<ContactRow>(byAddressSql, [accountId, phones, lids]);
}
