import type { Queryable } from '../../platform/database.ts';

/** What a new server's operator has done so far. */
export interface Steps {
  /** There is an account. */
  account: boolean;
  /** A phone is linked to one. */
  linked: boolean;
  sent: boolean;
  received: boolean;
  /** A program called the API. */
  called: boolean;
  /** Somebody is told what happens. */
  webhook: boolean;
}

// A call with the key of the environment leaves its trace only in what it sent.
const stepsSql = `
  SELECT EXISTS (SELECT 1 FROM whatsapp_accounts) AS account,
         EXISTS (SELECT 1 FROM whatsapp_accounts WHERE linked_at IS NOT NULL) AS linked,
         EXISTS (SELECT 1 FROM messages WHERE direction = 'outgoing' AND sent_at IS NOT NULL) AS sent,
         EXISTS (SELECT 1 FROM messages WHERE direction = 'incoming') AS received,
         EXISTS (SELECT 1 FROM api_keys WHERE last_used_at IS NOT NULL)
           OR EXISTS (SELECT 1 FROM messages WHERE origin = 'api') AS called,
         EXISTS (SELECT 1 FROM webhooks) AS webhook`;

export async function findSteps(db: Queryable): Promise<Steps> {
  const steps = await db.one<Steps>(stepsSql);
  return steps ?? { account: false, linked: false, sent: false, received: false, called: false, webhook: false };
}

const closedSql = `SELECT 1 AS found FROM settings WHERE key = 'checklist'`;

export async function isClosed(db: Queryable): Promise<boolean> {
  return (await db.one(closedSql)) !== undefined;
}

const closeSql = `
  INSERT INTO settings (key, value) VALUES ('checklist', jsonb_build_object('closed', $1::text))
  ON CONFLICT (key) DO NOTHING`;

export async function close(db: Queryable, why: 'done' | 'put away'): Promise<void> {
  await db.execute(closeSql, [why]);
}
