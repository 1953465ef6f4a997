import { accountOf } from '../../src/platform/caller.ts';
import { AppError } from '../../src/platform/errors.ts';
import { etagOf, requireMatch } from '../../src/platform/etag.ts';
import { currentRequestId } from '../../src/platform/log.ts';
import { defineRoute } from '../../src/platform/route.ts';
import { integer, listOf, object, pageFields, required, text } from '../../src/platform/schema.ts';

const params = object({ id: required(text({ max: 40 })) });
const item = object({ id: required(text({ max: 40 })) });
/** Routes of every kind, for tests of what holds for all routes. */
export const itemRoutes = [
  defineRoute({
    method: 'GET',
    path: '/items',
    summary: 'List the items',
    tag: 'Items',
    access: 'account',
    query: object({ ...pageFields(), accountId: text({ max: 40 }) }),
    answer: listOf(item),
    list: true,
    handle: async ({ query, caller }) => ({
      data: [{ id: `${accountOf(caller, query.accountId)}:${query.limit}` }],
      nextCursor: query.cursor === undefined ? 'more' : null,
    }),
  }),
  defineRoute({
    method: 'GET',
    path: '/items/:id',
    summary: 'One item',
    tag: 'Items',
    access: 'account',
    params,
    answer: item,
    etag: true,
    handle: async ({ params }) => {
      if (params.id === 'broken') throw new Error('secret detail');
      if (params.id === 'away') throw new AppError('database.unavailable', { status: 503 });
      if (params.id === 'gone') throw new AppError('item.not_found', { status: 404, detail: 'No such item.' });
      return { data: { id: params.id }, etag: etagOf(params.id) };
    },
  }),
  defineRoute({
    method: 'PATCH',
    path: '/items/:id',
    summary: 'Change an item',
    tag: 'Items',
    access: 'admin',
    params,
    body: object({ size: integer() }),
    answer: item,
    etag: true,
    handle: async ({ params, headers }) => {
      requireMatch(headers.ifMatch, etagOf(params.id));
      return { data: { id: params.id }, etag: etagOf(params.id) };
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/items',
    summary: 'Make an item',
    tag: 'Items',
    access: 'account',
    body: object({ name: required(text({ max: 10 })), size: required(integer({ min: 1 })) }),
    answer: item,
    statuses: [201, 202],
    effect: async ({ body }, tx) => {
      await tx.execute('INSERT');
      if (body.name === 'fail') throw new AppError('item.exists', { status: 409, detail: 'It exists.' });
      if (body.name === 'later') return { status: 202, data: { id: 'a' }, after: async () => ({ data: { id: 'b' } }) };
      if (body.name === 'never') {
        return { status: 202, data: { id: 'a' }, after: () => Promise.reject(new Error('no')) };
      }
      return { data: { id: body.name } };
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/trace',
    summary: 'The request id as the log sees it',
    tag: 'Items',
    access: 'anonymous',
    body: object({ name: text({ max: 90_000 }) }),
    answer: text({ max: 100 }),
    handle: async () => ({ data: currentRequestId() ?? 'lost' }),
  }),
  defineRoute({
    method: 'GET',
    path: '/items/first',
    summary: 'A fixed path beside one with a parameter, defined after it',
    tag: 'Items',
    access: 'anonymous',
    answer: text({ max: 100 }),
    handle: async () => ({ data: 'fixed' }),
  }),
  defineRoute({
    method: 'GET',
    path: '/open',
    summary: 'For everyone',
    tag: 'Items',
    access: 'anonymous',
    answer: object({ kind: text({ max: 20 }) }),
    handle: async ({ caller }) => ({ data: { kind: caller.kind } }),
  }),
  defineRoute({
    method: 'GET',
    path: '/ping',
    root: true,
    rate: 'exempt',
    summary: 'Alive',
    tag: 'System',
    access: 'anonymous',
    produces: ['text/plain'],
    stream: async (_input, response) => {
      response.type('text/plain').send('pong');
    },
  }),
];
