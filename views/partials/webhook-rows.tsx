import type { AccountKind } from '../../src/features/accounts/accounts.ts';
import type { Webhook } from '../../src/features/webhooks/webhooks.ts';
import { Empty } from './empty.tsx';
import { Icon } from './icon.tsx';
import { KindChip } from './status.tsx';
import { Ago } from './time.tsx';
import { HealthChip, hostOf, SuccessBar } from './webhook-state.tsx';

/** The account of a webhook, as it is named beside it. */
export interface OwnerModel {
  id: string;
  name: string;
  kind: AccountKind;
}

export interface WebhookRowsModel {
  /** Whose each is, where that is to be said. */
  rows: readonly { webhook: Webhook; owner?: OwnerModel }[];
  /** Whose webhooks are shown; undefined for those of all. */
  accountId: string | undefined;
  /** The webhook before this page, and the one before the next. */
  after: string | undefined;
  next: string | undefined;
  hasAccounts: boolean;
}

/** The path with what is chosen on it. */
export function addressOf(
  path: string,
  { accountId, after }: { accountId?: string | undefined; after?: string | undefined },
) {
  const query = new URLSearchParams();
  if (accountId !== undefined) query.set('account', accountId);
  if (after !== undefined) query.set('after', after);
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}

export function isEmpty({ rows, after }: WebhookRowsModel): boolean {
  return rows.length === 0 && after === undefined;
}

/** To the form, with this account chosen. */
export function AddWebhook({ accountId }: { accountId: string | undefined }) {
  return (
    <a class="button button-primary" href={addressOf('/webhooks/new', { accountId })} data-shortcut="n">
      <Icon name="plus" />
      Add webhook
    </a>
  );
}

/** A page of webhooks, wherever they are listed; `pageAfter` is the address of the page that begins after this one. */
export function WebhookRows({
  model,
  pageAfter,
}: {
  model: WebhookRowsModel;
  pageAfter: (webhookId: string | undefined) => string;
}) {
  const { rows, after, next } = model;
  return (
    <>
      {rows.length === 0 ? (
        <div class="card">
          <NoWebhooks model={model} />
        </div>
      ) : (
        <Table rows={rows} />
      )}
      {(next !== undefined || after !== undefined) && (
        <nav class="pager" aria-label="Pages">
          {after === undefined ? <span /> : <a href={pageAfter(undefined)}>First page</a>}
          {next !== undefined && <a href={pageAfter(next)}>Next page</a>}
        </nav>
      )}
    </>
  );
}

// The roles are those of a table: a phone shows rows as cards, and some browsers then forget them.
function Table({ rows }: Pick<WebhookRowsModel, 'rows'>) {
  return (
    <div class="card card-flush">
      <table class="table card-table webhook-table" role="table">
        <caption class="visually-hidden">Webhooks in order of creation</caption>
        <thead role="rowgroup">
          <tr role="row">
            {['Endpoint', 'State', 'Success in 24 h'].map((word) => (
              <th key={word} scope="col" role="columnheader">
                {word}
              </th>
            ))}
            <th scope="col" role="columnheader" class="webhook-figure">
              Waiting
            </th>
            <th scope="col" role="columnheader" class="webhook-figure">
              Dead
            </th>
            <th scope="col" role="columnheader">
              Last success
            </th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <Row key={row.webhook.id} {...row} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ webhook, owner }: WebhookRowsModel['rows'][number]) {
  const { id, url, healthMessage, lastSuccessAt, waiting, dead } = webhook;
  return (
    <tr role="row" id={`row-${id}`}>
      <th scope="row" role="rowheader" class="webhook-endpoint">
        <a href={`/webhooks/${id}`}>
          <bdi>{hostOf(url)}</bdi>
        </a>
        {owner && (
          <span class="row webhook-owner">
            <bdi>{owner.name}</bdi>
            <KindChip kind={owner.kind} />
          </span>
        )}
      </th>
      <td role="cell" class="webhook-state">
        <HealthChip webhook={webhook} />
        {healthMessage !== null && <span class="webhook-reason">{healthMessage}</span>}
      </td>
      <td role="cell" class="webhook-rate">
        <span class="webhook-word" aria-hidden="true">
          Success in 24 h
        </span>
        <SuccessBar rate={webhook.successRate24h} />
      </td>
      <Figure word="Waiting" count={waiting} />
      <Figure word="Dead" count={dead} />
      <td role="cell" class="webhook-last">
        <span class="webhook-word" aria-hidden="true">
          Last success
        </span>
        {lastSuccessAt === null ? <span class="muted">Never</span> : <Ago at={lastSuccessAt} />}
      </td>
    </tr>
  );
}

function Figure({ word, count }: { word: string; count: number }) {
  return (
    <td role="cell" class={count === 0 ? 'webhook-figure webhook-none' : 'webhook-figure'}>
      <span class="webhook-word" aria-hidden="true">
        {word}
      </span>
      {count.toLocaleString('en-GB')}
    </td>
  );
}

function NoWebhooks({ model: { accountId, after, hasAccounts } }: { model: WebhookRowsModel }) {
  if (after !== undefined)
    return (
      <Empty icon="webhook" title="No more webhooks">
        This was the last page.
      </Empty>
    );
  if (!hasAccounts) {
    const action = (
      <a class="button button-primary" href="/accounts/new" data-shortcut="n">
        <Icon name="plus" />
        Add account
      </a>
    );
    return (
      <Empty icon="webhook" title="No webhooks yet" action={action}>
        A webhook tells a server of yours what happens to an account. Add an account first.
      </Empty>
    );
  }
  return (
    <Empty
      icon="webhook"
      title={accountId === undefined ? 'No webhooks yet' : 'This account has no webhook'}
      action={<AddWebhook accountId={accountId} />}
    >
      A webhook tells a server of yours what happens to an account, as soon as it happens.
    </Empty>
  );
}
