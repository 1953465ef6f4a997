import type { ComponentChildren } from 'preact';
import type { Account } from '../../src/features/accounts/accounts.ts';
import { ActButton } from './form.tsx';
import { Icon } from './icon.tsx';

interface NextButtonProps {
  account: Account;
  /** Where its act leads back to. */
  back: string;
  /** On the account's own page: there it needs no name, and stays away while nothing is to be done. */
  alone?: boolean;
}

/** The one thing to do next with an account. */
export function NextButton({ account, back, alone = false }: NextButtonProps) {
  const { id, status } = account;
  const name = alone ? null : <ForAccount name={account.name} />;
  const look = alone ? 'button button-primary' : 'button';
  switch (status.nextStep) {
    case 'resume':
      return (
        <ActButton id={`next-${id}`} action={`/accounts/${id}/resume`} fields={{ back }} class={look}>
          <Icon name="play" />
          Resume{name}
        </ActButton>
      );
    case 'reconnect':
      return (
        <ActButton id={`next-${id}`} action={`/accounts/${id}/reconnect`} fields={{ back }} class={look}>
          <Icon name="refresh-cw" />
          {reconnectWord(account)}
          {name}
        </ActButton>
      );
    case 'link_again':
      return (
        <LinkButton id={id} icon="link">
          Link again{name}
        </LinkButton>
      );
    case 'show_code':
      if (status.status === 'qr_ready') return <CodePageLink id={id}>{name}</CodePageLink>;
      return (
        <LinkButton id={id} icon="qr-code">
          Show the code{name}
        </LinkButton>
      );
    case null:
      if (alone) return null;
      if (status.status === 'ready') {
        return (
          <a class="button" href={`/accounts/${id}`}>
            <Icon name="send" />
            Send a message{name}
          </a>
        );
      }
      if (!account.linked) return <CodePageLink id={id}>{name}</CodePageLink>;
      return (
        <a class="button" href={`/accounts/${id}`}>
          Open{name}
        </a>
      );
  }
}

/** Begins a pairing and leads to its code. */
function LinkButton({ id, icon, children }: { id: string; icon: string; children: ComponentChildren }) {
  const fields = { back: `/accounts/${id}/link` };
  return (
    <ActButton id={`next-${id}`} action={`/accounts/${id}/reconnect`} fields={fields} class="button button-primary">
      <Icon name={icon} />
      {children}
    </ActButton>
  );
}

/** `children`: whose code it is, where that is not plain. */
function CodePageLink({ id, children }: { id: string; children: ComponentChildren }) {
  return (
    <a class="button button-primary" href={`/accounts/${id}/link`}>
      <Icon name="qr-code" />
      Show the code
      {children}
    </a>
  );
}

/** Tells the buttons of many rows apart for those who hear them. */
function ForAccount({ name }: { name: string }) {
  return (
    <span class="visually-hidden">
      {' '}
      (<bdi>{name}</bdi>)
    </span>
  );
}

function reconnectWord({ status }: Account): string {
  if (status.status === 'error') return 'Try again';
  return status.reason === 'replaced' ? 'Connect' : 'Reconnect now';
}
