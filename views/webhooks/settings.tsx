import { Curl } from '../partials/code.tsx';
import { Form, type FormProblem } from '../partials/form.tsx';
import { Icon } from '../partials/icon.tsx';
import {
  endpointLabels,
  HeaderFields,
  headerLabels,
  headerRows,
  InFlightField,
  MediaField,
  TimeoutField,
  UrlField,
} from './endpoint-fields.tsx';
import { type WebhookModel, WebhookPage } from './header.tsx';
import { Schedule, type ScheduleModel } from './schedule.tsx';
import { SecretCard } from './secret.tsx';

export interface WebhookSettingsModel extends WebhookModel {
  /** Of the settings that the form began with. */
  tag: string;
  schedule: ScheduleModel;
  problem?: FormProblem | undefined;
}

const form = 'webhook-settings';

export function WebhookSettingsView({ model }: { model: WebhookSettingsModel }) {
  const { webhook, problem } = model;
  const { id, url, media, headers, timeoutSeconds, maxInFlight } = webhook;
  const present = Object.keys(headers);
  return (
    <WebhookPage model={model} tab="settings">
      <SecretCard webhookId={id} />
      <Form
        id={form}
        action={`/webhooks/${id}/settings`}
        class="form webhook-form"
        problem={problem}
        labels={{ ...endpointLabels, ...headerLabels(headerRows(present, problem)) }}
      >
        <input type="hidden" name="tag" value={model.tag} />
        <section class="card form" aria-labelledby="how-title">
          <h2 id="how-title">How it is sent</h2>
          <UrlField form={form} problem={problem} value={url} />
          <MediaField problem={problem} value={media} />
          <HeaderFields form={form} problem={problem} present={present} />
          <div class="field-row">
            <TimeoutField form={form} problem={problem} value={timeoutSeconds} />
            <InFlightField form={form} problem={problem} value={maxInFlight} />
          </div>
          <div>
            <button type="submit" class="button button-primary">
              Save settings
            </button>
          </div>
        </section>
      </Form>
      <Curl
        id="webhook-settings-curl"
        method="PUT"
        path={`/api/webhooks/${id}`}
        body={{ url, media, timeoutSeconds, maxInFlight }}
        form={form}
      />
      <section class="card stack-s" aria-labelledby="secret-settings-title">
        <h2 id="secret-settings-title">Secret</h2>
        <p class="muted measure">
          Deliveries are signed with it. A new one is shown once; the present one goes on being signed with for as long
          as you choose, so that the receiver can follow.
        </p>
        <div>
          <a class="button" href={`/webhooks/${id}/rotate-secret`} data-dialog="">
            <Icon name="key-round" />
            Rotate secret…
          </a>
        </div>
      </section>
      <section class="card stack-s" aria-labelledby="schedule-title">
        <h2 id="schedule-title">When a delivery is tried again</h2>
        <p class="muted measure">
          Any answer from 200 to 299 is success; everything else, and silence, is tried again at these times, a fifth
          sooner or later. After the last it is dead, and can be recovered for 7 days.
        </p>
        <Schedule model={model.schedule} />
      </section>
      <section class="card stack-s" aria-labelledby="delete-title">
        <h2 id="delete-title">Delete</h2>
        <p class="muted measure">What waits is not sent any more, and what is stored of its deliveries is removed.</p>
        <div>
          <a class="button button-danger" href={`/webhooks/${id}/delete`} data-dialog="">
            <Icon name="trash-2" />
            Delete webhook…
          </a>
        </div>
      </section>
    </WebhookPage>
  );
}
