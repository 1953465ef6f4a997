import { actorOf } from '../../platform/actor.ts';
import { defineRoute, type Route } from '../../platform/route.ts';
import { listOf } from '../../platform/schema.ts';
import type { Access } from './access.ts';
import {
  keyAnswer,
  keyJson,
  keyListQuery,
  keyParams,
  newAdminKeyBody,
  newKeyAnswer,
  revokedAnswer,
} from './keys.schemas.ts';

const tag = 'Keys';

/**
 * An operator makes and revokes admin keys with whatever let it in, another admin key included; a key may revoke itself.
 * The last way in cannot be lost here, because the admin of the dashboard and ADMIN_API_KEY are no rows of this list.
 */
export function keyRoutes(access: Access): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/keys',
      summary: 'List the admin keys',
      description: 'Those that were made here, in order of creation; not the one from the environment.',
      tag,
      access: 'admin',
      query: keyListQuery,
      answer: listOf(keyAnswer),
      list: true,
      async handle({ query }) {
        const found = await access.listAdminKeys(query.cursor ?? null, query.limit + 1);
        const page = found.slice(0, query.limit);
        const nextCursor = found.length > query.limit ? (page.at(-1)?.id ?? null) : null;
        return { data: page.map(keyJson), nextCursor };
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/keys',
      summary: 'Make an admin key',
      description: 'It may do all that the caller may, making and revoking keys included. Shown only in this answer.',
      tag,
      access: 'admin',
      body: newAdminKeyBody,
      answer: newKeyAnswer,
      statuses: [201],
      async effect(input, tx) {
        const { key, issued } = await access.createAdminKey(tx, input.body.name, actorOf(input));
        return { data: { ...keyJson(key), key: issued.key }, status: 201 };
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/keys/:id',
      summary: 'Revoke an admin key',
      description: 'It is dead within 5 s on every instance.',
      tag,
      access: 'admin',
      params: keyParams,
      answer: revokedAnswer,
      errors: ['key.not_found'],
      async effect(input, tx) {
        const { id } = input.params;
        await access.revokeAdminKey(tx, id, actorOf(input));
        return { data: { id } };
      },
    }),
  ];
}
