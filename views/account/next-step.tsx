import type { Account } from '../../src/features/accounts/accounts.ts';
import { ActButton } from '../partials/form.tsx';
import { Icon } from '../partials/icon.tsx';

/** The one thing to do about an account's status, if there is any. */
export function NextStep({ account }: { account: Account }) {
  const { id, status } = account;
  const back = { back: `/accounts/${id}` };
  switch (status.nextStep) {
    case null:
      return null;
    case 'show_code':
      return status.status === 'qr_ready' ? <CodePageLink id={id} /> : <LinkButton id={id} word="Show the code" />;
    case 'link_again':
      return <LinkButton id={id} word="Link again" />;
    case 'reconnect':
      return (
        <ActButton id="next-step" action={`/accounts/${id}/reconnect`} fields={back} class="button button-primary">
          <Icon name="refresh-cw" />
          {reconnectWord(account)}
        </ActButton>
      );
    case 'resume':
      return (
        <ActButton id="next-step" action={`/accounts/${id}/resume`} fields={back} class="button button-primary">
          <Icon name="play" />
          Resume
        </ActButton>
      );
  }
}

function CodePageLink({ id }: { id: string }) {
  return (
    <a class="button button-primary" href={`/accounts/${id}/link`}>
      <Icon name="qr-code" />
      Show the code
    </a>
  );
}

/** Begins a pairing and leads to its code. */
function LinkButton({ id, word }: { id: string; word: string }) {
  const fields = { back: `/accounts/${id}/link` };
  return (
    <ActButton id="next-step" action={`/accounts/${id}/reconnect`} fields={fields} class="button button-primary">
      <Icon name="qr-code" />
      {word}
    </ActButton>
  );
}

function reconnectWord({ status }: Account): string {
  if (status.status === 'error') return 'Try again';
  return status.reason === 'replaced' ? 'Connect' : 'Reconnect now';
}
