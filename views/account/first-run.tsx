import type { ComponentChildren } from 'preact';
import type { Account } from '../../src/features/accounts/accounts.ts';
import type { Milestones } from '../../src/features/messages/messages.ts';
import { ActButton } from '../partials/form.tsx';
import { Icon } from '../partials/icon.tsx';
import { live } from '../partials/live.ts';

export interface FirstRunModel {
  account: Account;
  milestones: Milestones;
}

export const firstRunId = 'first-run';

/** The way to the first own message, until it is gone or dismissed. */
export function FirstRun({ account, milestones }: FirstRunModel) {
  const { id } = account;
  const { sent, received, calledByApi } = milestones;
  const done = [account.linked, sent, received, calledByApi].filter(Boolean).length;
  return (
    <section
      class="card first-run"
      aria-labelledby="first-run-title"
      {...live({
        id: firstRunId,
        url: `/ui/accounts/${id}/first-run`,
        topics: [`account:${id}`, `messages:${id}`],
      })}
    >
      <div class="card-head">
        <h2 id="first-run-title">
          {done === 4 ? 'You are set up' : 'Set up in four steps'} <span class="chip">{done} of 4 done</span>
        </h2>
        <ActButton id="dismiss-first-run" action={`/accounts/${id}/first-run/dismiss`} class="button button-quiet">
          {done === 4 ? 'Close' : 'Hide this'}
        </ActButton>
      </div>
      <ol class="first-steps">
        <Step done={account.linked} title="Link a phone">
          <LinkHint account={account} />
        </Step>
        <Step done={sent} title="Send a message">
          <a href="#send-text">Write it below</a> and press Send.
        </Step>
        <Step done={received} title="Receive one">
          {account.kind === 'sandbox' ? (
            <>
              <a href="#phone-title">Answer on the phone</a> as the customer.
            </>
          ) : (
            'Write to this number from another phone.'
          )}
        </Step>
        <Step done={calledByApi} title="Call the API">
          <span class="waiting">
            <Icon name="clock" />
            Waiting for your call…
          </span>
          Run the <a href="#send-curl">curl line</a> with this account&#39;s key.
        </Step>
      </ol>
    </section>
  );
}

function LinkHint({ account }: { account: Account }) {
  if (account.kind === 'sandbox') {
    return (
      <>
        <a href="#phone-title">Scan the code</a> with the sandbox phone.
      </>
    );
  }
  return (
    <>
      <a href={`/accounts/${account.id}/link`}>Show the code</a> and scan it with WhatsApp on your phone.
    </>
  );
}

function Step({ done, title, children }: { done: boolean; title: string; children: ComponentChildren }) {
  return (
    <li class={done ? 'first-step first-step-done' : 'first-step'}>
      <Icon name={done ? 'circle-check' : 'circle'} label={done ? 'Done' : 'To do'} />
      <div>
        <h3>{title}</h3>
        {!done && <p class="muted">{children}</p>}
      </div>
    </li>
  );
}
