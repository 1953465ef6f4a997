import type { Steps } from '../../src/features/checklist/checklist.ts';
import { ActButton } from '../partials/form.tsx';
import { Icon } from '../partials/icon.tsx';
import { live } from '../partials/live.ts';

interface Props {
  /** Undefined once there is nothing to do any more. */
  steps: Steps | undefined;
  firstAccountId: string | undefined;
}

/** The first steps on a new server, ticked as they are taken. */
export function ChecklistView({ steps, firstAccountId }: Props) {
  const part = live({ id: 'checklist', url: '/ui/overview/checklist', topics: ['accounts', 'traffic', 'webhooks'] });
  if (!steps) return <section hidden {...part} />;
  const entries = entriesOf(steps, firstAccountId);
  const done = entries.filter((entry) => entry.done).length;
  return (
    <section class="card checklist" aria-labelledby="checklist-title" {...part}>
      <div class="card-head">
        <h2 id="checklist-title">First steps</h2>
        <span class="muted small">
          {done} of {entries.length} done
        </span>
      </div>
      <progress class="checklist-bar" max={entries.length} value={done} aria-labelledby="checklist-title" />
      <ol class="checklist-steps">
        {entries.map((entry) => (
          <li key={entry.words}>
            <a href={entry.href} class={entry.done ? 'is-done' : undefined}>
              <span class="tick">{entry.done && <Icon name="check" />}</span>
              <span>
                {entry.words}
                {entry.done && <span class="visually-hidden"> (done)</span>}
              </span>
            </a>
          </li>
        ))}
      </ol>
      <ActButton id="put-checklist-away" action="/checklist/put-away" class="button button-quiet">
        <Icon name="x" />
        Do not show this again
      </ActButton>
    </section>
  );
}

function entriesOf(steps: Steps, firstAccountId: string | undefined): { words: string; href: string; done: boolean }[] {
  const account = firstAccountId === undefined ? '/accounts/new' : `/accounts/${firstAccountId}`;
  return [
    { words: 'Set up the admin', href: '/settings', done: true },
    { words: 'Add an account', href: '/accounts/new', done: steps.account },
    { words: 'Link a phone', href: account, done: steps.linked },
    { words: 'Send a first message', href: account, done: steps.sent },
    { words: 'Receive a first message', href: account, done: steps.received },
    { words: 'Call the API from a program', href: '/settings/keys', done: steps.called },
    { words: 'Add a webhook', href: '/webhooks/new', done: steps.webhook },
  ];
}
