import { firstRunId } from '../../../views/account/first-run.tsx';
import { AccountHeader, headerId } from '../../../views/account/header.tsx';
import { AccountMessages, messagesId } from '../../../views/account/messages.tsx';
import { accountParams } from '../../features/accounts/accounts.ts';
import { definePage, type Page } from '../../platform/page.ts';
import { name, object, text } from '../../platform/schema.ts';
import { accountKeyPages } from './account-key.pages.tsx';
import { accountSettingsPages } from './account-settings.pages.tsx';
import { accountPage, type AccountPageParts, firstRunPart, livePart, messagesModel } from './account-page.tsx';
import { hideFirstRun, hidesFirstRun } from './first-run-cookie.ts';
import { phonePages } from './phone.pages.tsx';
import { sendingPages } from './sending.pages.tsx';

const before = text({ max: 20 });

/** The page of one account with its live parts and what is done on it. */
export function accountPages(parts: AccountPageParts): Page[] {
  return [
    pageOfAccount(parts),
    ...liveParts(parts),
    ...dismissals(parts),
    ...sendingPages(parts),
    ...accountKeyPages(parts),
    ...accountSettingsPages(parts),
    ...phonePages(parts),
  ];
}

function pageOfAccount(parts: AccountPageParts): Page {
  return definePage({
    method: 'GET',
    path: '/accounts/:id',
    access: 'person',
    params: accountParams,
    query: object({ before, customer: name({ max: 40 }), to: name({ max: 100 }) }),
    handle: ({ params, query, http }) =>
      accountPage(parts, params.id, {
        before: query.before,
        customer: query.customer,
        hidesFirstRun: hidesFirstRun(http.request),
        ...(query.to === undefined ? {} : { send: { to: query.to, text: '' } }),
      }),
  });
}

function liveParts(parts: AccountPageParts): Page[] {
  const shared = { method: 'GET', access: 'person', params: accountParams } as const;
  return [
    definePage({
      ...shared,
      path: '/ui/accounts/:id/header',
      handle: ({ params }) => livePart(headerId, () => headerPart(parts, params.id)),
    }),
    definePage({
      ...shared,
      path: '/ui/accounts/:id/first-run',
      handle: ({ params }) => livePart(firstRunId, () => firstRunPart(parts, params.id)),
    }),
    definePage({
      ...shared,
      path: '/ui/accounts/:id/messages',
      query: object({ before }),
      handle: ({ params, query }) =>
        livePart(messagesId, async () => (
          <AccountMessages model={await messagesModel(parts, params.id, query.before)} />
        )),
    }),
  ];
}

async function headerPart({ accounts }: AccountPageParts, accountId: string) {
  return <AccountHeader account={await accounts.get(accountId)} />;
}

function dismissals(parts: AccountPageParts): Page[] {
  const shared = { method: 'POST', access: 'person', params: accountParams, form: object({}) } as const;
  return [
    definePage({
      ...shared,
      path: '/accounts/:id/first-run/dismiss',
      handle({ params, http }) {
        hideFirstRun(http.response);
        return Promise.resolve({ kind: 'redirect', to: `/accounts/${params.id}` });
      },
    }),
    definePage({
      ...shared,
      path: '/accounts/:id/notice/dismiss',
      async handle({ params, partial }) {
        await parts.accounts.dismissNotice(params.id);
        if (partial) return { kind: 'fragment', body: await headerPart(parts, params.id) };
        return { kind: 'redirect', to: `/accounts/${params.id}` };
      },
    }),
  ];
}
