import type { Account } from '../../src/features/accounts/accounts.ts';
import { ActButton } from '../partials/form.tsx';
import { Icon } from '../partials/icon.tsx';

/** The one thing to do about an account that waits for a person. */
export function NeedButton({ account }: { account: Account }) {
  const { id, status } = account;
  const name = <ForAccount name={account.name} />;
  switch (status.nextStep) {
    case 'resume':
      return (
        <ActButton id={`need-${id}-act`} action={`/accounts/${id}/resume`} fields={{ back: '/' }}>
          <Icon name="play" />
          Resume{name}
        </ActButton>
      );
    case 'reconnect':
      return (
        <ActButton id={`need-${id}-act`} action={`/accounts/${id}/reconnect`} fields={{ back: '/' }}>
          <Icon name="refresh-cw" />
          {status.status === 'error' ? 'Try again' : 'Connect'}
          {name}
        </ActButton>
      );
    case 'link_again':
    case 'show_code':
      return status.status === 'qr_ready' ? (
        <a class="button" href={`/accounts/${id}/link`}>
          <Icon name="qr-code" />
          Show the code{name}
        </a>
      ) : (
        <ActButton id={`need-${id}-act`} action={`/accounts/${id}/reconnect`} fields={{ back: `/accounts/${id}/link` }}>
          <Icon name={status.nextStep === 'link_again' ? 'link' : 'qr-code'} />
          {status.nextStep === 'link_again' ? 'Link again' : 'Show the code'}
          {name}
        </ActButton>
      );
    case null:
      return (
        <a class="button" href={`/accounts/${id}`}>
          Open{name}
        </a>
      );
  }
}

/** Tells the buttons of many accounts apart for those who hear them. */
function ForAccount({ name }: { name: string }) {
  return (
    <span class="visually-hidden">
      {' '}
      (<bdi>{name}</bdi>)
    </span>
  );
}
