import { Dialog, DialogButtons } from '../partials/dialog.tsx';
import { Field, Form, type FormProblem } from '../partials/form.tsx';
import { Notice } from '../partials/notice.tsx';
import { usePage } from '../partials/page-context.tsx';
import { hostOf } from '../partials/webhook-state.tsx';
import type { WebhookModel } from './header.tsx';

export interface WebhookDialogModel extends WebhookModel {
  problem: FormProblem | undefined;
}

/** A span of time as the fields of a form have it, in the zone of the page. */
export interface RangeModel extends WebhookDialogModel {
  from: string;
  to: string;
}

export const secretOverlaps = [
  { value: 'none', hours: 0, words: 'At once', sentence: 'The old one is not signed with any more.' },
  { value: 'day', hours: 24, words: 'After 24 hours', sentence: 'For 24 hours both are signed with.' },
  { value: 'week', hours: 168, words: 'After 7 days', sentence: 'For 7 days both are signed with.' },
] as const;

export function RotateSecretView({ model: { webhook, problem } }: { model: WebhookDialogModel }) {
  const chosen = problem?.values['overlap'] ?? 'day';
  return (
    <Dialog title="Rotate secret">
      <p>
        A new secret is made for <bdi>{hostOf(webhook.url)}</bdi> and shown once. When does signing with the present one
        end?
      </p>
      <Form
        id="rotate-secret"
        action={`/webhooks/${webhook.id}/rotate-secret`}
        problem={problem}
        labels={{ overlap: 'The end' }}
      >
        <fieldset class="overlaps">
          <legend>The old secret ends</legend>
          {secretOverlaps.map(({ value, words }) => (
            <label key={value} class="check">
              <input type="radio" name="overlap" value={value} checked={value === chosen} />
              <span>{words}</span>
            </label>
          ))}
        </fieldset>
        <DialogButtons back={`/webhooks/${webhook.id}/settings`}>
          <button type="submit" class="button button-primary">
            Make a new secret
          </button>
        </DialogButtons>
      </Form>
    </Dialog>
  );
}

export function DeleteWebhookView({ model: { webhook, owner, problem } }: { model: WebhookDialogModel }) {
  const form = 'delete-webhook';
  const host = hostOf(webhook.url);
  const { waiting } = webhook;
  return (
    <Dialog title="Delete webhook">
      <Notice tone="bad">This cannot be undone.</Notice>
      <ul class="losses">
        <li>
          <bdi>{host}</bdi> is told nothing more of <bdi>{owner.name}</bdi>.
        </li>
        {waiting > 0 && <li>{waiting.toLocaleString('en-GB')} of its deliveries that wait are never sent.</li>}
        <li>Its secret ends, and what became of its deliveries is removed.</li>
      </ul>
      <Form id={form} action={`/webhooks/${webhook.id}/delete`} problem={problem} labels={{ host: 'The host' }}>
        <Field
          form={form}
          name="host"
          label="The host"
          hint={
            <>
              Type <strong class="delete-name">{host}</strong> to delete it.
            </>
          }
          problem={problem}
          maxLength={300}
        />
        <DialogButtons back={`/webhooks/${webhook.id}/settings`}>
          <button type="submit" class="button button-danger">
            Delete webhook
          </button>
        </DialogButtons>
      </Form>
    </Dialog>
  );
}

export function RecoverView({ model }: { model: RangeModel }) {
  const { webhook } = model;
  return (
    <Dialog title="Recover failed deliveries">
      <p>
        What was given up is sent again, from the beginning of the schedule. There {webhook.dead === 1 ? 'is' : 'are'}{' '}
        {webhook.dead.toLocaleString('en-GB')} now.
      </p>
      <RangeForm model={model} id="recover" word="Recover" optional />
    </Dialog>
  );
}

export function ReplayView({ model }: { model: RangeModel }) {
  return (
    <Dialog title="Replay">
      <p>
        Everything that happened within this time and that the webhook wants is sent again, also what was delivered.
        Receivers know it by the same id. Events are kept for 7 days.
      </p>
      <RangeForm model={model} id="replay" word="Replay" optional={false} />
    </Dialog>
  );
}

interface RangeFormProps {
  model: RangeModel;
  id: string;
  word: string;
  optional: boolean;
}

function RangeForm({ model: { webhook, problem, from, to }, id, word, optional }: RangeFormProps) {
  const { timeZone } = usePage();
  const labels = { from: 'From', to: 'Until' };
  return (
    <Form id={id} action={`/webhooks/${webhook.id}/${id}`} problem={problem} labels={labels}>
      <Field
        form={id}
        name="from"
        label={labels.from}
        hint={optional ? `In the zone ${timeZone}. Empty: from the oldest on.` : `In the zone ${timeZone}.`}
        type="datetime-local"
        value={from}
        optional={optional}
        problem={problem}
      />
      <Field
        form={id}
        name="to"
        label={labels.to}
        {...(optional ? { hint: 'Empty: up to now.' } : {})}
        type="datetime-local"
        value={to}
        optional={optional}
        problem={problem}
      />
      <DialogButtons back={`/webhooks/${webhook.id}`}>
        <button type="submit" class="button button-primary">
          {word}
        </button>
      </DialogButtons>
    </Form>
  );
}
