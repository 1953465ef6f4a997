import type { AccountKind } from '../../src/features/accounts/accounts.ts';
import type { Webhook } from '../../src/features/webhooks/webhooks.ts';
import { Curl } from '../partials/code.tsx';
import { Form, type FormProblem } from '../partials/form.tsx';
import { EventChecklist, type EventGroup } from './checklist.tsx';
import {
  endpointLabels,
  HeaderFields,
  headerLabels,
  headerRows,
  MediaField,
  TimeoutField,
  UrlField,
} from './endpoint-fields.tsx';

export interface NewWebhookModel {
  accounts: readonly { id: string; name: string; kind: AccountKind }[];
  accountId: string | undefined;
  groups: readonly EventGroup[];
  usual: Pick<Webhook, 'events' | 'media' | 'timeoutSeconds'>;
  problem: FormProblem | undefined;
}

const form = 'new-webhook';

export function NewWebhookView({ model }: { model: NewWebhookModel }) {
  const { groups, usual, problem } = model;
  return (
    <>
      <div class="page-head">
        <div>
          <h1>Add webhook</h1>
          <p>
            What happens to the account from now on is posted to the URL, as JSON. Its secret is shown once, after this.
          </p>
        </div>
      </div>
      <Form
        id={form}
        action="/webhooks/new"
        class="form webhook-form"
        problem={problem}
        labels={{ ...endpointLabels, ...headerLabels(headerRows([], problem)) }}
      >
        <section class="card form" aria-labelledby="endpoint-title">
          <h2 id="endpoint-title">Endpoint</h2>
          <AccountField model={model} />
          <UrlField form={form} problem={problem} value="" />
        </section>
        <section class="card" aria-label="Events">
          <EventChecklist form={form} groups={groups} chosen={usual.events} problem={problem} />
        </section>
        <section class="card form" aria-labelledby="how-title">
          <h2 id="how-title">How it is sent</h2>
          <MediaField problem={problem} value={usual.media} />
          <HeaderFields form={form} problem={problem} present={[]} />
          <div class="field-row">
            <TimeoutField form={form} problem={problem} value={usual.timeoutSeconds} />
          </div>
        </section>
        <div>
          <button type="submit" class="button button-primary">
            Add webhook
          </button>
        </div>
      </Form>
      <Curl
        id="new-webhook-curl"
        method="POST"
        path="/api/webhooks"
        body={{
          accountId: model.accountId ?? 'acc_…',
          url: 'https://example.org/whatsapp',
          events: usual.events,
          media: usual.media,
          timeoutSeconds: usual.timeoutSeconds,
        }}
        form={form}
      />
    </>
  );
}

function AccountField({ model: { accounts, accountId, problem } }: { model: NewWebhookModel }) {
  const chosen = problem?.values['accountId'] ?? accountId;
  const error = problem?.fields.find(({ field }) => field === 'accountId')?.message;
  const id = `${form}-accountId`;
  return (
    <div class="field">
      <label for={id}>{endpointLabels.accountId}</label>
      <select
        id={id}
        name="accountId"
        class="input"
        required
        aria-invalid={error === undefined ? undefined : 'true'}
        aria-describedby={error === undefined ? undefined : `${id}-error`}
      >
        {accounts.map(({ id, name, kind }) => (
          <option key={id} value={id} selected={id === chosen}>
            {name}
            {kind === 'sandbox' && ' (sandbox)'}
          </option>
        ))}
      </select>
      {error !== undefined && (
        <p class="field-error" id={`${id}-error`}>
          {endpointLabels.accountId} {error}.
        </p>
      )}
    </div>
  );
}
