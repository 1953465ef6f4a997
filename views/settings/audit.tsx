import type { AuditRow } from '../../src/features/audit/audit.ts';
import { Empty } from '../partials/empty.tsx';
import { Icon } from '../partials/icon.tsx';
import { Time } from '../partials/time.tsx';
import { SettingsPage } from './tabs.tsx';

export interface AuditModel {
  entries: readonly (AuditRow & { sentence: string })[];
  /** To choose from; those that were deleted are left out. */
  accounts: readonly { id: string; name: string }[];
  /** The account whose acts are shown. */
  accountId: string | undefined;
  /** Cursor of the next page, when there is one. */
  older: number | undefined;
  isContinued: boolean;
}

export function AuditView({ model }: { model: AuditModel }) {
  const { entries, accountId, older, isContinued } = model;
  return (
    <SettingsPage tab="audit">
      <p class="muted measure">
        Who did what to accounts, keys and sessions. Kept for a year, also for deleted accounts.
      </p>
      <Filter model={model} />
      <section class="card card-flush" aria-label="Entries">
        {entries.length === 0 ? (
          <Nothing accountId={accountId} isContinued={isContinued} />
        ) : (
          <Entries entries={entries} />
        )}
      </section>
      {(older !== undefined || isContinued) && (
        <nav class="pager" aria-label="Pages">
          {isContinued ? <a href={addressOf(accountId)}>Newest</a> : <span />}
          {older !== undefined && <a href={addressOf(accountId, older)}>Older</a>}
        </nav>
      )}
    </SettingsPage>
  );
}

function addressOf(accountId: string | undefined, before?: number): string {
  const query = new URLSearchParams();
  if (accountId !== undefined) query.set('account', accountId);
  if (before !== undefined) query.set('before', String(before));
  return query.size === 0 ? '/settings/audit' : `/settings/audit?${query.toString()}`;
}

function Filter({ model }: { model: AuditModel }) {
  const { accounts, accountId, entries } = model;
  const isListed = accountId === undefined || accounts.some(({ id }) => id === accountId);
  return (
    <form method="get" action="/settings/audit" class="row account-choice">
      <label for="audit-account">Account</label>
      <select id="audit-account" name="account" class="input">
        <option value="">All acts</option>
        {!isListed && (
          <option value={accountId} selected>
            {entries[0]?.accountName ?? accountId} (deleted)
          </option>
        )}
        {accounts.map(({ id, name }) => (
          <option key={id} value={id} selected={id === accountId}>
            {name}
          </option>
        ))}
      </select>
      <button type="submit" class="button">
        Show
      </button>
    </form>
  );
}

function Nothing({ accountId, isContinued }: { accountId: string | undefined; isContinued: boolean }) {
  const title = isContinued ? 'Nothing older' : 'Nothing yet';
  const sentence =
    accountId === undefined ? 'Acts of people and programs stand here.' : 'Nobody has changed this account.';
  return (
    <Empty icon="history" title={title}>
      {isContinued ? 'This is the end of the log.' : sentence}
    </Empty>
  );
}

function Entries({ entries }: { entries: AuditModel['entries'] }) {
  return (
    <table class="table stacked" role="table">
      <thead role="rowgroup">
        <tr role="row">
          {['When', 'Who', 'What', 'Account', 'Address'].map((head) => (
            <th key={head} scope="col" role="columnheader">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {entries.map((entry) => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </tbody>
    </table>
  );
}

const actorIcons = { person: 'shield', key: 'key-round', system: 'settings' } as const;
const actorWords = { person: 'Person', key: 'Key', system: 'This server' } as const;

function Entry({ entry }: { entry: AuditModel['entries'][number] }) {
  const { accountId, accountName, actorKind, address } = entry;
  return (
    <tr role="row">
      <td role="cell" class="nowrap">
        <Time at={entry.at} />
      </td>
      <td role="cell">
        <span class="with-icon">
          <Icon name={actorIcons[actorKind]} label={actorWords[actorKind]} />
          <bdi>{entry.actorName}</bdi>
        </span>
      </td>
      <td role="cell">
        {entry.sentence}
        <Details details={entry.details} />
      </td>
      <td role="cell" data-label="Account">
        {accountId !== null && (
          <a href={addressOf(accountId)}>
            <bdi>{accountName}</bdi>
          </a>
        )}
      </td>
      <td role="cell" data-label="Address">
        {address !== null && <code>{address}</code>}
      </td>
    </tr>
  );
}

/** Ids say nothing to people; the API lists them. */
function Details({ details }: { details: AuditRow['details'] }) {
  const entries = Object.entries(details).filter(([field]) => field !== 'id');
  if (entries.length === 0) return null;
  return (
    <ul class="audit-details">
      {entries.map(([field, value]) => (
        <li key={field}>
          {field}: {typeof value === 'object' && value !== null ? <Change {...value} /> : <bdi>{shown(value)}</bdi>}
        </li>
      ))}
    </ul>
  );
}

type Value = string | number | boolean | null;

function Change({ from, to }: { from: Value; to: Value }) {
  return (
    <>
      <bdi>{shown(from)}</bdi> → <bdi>{shown(to)}</bdi>
    </>
  );
}

function shown(value: Value): string {
  return value === null || value === '' ? 'nothing' : String(value);
}
