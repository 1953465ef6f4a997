import type { Account } from '../../src/features/accounts/accounts.ts';
import { Icon } from '../partials/icon.tsx';
import { live } from '../partials/live.ts';
import { NextButton } from '../partials/next-button.tsx';
import { KindChip, StatusChip } from '../partials/status.tsx';
import { Ago } from '../partials/time.tsx';

const maxShown = 10;

/** Accounts that wait for a person, each with what happened, since when, and one button. */
export function NeedsYouView({ accounts }: { accounts: readonly Account[] }) {
  const more = accounts.length - maxShown;
  return (
    <section
      class="card card-flush"
      aria-labelledby="needs-you-title"
      {...live({ id: 'needs-you', url: '/ui/overview/needs-you', topics: ['accounts'] })}
    >
      <h2 class="section-title" id="needs-you-title">
        Needs you
        {accounts.length > 0 && <span class="chip tone-warn">{accounts.length}</span>}
      </h2>
      {accounts.length === 0 ? (
        <p class="section-empty section-calm">
          <Icon name="check" />
          No account is waiting for you.
        </p>
      ) : (
        <ul class="list need-list">
          {accounts.slice(0, maxShown).map((account) => (
            <Need key={account.id} account={account} />
          ))}
        </ul>
      )}
      {more > 0 && (
        <p class="section-foot">
          <a href="/accounts">{more === 1 ? '1 more account' : `${more} more accounts`}</a>
        </p>
      )}
    </section>
  );
}

function Need({ account }: { account: Account }) {
  const { id, name, kind, status, paused } = account;
  const { message, nextStep } = status;
  return (
    <li id={`need-${id}`}>
      <div class="grow need">
        <p class="row">
          <a class="need-name" href={`/accounts/${id}`}>
            <bdi>{name}</bdi>
          </a>
          <KindChip kind={kind} />
          <StatusChip model={{ status: status.status, paused, message, nextStep }} />
        </p>
        <p class="muted">
          {status.status === 'qr_ready' ? 'A phone may scan it now' : message} · <Ago at={status.since} />
        </p>
      </div>
      <NextButton account={account} back="/" />
    </li>
  );
}
