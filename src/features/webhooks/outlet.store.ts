import type { EventOutlet } from '../../platform/events.store.ts';
import { deliveryTopic } from './topics.ts';

// The envelope with its members in this order. A file that goes with the event has to be read first, so that such a body is
// made before the first attempt (`bodies.ts`).
const bodySql = `
  CASE WHEN w.media <> 'base64' OR e.data #>> '{media,url}' IS NULL THEN
    '{"id":' || to_json(e.id)::text || ',"event":' || to_json(wanted.names[1])::text
    || ',"names":' || array_to_json(wanted.names)::text
    || ',"timestamp":"' || to_char(e.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    || '","accountId":' || to_json(e.account_id)::text || ',"sequence":' || e.sequence
    || ',"data":' || CASE w.media WHEN 'none' THEN (e.data::jsonb #- '{media,url}')::text ELSE e.data::text END || '}'
  END`;

const into = 'webhook_delivery_queue (webhook_id, sequence, account_id, event_id, event, body, due_at)';

/**
 * The deliveries of events `e` to webhooks `w`: one a webhook and occurrence, whatever the number of names under which the
 * webhook wants it.
 */
export function insertDeliveriesSql(given: { events: string; webhooks: string; dueAt: string }): string {
  return `
    INSERT INTO ${into}
    SELECT w.id, e.sequence, e.account_id, e.id, wanted.names[1], ${bodySql}, ${given.dueAt}
    FROM ${given.events} e
    JOIN webhooks w ON w.account_id = e.account_id AND w.events && e.names AND ${given.webhooks}
    CROSS JOIN LATERAL (
      SELECT array_agg(name ORDER BY place) AS names
      FROM unnest(e.names) WITH ORDINALITY AS n(name, place) WHERE name = ANY(w.events)
    ) wanted`;
}

export const deliveryOutlet: EventOutlet = {
  name: 'deliveries',
  sql: `
    ${insertDeliveriesSql({ events: 'published', webhooks: 'w.active AND w.held_back_since IS NULL', dueAt: 'e.at' })}
    RETURNING '${deliveryTopic}' || webhook_id AS topic`,
};
