import type { TestResult } from '../../src/features/webhooks/webhooks.ts';
import { Curl } from '../partials/code.tsx';
import { Form, type FormProblem } from '../partials/form.tsx';
import { Icon } from '../partials/icon.tsx';
import { Time } from '../partials/time.tsx';
import { Cut } from './delivery.tsx';
import { type WebhookModel, WebhookPage } from './header.tsx';

export interface WebhookTestModel extends WebhookModel {
  /** That can be sent as an example. */
  events: readonly string[];
  event: string;
  problem?: FormProblem | undefined;
  result?: TestResult | undefined;
}

const form = 'webhook-test';
const areaId = 'test-area';
const mostShown = 6_000;

export function WebhookTestView({ model }: { model: WebhookTestModel }) {
  return (
    <WebhookPage model={model} tab="test">
      <WebhookTestArea model={model} />
    </WebhookPage>
  );
}

/** The form with what the endpoint answered to it. */
export function WebhookTestArea({ model }: { model: WebhookTestModel }) {
  const { webhook, events, event, problem, result } = model;
  return (
    <div id={areaId} class="stack">
      <section class="card stack-s" aria-labelledby="test-title">
        <h2 id="test-title">Send a test</h2>
        <p class="muted measure">
          It is signed as every delivery is, also while the webhook is paused. It is sent once and stored nowhere.
        </p>
        <Form
          id={form}
          action={`/webhooks/${webhook.id}/test`}
          class="form form-narrow"
          problem={problem}
          replaces={`#${areaId}`}
          labels={{ event: 'Event' }}
        >
          <div class="field">
            <label for={`${form}-event`}>Event</label>
            <select id={`${form}-event`} name="event" class="input">
              {events.map((name) => (
                <option key={name} value={name} selected={name === event}>
                  {name}
                </option>
              ))}
            </select>
          </div>
          <div>
            <button type="submit" class="button button-primary" autofocus={result !== undefined}>
              <Icon name="send" />
              Send test
            </button>
          </div>
        </Form>
        <Curl
          id="webhook-test-curl"
          method="POST"
          path={`/api/webhooks/${webhook.id}/test`}
          body={{ event }}
          form={form}
        />
      </section>
      {result && <Result result={result} />}
    </div>
  );
}

function Result({ result }: { result: TestResult }) {
  const { delivered, at, durationMs, status, error, headers, answer, body } = result;
  return (
    <section class="card stack-s" aria-labelledby="result-title">
      <h2 id="result-title">What came back</h2>
      <div class="row" role="status">
        <span class={`chip chip-dot tone-${delivered ? 'ok' : 'bad'}`}>{delivered ? 'Delivered' : 'Failed'}</span>
        <p>{delivered ? `The endpoint answered ${status}.` : error}</p>
      </div>
      <dl class="facts">
        <dt>Status</dt>
        <dd>{status ?? 'No answer'}</dd>
        <dt>Took</dt>
        <dd>{durationMs.toLocaleString('en-GB')} ms</dd>
        <dt>Sent</dt>
        <dd>
          <Time at={at} />
        </dd>
      </dl>
      {headers.length > 0 && (
        <>
          <h3>Headers of the answer</h3>
          <Cut
            id="test-headers"
            label="the headers of the answer"
            text={headers.map(({ name, value }) => `${name}: ${value}`).join('\n')}
            most={mostShown}
          />
        </>
      )}
      {answer !== null && (
        <>
          <h3>Body of the answer</h3>
          {answer === '' ? (
            <p class="muted">It was empty.</p>
          ) : (
            <Cut id="test-answer" label="the body of the answer" text={answer} most={mostShown} />
          )}
        </>
      )}
      <details class="disclosure">
        <summary>
          <Icon name="chevron-right" />
          What was sent
        </summary>
        <Cut id="test-body" label="the body that was sent" text={body} most={mostShown} />
      </details>
    </section>
  );
}
