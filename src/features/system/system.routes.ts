import { isOperator } from '../../platform/caller.ts';
import { defineRoute, type Route } from '../../platform/route.ts';
import { decimal, integer, object, oneOf, required, text } from '../../platform/schema.ts';
import type { System } from './system.ts';

const tag = 'System';
const count = required(integer({ min: 0 }));
const accountCount = integer({ min: 0 });

const healthAnswer = object({
  status: required(oneOf('ok', 'degraded')),
  version: required(text({ max: 40 })),
  uptimeSeconds: count,
  accounts: object({
    initializing: accountCount,
    qr_ready: accountCount,
    ready: accountCount,
    disconnected: accountCount,
    auth_failed: accountCount,
    error: accountCount,
  }),
  queue: object({ queued: count, sending: count }),
  webhooks: object({ failing: count, paused: count, waiting: count, dead: count }),
  storedFiles: object({ files: count, bytes: count, waiting: count, limitBytes: count }),
  databaseMs: integer({ min: 0 }),
  memory: object({ rssBytes: count, heapUsedBytes: count }),
  eventLoopDelayMs: object({ p50: required(decimal()), p99: required(decimal()) }),
});

export function systemRoutes(system: System): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/health',
      summary: 'How the server is; with an admin key also accounts, queue, database and memory',
      tag,
      access: 'anonymous',
      answer: healthAnswer,
      handle: async ({ caller }) => ({
        data: isOperator(caller) ? await system.detailedHealth() : await system.health(),
      }),
    }),
    plain('/ping', 'Alive, without touching the database', 'exempt', () => Promise.resolve('pong')),
    plain('/healthz', 'Alive', 'exempt', () => Promise.resolve('ok')),
    plain('/readyz', 'The database answers', 'standard', readiness(system)),
    plain('/readiness', 'The database answers', 'standard', readiness(system)),
  ];
}

function readiness(system: System): () => Promise<string> {
  return async () => {
    await system.ready();
    return 'ready';
  };
}

function plain(path: string, summary: string, rate: 'exempt' | 'standard', word: () => Promise<string>): Route {
  return defineRoute({
    method: 'GET',
    path,
    root: true,
    summary,
    tag,
    access: 'anonymous',
    rate,
    produces: ['text/plain'],
    stream: async (_input, response) => {
      response.type('text/plain').send(await word());
    },
  });
}
