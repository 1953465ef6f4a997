import type { OwnerModel, WebhookRowsModel } from '../../../views/partials/webhook-rows.tsx';
import { NewWebhookView } from '../../../views/webhooks/new-webhook.tsx';
import { secretNameOf } from '../../../views/webhooks/secret.tsx';
import { WebhookList } from '../../../views/webhooks/webhook-list.tsx';
import { WebhooksView } from '../../../views/webhooks/webhooks.tsx';
import { type Account, type Accounts, accountId } from '../../features/accounts/accounts.ts';
import { usualSettings, webhookId, type Webhooks } from '../../features/webhooks/webhooks.ts';
import type { Database } from '../../platform/database.ts';
import { invalidField } from '../../platform/errors.ts';
import { definePage, type Page, type PageAnswer, type Refusal } from '../../platform/page.ts';
import { type Infer, object, required } from '../../platform/schema.ts';
import { eventGroups, tickedEvents } from './event-groups.ts';
import { pageOfWebhooks } from './webhook-page.tsx';
import { asTyped, endpointFields, eventBox, headerField, headersOf } from './webhook-form.ts';

export interface WebhooksPagesParts {
  webhooks: Pick<Webhooks, 'list' | 'create'>;
  accounts: Pick<Accounts, 'list' | 'get'>;
  database: Pick<Database, 'transaction'>;
}

const mostChoices = 1_000;

// A form that is sent with nothing chosen names its field all the same.
const listQuery = object({ account: accountId.allow(''), after: webhookId });

const newWebhookForm = object({ accountId: required(accountId), ...endpointFields })
  .pattern(eventBox.name, eventBox.value)
  .pattern(headerField.name, headerField.value);

/** The list of webhooks of all accounts, and a new one. */
export function webhooksPages(parts: WebhooksPagesParts): Page[] {
  return [...listPages(parts), ...newWebhookPages(parts)];
}

function listPages(parts: WebhooksPagesParts): Page[] {
  return [
    definePage({
      method: 'GET',
      path: '/webhooks',
      access: 'person',
      query: listQuery,
      async handle({ query }) {
        const accounts = await parts.accounts.list(null, mostChoices);
        const list = await listModel(parts, accounts, query);
        return {
          kind: 'page',
          title: 'Webhooks',
          section: 'webhooks',
          body: <WebhooksView model={{ list, accounts }} />,
        };
      },
    }),
    definePage({
      method: 'GET',
      path: '/ui/webhooks',
      access: 'person',
      query: listQuery,
      async handle({ query }) {
        const accounts = await parts.accounts.list(null, mostChoices);
        return { kind: 'fragment', body: <WebhookList model={await listModel(parts, accounts, query)} /> };
      },
    }),
  ];
}

async function listModel(
  parts: WebhooksPagesParts,
  accounts: readonly Account[],
  query: Infer<typeof listQuery>,
): Promise<WebhookRowsModel> {
  const chosen = query.account === '' ? undefined : query.account;
  const { after } = query;
  const { shown, next } = await pageOfWebhooks(parts.webhooks, { accountId: chosen, after });
  const owners = new Map<string, OwnerModel>(accounts.map((account) => [account.id, account]));
  for (const { accountId: id } of shown) if (!owners.has(id)) owners.set(id, await parts.accounts.get(id));
  return {
    rows: shown.flatMap((webhook) => {
      const owner = owners.get(webhook.accountId);
      return owner ? [{ webhook, owner }] : [];
    }),
    accountId: chosen,
    after,
    next,
    hasAccounts: accounts.length > 0,
  };
}

function newWebhookPages({ webhooks, accounts, database }: WebhooksPagesParts): Page[] {
  const shared = { path: '/webhooks/new', access: 'person' } as const;

  async function show(account: string | undefined, problem?: Refusal): Promise<PageAnswer> {
    const choices = await accounts.list(null, mostChoices);
    if (choices.length === 0) {
      const notice = { words: 'Add an account first: a webhook tells what happens to it.', tone: 'warn' } as const;
      return { kind: 'redirect', to: '/accounts/new', notice };
    }
    const chosen = choices.find(({ id }) => id === account) ?? choices[0];
    const model = { accounts: choices, accountId: chosen?.id, groups: eventGroups, usual: usualSettings, problem };
    const body = <NewWebhookView model={model} />;
    return { kind: 'page', title: 'Add webhook', section: 'webhooks', body, status: problem?.status ?? 200 };
  }

  return [
    definePage({
      ...shared,
      method: 'GET',
      query: object({ account: accountId.allow('') }),
      handle: ({ query }) => show(query.account),
    }),
    definePage({
      ...shared,
      method: 'POST',
      form: newWebhookForm,
      async handle({ form, actor }) {
        const { accountId, url, media, timeoutSeconds } = form;
        const events = tickedEvents(form, []);
        if (events.length === 0) throw invalidField('events', 'must have at least one that is ticked');
        const input = { url, media, timeoutSeconds, events, headers: headersOf(form, {}) };
        const { webhook, secret } = await database.transaction((tx) => webhooks.create(tx, accountId, input, actor));
        return {
          kind: 'redirect',
          to: `/webhooks/${webhook.id}`,
          notice: 'The webhook is added. It is told what happens from now on.',
          once: { name: secretNameOf(webhook.id), value: secret },
        };
      },
      refused: (_input, refusal) => show(refusal.values['accountId'], asTyped(refusal)),
    }),
  ];
}
