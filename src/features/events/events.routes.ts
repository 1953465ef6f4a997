import { accountOf } from '../../platform/caller.ts';
import { positionOf } from '../../platform/cursor.ts';
import { defineRoute, type Route } from '../../platform/route.ts';
import { listOf } from '../../platform/schema.ts';
import type { EventLog } from './events.ts';
import { eventAnswer, eventJson, eventQuery } from './events.schemas.ts';

export function eventRoutes(log: EventLog): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/events',
      summary: 'What happened to an account, oldest first',
      description:
        'Events are kept for 7 days. A reader calls again and again with the `nextCursor` of the answer before, also ' +
        'when that was empty, and misses nothing: `sequence` has no gaps, and events appear in its order. 410 says that ' +
        'events after the cursor are not kept any more, and with which to go on.',
      tag: 'System',
      access: 'account',
      query: eventQuery,
      answer: listOf(eventAnswer),
      list: true,
      nextCursor:
        'The `after` of the next call. The given one when there is nothing new; null only when none was given and ' +
        'there is nothing.',
      errors: ['account.not_found', 'events.cursor_expired'],
      problems: [404, 410],
      async handle({ query, caller }) {
        const after = positionOf(query.after, 'after');
        const events = await log.after(accountOf(caller, query.accountId), after, query.limit);
        const last = events.at(-1)?.sequence ?? after;
        return { data: events.map(eventJson), nextCursor: last === undefined ? null : String(last) };
      },
    }),
  ];
}
