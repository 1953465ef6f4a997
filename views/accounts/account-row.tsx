import type { Account } from '../../src/features/accounts/accounts.ts';
import type { Traffic } from '../../src/features/messages/messages.ts';
import { live } from '../partials/live.ts';
import { AccountMenu } from '../partials/account-menu.tsx';
import { Icon } from '../partials/icon.tsx';
import { NextButton } from '../partials/next-button.tsx';
import { statusDetail } from '../partials/status-detail.ts';
import { KindChip, StatusChip } from '../partials/status.tsx';
import { Time } from '../partials/time.tsx';

export interface AccountRowModel {
  account: Account;
  traffic: Traffic;
  /** Where an act comes back to. */
  back: string;
}

// The roles are those of a table. They stand here because a phone shows the row as a card, and some browsers then forget.
export function AccountRow({ model }: { model: AccountRowModel }) {
  const { account, traffic, back } = model;
  const { id, name, kind, phone, status, paused } = account;
  const detail = statusDetail(status.message);
  const url = `/ui/accounts/${id}/row?back=${encodeURIComponent(back)}`;
  return (
    <tr role="row" {...live({ id: `row-${id}`, url, topics: [`account:${id}`] })}>
      <th scope="row" role="rowheader" class="account-name">
        <span class="row">
          <a href={`/accounts/${id}`}>
            <bdi>{name}</bdi>
          </a>
          <KindChip kind={kind} />
        </span>
        <span class="account-number">{phone === null ? 'No number yet' : <bdi>{phone}</bdi>}</span>
      </th>
      <td role="cell" class="account-status">
        <span class="row">
          <StatusChip model={{ status: status.status, paused, message: status.message, nextStep: status.nextStep }} />
          <span class="muted small">
            since <Time at={status.since} />
          </span>
        </span>
        {detail !== undefined && <span class="account-reason">{detail}</span>}
        {account.restrictedUntil && (
          <span class="chip tone-warn">
            Restricted until <Time at={account.restrictedUntil} />
          </span>
        )}
      </td>
      <Figure word="Sent" count={traffic.sent} />
      <Figure word="Received" count={traffic.received} />
      <Figure word="Waiting" count={traffic.waiting} />
      <td role="cell" class="account-acts">
        <div class="account-buttons">
          <NextButton account={account} back={back} />
          <AccountMenu account={account} back={back}>
            <a href={`/accounts/${id}`}>
              <Icon name="arrow-right" />
              Open
            </a>
          </AccountMenu>
        </div>
      </td>
    </tr>
  );
}

function Figure({ word, count }: { word: string; count: number }) {
  return (
    <td role="cell" class={count === 0 ? 'account-figure account-none' : 'account-figure'}>
      <span class="account-figure-word" aria-hidden="true">
        {word}
      </span>
      {count.toLocaleString('en-GB')}
    </td>
  );
}
