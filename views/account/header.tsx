import type { Account } from '../../src/features/accounts/accounts.ts';
import { ActButton } from '../partials/form.tsx';
import { Icon } from '../partials/icon.tsx';
import { live } from '../partials/live.ts';
import { Notice } from '../partials/notice.tsx';
import { KindChip, StatusChip, statusWord } from '../partials/status.tsx';
import { Ago, Time } from '../partials/time.tsx';
import { NextStep } from './next-step.tsx';

export const headerId = 'account-header';

/** Who this account is, how it is, and what to do about it. */
export function AccountHeader({ account }: { account: Account }) {
  const { id, name, kind, phone, status, paused, restrictedUntil, notice } = account;
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
          <NextStep account={account} />
          <AccountMenu account={account} />
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

/** In place of the header once somebody has deleted the account. */
export function AccountGone({ id }: { id: string }) {
  if (id !== headerId) return <div id={id} hidden />;
  return (
    <div id={id} class="stack-s">
      <h1>This account is gone</h1>
      <Notice tone="warn">
        Somebody has deleted it. <a href="/accounts">Back to the accounts</a>
      </Notice>
    </div>
  );
}

function AccountMenu({ account }: { account: Account }) {
  const { id, name, paused, linked, status } = account;
  const fields = { back: `/accounts/${id}` };
  const from = `?back=${encodeURIComponent(fields.back)}`;
  return (
    <details data-menu="">
      <summary class="button button-icon">
        <Icon name="ellipsis-vertical" />
        <span class="visually-hidden">
          More for <bdi>{name}</bdi>
        </span>
      </summary>
      <div class="menu">
        <a href={`/accounts/${id}/rename${from}`} data-dialog="">
          <Icon name="pencil" />
          Rename…
        </a>
        <a href={`/accounts/${id}/key`} data-dialog="">
          <Icon name="key-round" />
          Roll key…
        </a>
        <hr />
        {!paused && linked && (
          <ActButton id="menu-reconnect" action={`/accounts/${id}/reconnect`} fields={fields} class="">
            <Icon name="refresh-cw" />
            Reconnect
          </ActButton>
        )}
        {paused ? (
          <ActButton id="menu-resume" action={`/accounts/${id}/resume`} fields={fields} class="">
            <Icon name="play" />
            Resume
          </ActButton>
        ) : (
          <ActButton id="menu-pause" action={`/accounts/${id}/pause`} fields={fields} class="">
            <Icon name="pause" />
            Pause
          </ActButton>
        )}
        <hr />
        {status.status === 'ready' && (
          <a href={`/accounts/${id}/unlink${from}`} data-dialog="">
            <Icon name="unlink" />
            Unlink phone…
          </a>
        )}
        <a class="danger" href={`/accounts/${id}/delete${from}`} data-dialog="">
          <Icon name="trash-2" />
          Delete account…
        </a>
      </div>
    </details>
  );
}
