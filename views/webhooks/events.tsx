import { Curl } from '../partials/code.tsx';
import { Form, type FormProblem } from '../partials/form.tsx';
import { EventChecklist, type EventGroup } from './checklist.tsx';
import { type WebhookModel, WebhookPage } from './header.tsx';

export interface WebhookEventsModel extends WebhookModel {
  groups: readonly EventGroup[];
  /** Of the settings that the form began with. */
  tag: string;
  problem?: FormProblem | undefined;
}

const form = 'webhook-events';

export function WebhookEventsView({ model }: { model: WebhookEventsModel }) {
  const { webhook, groups, problem } = model;
  return (
    <WebhookPage model={model} tab="events">
      <Form
        id={form}
        action={`/webhooks/${webhook.id}/events`}
        class="form webhook-form"
        problem={problem}
        labels={{ events: 'Events' }}
      >
        <input type="hidden" name="tag" value={model.tag} />
        <p class="muted measure">
          What happens often has several names, a general and a more exact one. Tick either or both: it is delivered
          once, under the most exact name that is ticked.
        </p>
        <section class="card" aria-label="Events">
          <EventChecklist form={form} groups={groups} chosen={webhook.events} problem={problem} />
        </section>
        <div>
          <button type="submit" class="button button-primary">
            Save events
          </button>
        </div>
      </Form>
      <Curl
        id="webhook-events-curl"
        method="PUT"
        path={`/api/webhooks/${webhook.id}`}
        body={{ events: webhook.events }}
        form={form}
      />
    </WebhookPage>
  );
}
