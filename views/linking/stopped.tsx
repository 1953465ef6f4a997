import { ActButton } from '../partials/form.tsx';
import { Icon } from '../partials/icon.tsx';
import { statusDetail } from '../partials/status-detail.ts';
import { BeginButton } from './buttons.tsx';
import { type LinkingModel, linkAddress } from './linking-model.ts';

/** Nothing goes on until a person says so: what happened, and the one thing to do. */
export function Stopped({ model, message }: { model: LinkingModel; message: string }) {
  const { account, by } = model;
  const { title, text, word } = wordsOf(model, message);
  return (
    <div class="linking-columns">
      <div class="qr qr-empty" aria-hidden="true">
        <Icon name={account.paused ? 'pause' : 'qr-code'} />
      </div>
      <div class="stack-s">
        <h2>{title}</h2>
        <p>{text}</p>
        {account.paused ? (
          <ActButton
            id="resume-linking"
            action={`/accounts/${account.id}/resume`}
            fields={{ back: linkAddress(account, by) }}
            class="button button-primary"
          >
            <Icon name="play" />
            Resume
          </ActButton>
        ) : (
          <BeginButton model={model} icon="qr-code" word={word} />
        )}
      </div>
    </div>
  );
}

function wordsOf({ account }: LinkingModel, message: string): { title: string; text: string; word: string } {
  const { reason, status } = account.status;
  const word = 'Show a new code';
  if (account.paused) {
    return { title: 'Paused by you', text: 'A paused account shows no code. Resume it first.', word };
  }
  if (reason === 'qr_timeout' && message.startsWith('Not linked yet')) {
    return { title: 'Not linked yet', text: 'Take the phone in your hand, then show a code.', word };
  }
  if (reason === 'qr_timeout') {
    const text = 'No code was scanned in time. Show a new one when the phone is at hand.';
    return { title: 'Paused to protect your number', text, word };
  }
  if (reason === 'account.number_in_use') {
    const text = `${sentence(message)} One number belongs to one account: scan with another phone, or unlink it there.`;
    return { title: 'This number is taken', text, word };
  }
  if (status === 'auth_failed') {
    const text = `${sentence(message)} Link it again: the chats on this server stay.`;
    return { title: 'Logged out', text, word };
  }
  return { title: 'No code', text: sentence(message), word: 'Try again' };
}

function sentence(message: string): string {
  return `${statusDetail(message) ?? message}.`;
}
