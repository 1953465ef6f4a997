import { AuditView } from '../../../views/settings/audit.tsx';
import type { Accounts } from '../../features/accounts/accounts.ts';
import { type Audit, auditActions } from '../../features/audit/audit.ts';
import { definePage, type Page } from '../../platform/page.ts';
import { integer, object, text } from '../../platform/schema.ts';

export interface AuditPageParts {
  audit: Pick<Audit, 'list'>;
  accounts: Pick<Accounts, 'list'>;
}

const pageSize = 50;
const maxChoices = 1_000;

export function auditPages({ audit, accounts }: AuditPageParts): Page[] {
  return [
    definePage({
      method: 'GET',
      path: '/settings/audit',
      access: 'person',
      query: object({
        account: text({ min: 0, max: 40, pattern: /^(acc_[0-9a-z]{1,30})?$/, patternName: 'an account id, acc_…' }),
        before: integer({ min: 1 }),
      }),
      async handle({ query }) {
        const accountId = query.account === '' ? undefined : query.account;
        const found = await audit.list({ before: query.before, limit: pageSize + 1, accountId });
        const page = found.slice(0, pageSize);
        const model = {
          entries: page.map((entry) => ({ ...entry, sentence: auditActions[entry.action] })),
          accounts: await accounts.list(null, maxChoices),
          accountId,
          older: found.length > pageSize ? page.at(-1)?.id : undefined,
          isContinued: query.before !== undefined,
        };
        return { kind: 'page', title: 'Audit log', section: 'settings', body: <AuditView model={model} /> };
      },
    }),
  ];
}
