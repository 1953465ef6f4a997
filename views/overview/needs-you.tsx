import type { Account } from '../../src/features/accounts/accounts.ts';
import { ActButton } from '../partials/form.tsx';
import { Icon } from '../partials/icon.tsx';
import { live } from '../partials/live.ts';
import { NextButton } from '../partials/next-button.tsx';
import { KindChip, StatusChip } from '../partials/status.tsx';
import { Ago } from '../partials/time.tsx';

export interface NotificationModel {
  id: string;
  /** Null when it is about the server. */
  account: string | null;
  sentence: string;
  /** Where to act. */
  path: string | null;
  at: Date;
}

export interface NeedsYouModel {
  accounts: readonly Account[];
  /** What else nobody has seen yet. */
  notifications: readonly NotificationModel[];
}

const maxShown = 10;

/** Accounts that wait for a person, each with what happened, since when, and one button; and what else is to be seen. */
export function NeedsYouView({ accounts, notifications }: NeedsYouModel) {
  const more = accounts.length - maxShown;
  const count = accounts.length + notifications.length;
  return (
    <section
      class="card card-flush"
      aria-labelledby="needs-you-title"
      {...live({ id: 'needs-you', url: '/ui/overview/needs-you', topics: ['accounts', 'notifications'] })}
    >
      <h2 class="section-title" id="needs-you-title">
        Needs you
        {count > 0 && <span class="chip tone-warn">{count}</span>}
      </h2>
      {count === 0 ? (
        <p class="section-empty section-calm">
          <Icon name="check" />
          No account is waiting for you.
        </p>
      ) : (
        <ul class="list need-list">
          {accounts.slice(0, maxShown).map((account) => (
            <Need key={account.id} account={account} />
          ))}
          {notifications.map((notification) => (
            <Notification key={notification.id} notification={notification} />
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

function Notification({ notification }: { notification: NotificationModel }) {
  const { id, account, sentence, path, at } = notification;
  const title = account ?? 'This server';
  return (
    <li id={id}>
      <div class="grow need">
        <p class="row">
          {path === null ? (
            <bdi class="need-name">{title}</bdi>
          ) : (
            <a class="need-name" href={path}>
              <bdi>{title}</bdi>
            </a>
          )}
        </p>
        <p class="muted">
          {sentence} · <Ago at={at} />
        </p>
      </div>
      <ActButton id={`read-${id}`} action={`/notifications/${id}/read`}>
        <Icon name="check" />
        Mark as read
        <span class="visually-hidden">
          {' '}
          (<bdi>{title}</bdi>)
        </span>
      </ActButton>
    </li>
  );
}
