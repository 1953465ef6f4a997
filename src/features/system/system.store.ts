import type { Queryable } from '../../platform/database.ts';

const accountsSql = 'SELECT status, count(*)::int AS count FROM whatsapp_accounts GROUP BY status';
const queueSql = `
  SELECT count(*) FILTER (WHERE status = 'queued')::int AS queued,
         count(*) FILTER (WHERE status = 'sending')::int AS sending
  FROM messages WHERE status IN ('queued', 'sending')`;

export async function countAccountsByStatus(db: Queryable): Promise<{ status: string; count: number }[]> {
  return db.rows<{ status: string; count: number }>(accountsSql);
}

export async function countQueue(db: Queryable): Promise<{ queued: number; sending: number }> {
  return (await db.one<{ queued: number; sending: number }>(queueSql)) ?? { queued: 0, sending: 0 };
}

const webhooksSql = `
  SELECT (SELECT count(*)::int FROM webhooks WHERE active AND failures > 0) AS failing,
         (SELECT count(*)::int FROM webhooks WHERE NOT active) AS paused,
         count(*) FILTER (WHERE status = 'waiting')::int AS waiting, count(*) FILTER (WHERE status = 'dead')::int AS dead
  FROM webhook_delivery_queue WHERE status IN ('waiting', 'dead')`;

export interface WebhookCounts {
  /** Webhooks whose last attempt failed, and those that are paused. */
  failing: number;
  paused: number;
  /** Deliveries. */
  waiting: number;
  dead: number;
}

export async function countWebhooks(db: Queryable): Promise<WebhookCounts> {
  return (await db.one<WebhookCounts>(webhooksSql)) ?? { failing: 0, paused: 0, waiting: 0, dead: 0 };
}

export async function ping(db: Queryable): Promise<void> {
  await db.one('SELECT 1 AS answer');
}
