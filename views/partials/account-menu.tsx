import type { ComponentChildren } from 'preact';
import type { Account } from '../../src/features/accounts/accounts.ts';
import { ActButton } from './form.tsx';
import { Icon } from './icon.tsx';

interface AccountMenuProps {
  account: Account;
  /** Where the acts lead back to. */
  back: string;
  /** What stands in it first, which depends on the page. */
  children: ComponentChildren;
}

/** Everything that can be done with an account. */
export function AccountMenu({ account, back, children }: AccountMenuProps) {
  const { id, name, paused, linked, status } = account;
  const from = `?back=${encodeURIComponent(back)}`;
  const act = (word: string) => ({ id: `${word}-${id}`, action: `/accounts/${id}/${word}`, class: '' });
  return (
    <details data-menu="">
      <summary class="button button-quiet button-icon">
        <Icon name="ellipsis-vertical" />
        <span class="visually-hidden">
          More for <bdi>{name}</bdi>
        </span>
      </summary>
      <div class="menu">
        {children}
        <a href={`/accounts/${id}/settings`}>
          <Icon name="settings" />
          Settings
        </a>
        <a href={`/accounts/${id}/webhooks`}>
          <Icon name="webhook" />
          Webhooks
        </a>
        <a href={`/accounts/${id}/rename${from}`} data-dialog="">
          <Icon name="pencil" />
          Rename…
        </a>
        <hr />
        {paused ? (
          <ActButton {...act('resume')} fields={{ back }}>
            <Icon name="play" />
            Resume
          </ActButton>
        ) : (
          <ActButton {...act('pause')} fields={{ back }}>
            <Icon name="pause" />
            Pause
          </ActButton>
        )}
        {!paused && (
          <ActButton {...act('reconnect')} fields={{ back: linked ? back : `/accounts/${id}/link` }}>
            <Icon name={linked ? 'refresh-cw' : 'qr-code'} />
            {linked ? 'Reconnect' : 'Show a new code'}
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
