import type { Account } from '../../src/features/accounts/accounts.ts';
import { AccountMenu } from '../partials/account-menu.tsx';
import { ActButton } from '../partials/form.tsx';
import { Icon } from '../partials/icon.tsx';
import { live } from '../partials/live.ts';
import { NextButton } from '../partials/next-button.tsx';
import { Gone } from '../partials/gone.tsx';
import { Notice } from '../partials/notice.tsx';
import { KindChip, StatusChip, statusWord } from '../partials/status.tsx';
import { Ago, Time } from '../partials/time.tsx';

export const headerId = 'account-header';

/** Who this account is, how it is, and what to do about it. */
export function AccountHeader({ account }: { account: Account }) {
  const { id, name, kind, phone, status, paused, restrictedUntil, notice } = account;
  const here = `/accounts/${id}`;
  const model = { status: status.status, paused, message: status.message, nextStep: status.nextStep };
  return (
    <header
      class="account-top"
      {...live({ id: headerId, url: `/ui/accounts/${id}/header`, topics: [`account:${id}`] })}
    >
      <div class="account-top-line">
        <div class="grow">
          <div class="row">
            <h1>
              <bdi>{name}</bdi>
            </h1>
            <KindChip kind={kind} />
          </div>
          <p class="muted">{phone === null ? 'No number yet' : <bdi class="figures">{phone}</bdi>}</p>
        </div>
        <div class="row">
          <NextButton account={account} back={here} alone />
          <AccountMenu account={account} back={here}>
            <a href={`/accounts/${id}/key`} data-dialog="">
              <Icon name="key-round" />
              Roll key…
            </a>
          </AccountMenu>
        </div>
      </div>
      <div class="row account-state">
        <StatusChip model={model} />
        {restrictedUntil && (
          <span class="chip tone-warn">
            Restricted until <Time at={restrictedUntil} />
          </span>
        )}
        <p>
          {statusWord(model).word !== status.message && `${status.message} · `}
          <span class="muted">
            since <Time at={status.since} /> (<Ago at={status.since} />)
          </span>
        </p>
      </div>
      {notice !== null && (
        <Notice tone="warn">
          <div class="row">
            <p class="grow">{notice}</p>
            <ActButton
              id="dismiss-notice"
              action={`/accounts/${id}/notice/dismiss`}
              replaces={`#${headerId}`}
              class="button button-quiet"
            >
              I have read it
            </ActButton>
          </div>
        </Notice>
      )}
    </header>
  );
}

/** In place of a part of its page once somebody has deleted the account. */
export function AccountGone({ id }: { id: string }) {
  return <Gone id={id} saidBy={headerId} what="account" listPath="/accounts" />;
}
