import type { Account } from '../../src/features/accounts/accounts.ts';
import { ActButton } from './form.tsx';
import { Icon } from './icon.tsx';

/** The one thing to do next with an account; `back` is where its act leads back to. */
export function NextButton({ account, back }: { account: Account; back: string }) {
  const { id, status } = account;
  const name = <ForAccount name={account.name} />;
  switch (status.nextStep) {
    case 'resume':
      return (
        <ActButton id={`next-${id}`} action={`/accounts/${id}/resume`} fields={{ back }}>
          <Icon name="play" />
          Resume{name}
        </ActButton>
      );
    case 'reconnect':
      return (
        <ActButton id={`next-${id}`} action={`/accounts/${id}/reconnect`} fields={{ back }}>
          <Icon name="refresh-cw" />
          {reconnectWord(account)}
          {name}
        </ActButton>
      );
    case 'link_again':
      return <LinkButton account={account} icon="link" word="Link again" />;
    case 'show_code':
      if (status.status !== 'qr_ready') return <LinkButton account={account} icon="qr-code" word="Show the code" />;
      return <CodePageLink account={account} />;
    case null:
      if (status.status === 'ready') {
        return (
          <a class="button" href={`/accounts/${id}`}>
            <Icon name="send" />
            Send a message{name}
          </a>
        );
      }
      if (!account.linked) return <CodePageLink account={account} />;
      return (
        <a class="button" href={`/accounts/${id}`}>
          Open{name}
        </a>
      );
  }
}

/** Begins a pairing and leads to its code. */
function LinkButton({ account: { id, name }, icon, word }: { account: Account; icon: string; word: string }) {
  const fields = { back: `/accounts/${id}/link` };
  return (
    <ActButton id={`next-${id}`} action={`/accounts/${id}/reconnect`} fields={fields} class="button button-primary">
      <Icon name={icon} />
      {word}
      <ForAccount name={name} />
    </ActButton>
  );
}

function CodePageLink({ account: { id, name } }: { account: Account }) {
  return (
    <a class="button button-primary" href={`/accounts/${id}/link`}>
      <Icon name="qr-code" />
      Show the code
      <ForAccount name={name} />
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
