import { positionOf } from '../../platform/cursor.ts';
import { defineRoute, type Route } from '../../platform/route.ts';
import { listOf } from '../../platform/schema.ts';
import type { Audit } from './audit.ts';
import { auditAnswer, auditJson, auditQuery } from './audit.schemas.ts';

export function auditRoutes(audit: Audit): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/audit-log',
      summary: 'Who did what, newest first',
      description: 'Kept for a year, also for accounts that were deleted.',
      tag: 'System',
      access: 'admin',
      query: auditQuery,
      answer: listOf(auditAnswer),
      list: true,
      async handle({ query: { cursor, limit, accountId, action } }) {
        const found = await audit.list({ before: positionOf(cursor), limit: limit + 1, accountId, action });
        const page = found.slice(0, limit);
        const last = found.length > limit ? page.at(-1) : undefined;
        return { data: page.map(auditJson), nextCursor: last ? String(last.id) : null };
      },
    }),
  ];
}
