import { KeysView, newKeyName, RevokeView } from '../../../views/settings/keys.tsx';
import type { FormProblem } from '../../../views/partials/form.tsx';
import type { Access } from '../../features/access/access.ts';
import type { Database } from '../../platform/database.ts';
import { definePage, type Page, type PageAnswer } from '../../platform/page.ts';
import { name, object, required, text } from '../../platform/schema.ts';

export interface KeyPageParts {
  database: Pick<Database, 'transaction'>;
  access: Pick<Access, 'createAdminKey' | 'getAdminKey' | 'listAdminKeys' | 'revokeAdminKey'>;
  /** Whether `ADMIN_API_KEY` is set. */
  environmentKey: boolean;
}

const pageSize = 50;
const path = '/settings/keys';
const keyId = (): ReturnType<typeof text> =>
  text({ max: 40, pattern: /^key_[0-9a-z]{1,30}$/, patternName: 'a key id, key_…' });

export function keyPages(parts: KeyPageParts): Page[] {
  const { database, access } = parts;

  async function show(after: string | undefined, refusal?: FormProblem & { status: number }): Promise<PageAnswer> {
    const found = await access.listAdminKeys(after ?? null, pageSize + 1);
    const keys = found.slice(0, pageSize);
    const next = found.length > pageSize ? keys.at(-1)?.id : undefined;
    const model = { keys, next, isContinued: after !== undefined, environmentKey: parts.environmentKey };
    const body = <KeysView model={model} problem={refusal} />;
    return { kind: 'page', title: 'API keys', section: 'settings', body, status: refusal?.status ?? 200 };
  }

  return [
    definePage({
      method: 'GET',
      path,
      access: 'person',
      query: object({ after: keyId() }),
      handle: ({ query }) => show(query.after),
    }),
    definePage({
      method: 'POST',
      path,
      access: 'person',
      form: object({ name: required(name({ max: 60 })) }),
      async handle({ form, actor }) {
        const { issued } = await database.transaction((tx) => access.createAdminKey(tx, form.name, actor));
        return { kind: 'redirect', to: path, once: { name: newKeyName, value: issued.key } };
      },
      refused: (_input, refusal) => show(undefined, refusal),
    }),
    definePage({
      method: 'GET',
      path: `${path}/:id/revoke`,
      access: 'person',
      params: object({ id: required(keyId()) }),
      async handle({ params }) {
        const key = await access.getAdminKey(params.id);
        return { kind: 'page', title: 'Revoke a key', section: 'settings', body: <RevokeView value={key} /> };
      },
    }),
    definePage({
      method: 'POST',
      path: `${path}/:id/revoke`,
      access: 'person',
      params: object({ id: required(keyId()) }),
      form: object({}),
      async handle({ params, actor }) {
        await database.transaction((tx) => access.revokeAdminKey(tx, params.id, actor));
        return { kind: 'redirect', to: path, notice: 'The key is revoked.' };
      },
    }),
  ];
}
